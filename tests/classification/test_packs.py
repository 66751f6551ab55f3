"""A rule pack that does not hold is refused with file, rule and field."""

from pathlib import Path

import pytest
from django.core.management import call_command

from governance.classification.law import PackError
from governance.classification.packs import EU_AI_ACT, load
from governance.classification.rules import engine_of

USES, DUTIES, TEXTS = "06_uses.yaml", "08_obligations.yaml", "01_texts.yaml"
BANS, FACTS = "04_prohibitions.yaml", "02_facts.yaml"
PAPERS = "10_documents.yaml"
BREAKS = [
    (BANS, "- {f: manip.distorts_behaviour}", "- {f: manip.invented}",
     "art5.1.a", "when", "no fact manip.invented"),
    (USES, "    - {r: annex3.1.a}\n", "    - {r: annex3.1.z}\n",
     "d.annex3_listed", "when", "no rule annex3.1.z"),
    (USES, "id: annex3.1.b\n", "id: annex3.1.a\n", "annex3.1.a", "id", "also in 06_uses.yaml"),
    (USES, "  citation: [Art 6(2), Annex III point 1(c)]\n", "",
     "annex3.1.c", "citation", "missing"),
    (USES, "  citation: [Art 6(2), Annex III point 1(c)]\n", "  citation: []\n",
     "annex3.1.c", "citation", "missing"),
    (USES, "amended: '2027-12-02'}", "amended: '2027-13-02'}",
     "annex3.1.a", "dates.amended", "2027-13-02 is not a day"),
    (USES, "dates: {enacted: '2026-08-02', amended: '2027-12-02'}", "dates: {enacted: null}",
     "annex3.1.a", "dates", "enacted and amended expected"),
    (USES, "in: [determine_admission,", "in: [determine_weather,",
     "annex3.3.a", "when", "'determine_weather' is none of"),
    (BANS, "when: {f: emo.reason, eq: medical}", "when: {f: emo.reason, eq: 7}",
     "art5.1.f.exc.medical", "when", "7 is none of"),
    (BANS, "    - {f: bio.real_time}\n", "    - {f: bio.real_time, over: 2}\n",
     "art5.1.h", "when.all[4].over", "eq, in (a list) or gt"),
    (BANS, "  kind: prohibition\n", "  kind: ban\n", "art5.1.a", "kind", "ban is none of"),
    (BANS, "  title: Social scoring\n", "  titel: Social scoring\n",
     "art5.1.c", "titel", "unknown field"),
    (BANS, "  effect: prohibited\n", "", "art5.1.a", "effect", "a text expected"),
    (USES, "    - {f: profiling.performed}\n", "    - {r: d.high_annex3}\n",
     "", "when", "waits for itself"),
    (DUTIES, "  roles: [provider, deployer]\n", "", "art4", "roles", "missing"),
    (DUTIES, "    all: {enacted: '2025-02-02', amended: '2025-02-02'}\n",
     "    annex9: {enacted: '2025-02-02', amended: '2025-02-02'}\n",
     "art4", "dates", "by route expected"),
    (DUTIES, "when: {r: d.in_scope}", "when: [d.in_scope]", "art4", "when", "must be a mapping"),
    (FACTS, "{type: bool, default: true, ask: 'Does it run", "{type: bool, default: 1, ask: 'Does",
     "sys.machine_based", "default", "1 is not true or false"),
    (FACTS, "  sys.machine_based:", "  sys.infers_outputs:",
     "", "line", "sys.infers_outputs twice"),
    (FACTS, "default: machine_learning\n", "default: magic\n",
     "sys.technique", "default", "'magic' is none of"),
    (TEXTS, "- id: art111.4\n", "- id: art111.9\n", "art111.4", "id", "transitional rule"),
    (TEXTS, "  disclaimer:", "  disclaim:", "meta", "disclaimer", "a text expected"),
    (TEXTS, "meta:\n", "meta: [\n", "", "line", ""),
    (PAPERS, "  duty: art6.4\n", "  duty: art6.5\n", "not-high-risk", "duty", "art6.5 is none of"),
    (PAPERS, "item: intended purpose}", "itm: intended purpose}",
     "not-high-risk", "itm", "unknown field"),
    (PAPERS, "{key: facts, item:", "{key: reason, item:",
     "not-high-risk", "sections", "the item reason twice"),
    (PAPERS, "need: optional}", "need: nice}", "annex-viii-a", "need", "nice is none of"),
    (PAPERS, "texts: [enacted]}", "texts: [drafted]}", "annex-viii-b", "texts", "drafted is none"),
    (PAPERS, "['1', '2', '3', '4', '5', '7', '10']", "['1', '99']",
     "annex-viii-a", "restricted_to", "there is no item 99"),
    (PAPERS, "{r: annex3.6.a}", "{r: annex3.6.z}", "documents_restricted", "when", "annex3.6.z"),
    (PAPERS, "    citation: [Art 6(3), Art 6(4)]\n", "",
     "not-high-risk", "citation", "missing"),
    (PAPERS, "  - words: The filter of Art 6(3) is",
     "  - when: {r: art6.3.granted}\n    words: It", "not-high-risk",
     "otherwise", "without a condition"),
    (PAPERS, "{name: name, address: address,", "{name: '', address: address,",
     "annex-viii-a", "name", "a text expected"),
    (PAPERS, "- id: annex-viii-c\n", "- id: annex-viii-b\n", "annex-viii-b", "id", "twice"),
    (USES, "- id: art6.3.granted\n", "- id: art6.3.given\n", "", "", "art6.3.granted"),
]  # fmt: skip


@pytest.fixture
def pack(tmp_path):
    """A copy of the pack that a test may break."""
    for file in EU_AI_ACT.glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: f"{broken[3]} {broken[4]}")
def test_a_broken_pack_is_refused_by_file_rule_and_field(pack, broken):
    file, good, bad, rule, field, words = broken
    text = (pack / file).read_text()
    assert good in text
    (pack / file).write_text(text.replace(good, bad, 1))

    with pytest.raises(PackError) as refused:
        load(pack)
    assert refused.value.file.endswith(".yaml")
    assert rule in refused.value.rule
    assert refused.value.field.startswith(field)
    assert words in refused.value.words


def test_a_section_twice_a_section_missing_and_no_file_are_refused(pack, tmp_path):
    (pack / "10_more.yaml").write_text("facts: {}\n")
    with pytest.raises(PackError, match="also in 02_facts"):
        load(pack)
    for name in ("10_more.yaml", DUTIES):
        (pack / name).unlink()
    with pytest.raises(PackError, match="obligations: this section is missing"):
        load(pack)
    with pytest.raises(PackError, match="no such rule pack"):
        load(Path("nowhere.yaml"))


def test_one_file_with_all_sections_is_a_pack_too(tmp_path):
    parts = {file.name: file.read_text() for file in sorted(EU_AI_ACT.glob("*.yaml"))}
    rules = [text.partition("rules:\n")[2] for name, text in parts.items() if name[:2] in RULES]
    rest = [text for name, text in parts.items() if name[:2] not in RULES]
    whole = tmp_path / "whole.yaml"
    whole.write_text("".join(rest) + "rules:\n" + "".join(rules))

    assert load(whole).rules == load().rules


RULES = ("03", "04", "05", "06", "07")


def test_a_pack_without_documents_is_a_pack_and_has_none(pack):
    (pack / PAPERS).unlink()

    assert load(pack).papers.by_id == {}


def test_the_documents_have_each_item_of_the_annexes_once():
    rest, papers = load().rest, load().papers.by_id

    def numbers(paper):
        return list(dict.fromkeys(item.number for item in papers[paper].items))

    for section in "abc":
        fields = rest["registration_annex_viii"][f"section_{section}"]["fields"]
        assert numbers(f"annex-viii-{section}") == [str(number) for number in fields]
    assert [item.number for item in papers["annex-viii-b"].items if item.only_enacted] == ["7", "9"]
    assert numbers("annex-iv") == [
        f"{number}.{'abcdefgh'[at]}" if heading.get("items") else str(number)
        for number, heading in rest["annex_iv_items"].items()
        for at in range(len(heading.get("items", [""])))
    ]
    assert {number.partition(".")[0] for number in numbers("annex-v")} == {
        str(at) for at, _words in enumerate(rest["annex_v_items"], start=1)
    }
    assert len(numbers("fria")) == len(rest["fria_elements"])


def test_documents_are_kept_as_long_as_the_table_of_retention_says():
    rows = [(row["period"], tuple(row["citation"])) for row in load().rest["retention"]]
    kept = [paper.keep for paper in load().papers.by_id.values() if paper.keep]

    assert kept
    assert all((keep.period, keep.citation) in rows for keep in kept)


def test_the_version_is_that_of_the_content(pack):
    before = load(pack).version
    load.cache_clear()
    assert load(pack).version == before

    text = (pack / USES).read_text()
    (pack / USES).write_text(text.replace("Profiling override", "Profiling overrides", 1))
    load.cache_clear()
    assert load(pack).version != before


def test_the_command_says_what_holds_and_what_does_not(pack, capsys):
    call_command("check_rulepack", str(pack))
    assert "holds: 136 facts, 110 rules, 60 obligations" in capsys.readouterr().out

    text = (pack / BANS).read_text()
    (pack / BANS).write_text(text.replace("{f: emo.infers}", "{f: emo.guesses}"))
    load.cache_clear()
    with pytest.raises(SystemExit, match="1"):
        call_command("check_rulepack", str(pack))
    assert "04_prohibitions.yaml: art5.1.f: when: there is no fact emo.guesses" in (
        capsys.readouterr().err
    )


def test_every_rule_and_duty_can_be_reached_from_facts():
    engine = engine_of(load())
    reached = set().union(*engine.touched_by.values())

    assert len(reached) == len(engine.pack.rules)
