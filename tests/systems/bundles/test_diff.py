"""Two bundles side by side: groups, labels, and the lines of a prompt."""

from inventory.systems.bundles.diff import ChangeKind, Line, compare
from inventory.systems.bundles.rules import Bundle, flat
from tests.systems.bundles.examples import OTHER_SHA, WHOLE, a_bundle


def changes(before, after, *texts):
    groups = compare(before and Bundle.of(before), Bundle.of(after), *texts)
    return {change.path: (group.key, change) for group in groups for change in group.changes}


def test_equal_bundles_differ_in_nothing_and_all_stands_under_same():
    groups = compare(Bundle.of(WHOLE), Bundle.of(WHOLE))

    assert [group.key for group in groups] == ["behaviour", "data", "configuration", "documents"]
    assert not any(group.changes for group in groups)
    assert sum(len(group.same) for group in groups) == len(Bundle.of(WHOLE).leaves)


def test_every_value_stands_in_a_group_with_words():
    found = changes(None, WHOLE)

    assert len(found) == len(Bundle.of(WHOLE).leaves)
    assert {change.kind for _, change in found.values()} == {ChangeKind.ADDED}


def test_a_change_stands_in_its_group_with_both_sides():
    found = changes(WHOLE, a_bundle(few_shot={"examples": 44}, deployment={"region": "us"}))

    group, change = found["few_shot.examples"]
    assert (group, change.label, change.was, change.now) == (
        "data",
        "Number of examples",
        "40",
        "44",
    )
    assert found["deployment.region"][0] == "configuration"
    assert len(found) == 2


def test_what_is_left_out_was_removed():
    after = a_bundle()
    del after["tools"]
    group, change = changes(WHOLE, after)["tools.lookup"]

    assert (group, change.kind, change.now) == ("behaviour", ChangeKind.REMOVED, "")
    assert change.label == "Tool lookup"


def test_a_number_and_the_text_that_looks_like_it_are_two_values():
    found = changes(a_bundle(parameters={"seed": 1}), a_bundle(parameters={"seed": "1"}))

    assert set(found) == {"parameters.seed"}


def test_the_lines_of_a_prompt_show_what_differs():
    after = a_bundle(prompts={"system": OTHER_SHA})
    texts = {"prompts": {"system": "One\nTwo\n"}}, {"prompts": {"system": "One\n2\n"}}
    _, change = changes(WHOLE, after, *texts)["prompts.system"]

    assert change.lines == (Line(" ", "One"), Line("-", "Two"), Line("+", "2"))


def test_pieces_far_apart_have_a_gap_between_them():
    old = "".join(f"{number}\n" for number in range(40))
    new = old.replace("2\n", "two\n", 1).replace("38\n", "x\n")
    after = a_bundle(prompts={"system": OTHER_SHA})
    _, change = changes(WHOLE, after, {"prompts": {"system": old}}, {"prompts": {"system": new}})[
        "prompts.system"
    ]

    assert [line.sign for line in change.lines].count("@") == 1


def test_only_the_end_of_a_line_that_differs_shows_too():
    after = a_bundle(prompts={"system": OTHER_SHA})
    _, change = changes(
        WHOLE, after, {"prompts": {"system": "One\n"}}, {"prompts": {"system": "One\r\n"}}
    )["prompts.system"]

    assert [line.sign for line in change.lines] == ["-", "+"]


def test_without_the_text_of_one_side_no_lines_are_invented():
    after = a_bundle(prompts={"system": OTHER_SHA})
    _, change = changes(WHOLE, after, {}, {"prompts": {"system": "Hello"}})["prompts.system"]

    assert change.lines == ()


def test_a_new_prompt_shows_whole():
    after = a_bundle(prompts={"judge": OTHER_SHA})
    _, change = changes(WHOLE, after, {}, {"prompts": {"judge": "Hello"}})["prompts.judge"]

    assert change.lines == (Line("+", "Hello"),)


def test_a_bundle_of_the_first_shape_compares_with_a_new_one():
    older = {"provider": "openai", "model_id": "m", "region": "eu", "prompt_sha256": ""}

    assert changes(older, flat("openai", "m", "eu")) == {}
    assert set(changes(older, flat("openai", "m", "us"))) == {"deployment.region"}
