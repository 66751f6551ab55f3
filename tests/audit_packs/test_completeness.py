"""What a pack says about its own completeness."""

import hashlib

from governance.audit_packs.completeness import FLAGGED, Interval, by_kind, drawn, sample, seed_of

SYSTEMS = [{"ref": f"AIS-{at:03d}", "name": "x", "file": "y", "sha256": "z"} for at in range(60)]


def test_anybody_can_draw_the_sample_again_from_its_seed():
    told = sample(SYSTEMS, Interval(10, 99), {12, 13})
    by_hand = sorted(
        (one["ref"] for one in SYSTEMS),
        key=lambda ref: hashlib.sha256(f"{told['seed']}:{ref}".encode()).hexdigest(),
    )

    assert told["refs"] == by_hand[:25]
    assert len(told["numbers"]) == 25
    assert not {12, 13} & set(told["numbers"])


def test_another_system_makes_another_seed():
    assert seed_of(SYSTEMS) != seed_of(SYSTEMS[1:])
    assert seed_of(SYSTEMS) != seed_of([SYSTEMS[0] | {"sha256": "other"}, *SYSTEMS[1:]])


def test_of_few_all_are_drawn():
    assert sorted(drawn("seed", ["b", "a"])) == ["a", "b"]


def test_an_interval_counts_both_ends_and_none_of_a_period_without_entries():
    assert len(Interval(3, 5)) == 3
    assert Interval(3, 5).count([2, 3, 5, 6]) == 2
    assert list(Interval(3, 5).withheld([4])) == [3, 5]
    assert len(Interval(None, None)) == Interval(None, None).count([1]) == 0
    assert list(Interval(None, None).withheld([])) == []


def test_flagged_entries_are_told_under_their_lists_and_no_list_is_left_out():
    told = by_kind([{"action": "release.refused"}, {"action": "waiver.granted"}])

    assert list(told) == list(FLAGGED)
    assert [len(rows) for rows in told.values()] == [1, 0, 1, 0]
