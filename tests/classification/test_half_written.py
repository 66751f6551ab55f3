"""A half-written pack ends the command with 1, by file, rule and field, and never otherwise."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from governance.classification.packs import EU_AI_ACT, load

TEXTS, FACTS, ROLES = "01_texts.yaml", "02_facts.yaml", "03_scope_and_roles.yaml"
BANS, PRODUCTS, USES = "04_prohibitions.yaml", "05_products.yaml", "06_uses.yaml"
MODELS, DUTIES = "07_transparency_models_incidents.yaml", "08_obligations.yaml"
ANNEXES = "09_annexes.yaml"
GONE = object()
Path_ = tuple[Any, ...]

# file, path to the place, what is put there, then rule, field and words of the refusal
TREE: list[tuple[str, Path_, Any, str, str, str]] = [
    # facts
    (FACTS, ("facts", "tr.ai_obvious", "type"), "boolean", "tr.ai_obvious", "type", "none of"),
    (FACTS, ("facts", "tr.ai_obvious", "type"), GONE, "tr.ai_obvious", "type", "text expected"),
    (FACTS, ("facts", "tr.ai_obvious", "ask"), " ", "tr.ai_obvious", "ask", "text expected"),
    (FACTS, ("facts", "tr.ai_obvious", "default"), GONE, "tr.ai_obvious", "default", "missing"),
    (FACTS, ("facts", "tr.ai_obvious", "default"), None, "tr.ai_obvious", "default", "true or"),
    (FACTS, ("facts", "tr.ai_obvious", "values"), ["a"], "tr.ai_obvious", "values", "no other"),
    (FACTS, ("facts", "tr.ai_obvious", "hint"), "x", "tr.ai_obvious", "hint", "unknown field"),
    (FACTS, ("facts", "tr.ai_obvious"), None, "tr.ai_obvious", "entry", "a mapping expected"),
    (FACTS, ("facts", "actor.size", "values"), [], "actor.size", "values", "needs values"),
    (FACTS, ("facts", "actor.size", "values"), ["large", "large"], "actor.size", "values", "twice"),
    (FACTS, ("facts", "actor.size", "values"), ["large", ""], "actor.size", "values", "empty"),
    (FACTS, ("facts", "actor.size", "values"), "large", "actor.size", "values", "a list"),
    (FACTS, ("facts", "gpai.training_flop", "default"), -1, "gpai.training_flop", "default", "0"),
    (FACTS, ("facts", "gpai.training_flop", "default"), float("nan"), "gpai.training_flop",
     "default", "number"),
    (FACTS, ("facts", "market.first_placed"), GONE, "market.first_placed", "type", "evaluation"),
    (FACTS, ("facts", 5), {"type": "bool", "default": True, "ask": "x"}, "5", "facts", "name"),
    (FACTS, ("facts",), [], "facts", "entry", "a mapping expected"),
    (FACTS, ("facts",), GONE, "", "facts", "missing"),
    # rules
    (USES, ("rules", 0, "id"), GONE, "", "id", "missing"),
    (USES, ("rules", 0, "id"), "", "", "id", "missing"),
    (USES, ("rules", 0, "id"), 7, "7", "id", "missing"),
    (USES, ("rules", 0, "kind"), GONE, "annex3.1.a", "kind", "text expected"),
    (USES, ("rules", 0, "tier"), "extreme", "annex3.1.a", "tier", "none of"),
    (USES, ("rules", 0, "tier"), 5, "annex3.1.a", "tier", "text expected"),
    (USES, ("rules", 0, "confidence"), "hearsay", "annex3.1.a", "confidence", "none of"),
    (USES, ("rules", 0, "citation"), GONE, "annex3.1.a", "citation", "missing"),
    (USES, ("rules", 0, "citation"), "Art 6", "annex3.1.a", "citation", "list of texts"),
    (USES, ("rules", 0, "citation"), [None], "annex3.1.a", "citation", "list of texts"),
    (USES, ("rules", 0, "citation"), [""], "annex3.1.a", "citation", "empty"),
    (USES, ("rules", 0, "note"), 5, "annex3.1.a", "note", "text expected"),
    (USES, ("rules", 0, "guidance"), "x", "annex3.1.a", "guidance", "list of texts"),
    (USES, ("rules", 0, "applies_to_roles"), ["user"], "annex3.1.a", "applies_to_roles", "no role"),
    (USES, ("rules", 0, "applies_to_roles"), [3], "annex3.1.a", "applies_to_roles", "list of"),
    (USES, ("rules", 0, "colour"), "red", "annex3.1.a", "colour", "unknown field"),
    (USES, ("rules", 0, "when"), GONE, "annex3.1.a", "when", "mapping"),
    (USES, ("rules", 0, "when"), {}, "annex3.1.a", "when", "mapping"),
    (USES, ("rules", 0, "when"), {"all": []}, "annex3.1.a", "when.all", "list of conditions"),
    (USES, ("rules", 0, "when"), {"any": {}}, "annex3.1.a", "when.any", "list of conditions"),
    (USES, ("rules", 0, "when"), {"not": None}, "annex3.1.a", "when.not", "mapping"),
    (USES, ("rules", 0, "when"), {"all": [{"any": [{"not": {"f": "no.fact"}}]}]}, "annex3.1.a",
     "when", "no fact no.fact"),
    (USES, ("rules", 0, "when"), {"r": "no.rule"}, "annex3.1.a", "when", "no rule no.rule"),
    (USES, ("rules", 0, "when"), {"r": ["art3.1"]}, "annex3.1.a", "when.r", "unknown kind"),
    (USES, ("rules", 0, "when"), {"xor": []}, "annex3.1.a", "when.xor", "unknown kind"),
    (USES, ("rules", 0, "when"), {"all": [], "any": []}, "annex3.1.a", "when", "one key"),
    (USES, ("rules", 0, "when"), {"f": "bio.data_used", "gt": 1}, "annex3.1.a", "when", "number"),
    (USES, ("rules", 0, "when"), {"f": "gpai.training_flop", "gt": float("inf")}, "annex3.1.a",
     "when", "number"),
    (USES, ("rules", 0, "when"), {"f": "gpai.training_flop", "gt": "1e25"}, "annex3.1.a",
     "when.gt", "a number"),
    (USES, ("rules", 0, "when"), {"f": "edu.functions", "eq": "assess_level"}, "annex3.1.a",
     "when", "cannot be asked"),
    (USES, ("rules", 0, "when"), {"f": "edu.functions", "in": []}, "annex3.1.a", "when", "one"),
    (USES, ("rules", 0, "when"), {"f": "bio.data_used", "in": ["x"]}, "annex3.1.a", "when", "enum"),
    (USES, ("rules", 0, "when"), {"f": "emo.reason"}, "annex3.1.a", "when", "none of"),
    (USES, ("rules", 0, "when"), {"f": 3}, "annex3.1.a", "when.f", "name of a fact"),
    (USES, ("rules", 0, "when"), {"r": "annex3.1.a"}, "annex3.1.a", "when", "waits for itself"),
    (USES, ("rules", 0, "dates"), GONE, "annex3.1.a", "dates", "enacted and amended"),
    (USES, ("rules", 0, "dates", "enacted"), 20260802, "annex3.1.a", "dates.enacted", "a day"),
    (USES, ("rules", 0, "dates", "enacted"), "2026-W31-7", "annex3.1.a", "dates.enacted", "a day"),
    (USES, ("rules", 0, "dates", "enacted"), "2026-02-30", "annex3.1.a", "dates.enacted", "a day"),
    (USES, ("rules", 0, "dates", "enacted"), "", "annex3.1.a", "dates.enacted", "a day"),
    (USES, ("rules", 0, "dates", "later"), "2026-08-02", "annex3.1.a", "dates", "enacted and"),
    (USES, ("rules", 0, "dates"), {"enacted": None, "amended": None}, "annex3.1.a", "dates",
     "neither"),
    (USES, ("rules", 0, "unless"), {}, "annex3.1.a", "unless", "a list"),
    (USES, ("rules", 0, "unless", 0, "id"), GONE, "", "id", "missing"),
    (USES, ("rules", 0, "unless", 0, "citation"), GONE, "annex3.1.a.exc.verification", "citation",
     "missing"),
    (USES, ("rules", 0, "unless", 0, "when"), GONE, "annex3.1.a.exc.verification", "when",
     "mapping"),
    (USES, ("rules", 0, "unless", 0, "id"), "annex3.2.exc.cybersecurity",
     "annex3.2.exc.cybersecurity", "id", "twice"),
    (USES, ("rules", 0, "unless", 0, "dates"), {"enacted": "soon", "amended": None},
     "annex3.1.a.exc.verification", "dates.enacted", "a day"),
    (USES, ("rules", 3), "annex3.2", "", "id", "missing"),
    (USES, ("rules", 3), None, "", "id", "missing"),
    (USES, ("rules",), [], "", "rules", "a list"),
    (USES, ("rules",), "none", "", "rules", "a list"),
    (ROLES, ("rules", 9, "id"), "provider", "provider", "id", "role."),
    (BANS, ("rules", 10, "when", "any", 0), GONE, "art5.1.a", "kind", "d.prohibited does not ask"),
    (MODELS, ("rules", 5, "when", "any", 0), GONE, "art50.1", "kind", "d.limited does not ask"),
    (PRODUCTS, ("rules", 0, "kind"), "annex9", "annex1.a.1", "kind", "none of"),
    # duties
    (DUTIES, ("obligations", 0, "roles"), [], "art4", "roles", "missing"),
    (DUTIES, ("obligations", 0, "roles"), ["provider", "provider"], "art4", "roles", "twice"),
    (DUTIES, ("obligations", 0, "roles"), ["boss"], "art4", "roles", "no role boss"),
    (DUTIES, ("obligations", 0, "roles"), "provider", "art4", "roles", "list of texts"),
    (DUTIES, ("obligations", 0, "duty"), None, "art4", "duty", "text expected"),
    (DUTIES, ("obligations", 0, "when"), {"r": "nowhere"}, "art4", "when", "no rule nowhere"),
    (DUTIES, ("obligations", 0, "dates"), GONE, "art4", "dates", "by route"),
    (DUTIES, ("obligations", 0, "dates"), {}, "art4", "dates", "by route"),
    (DUTIES, ("obligations", 0, "dates", "all", "amended"), "02.02.2025", "art4",
     "dates.all.amended", "a day"),
    (DUTIES, ("obligations", 2, "disputed"), "yes", "art49.2", "disputed", "true or false"),
    (DUTIES, ("obligations", 0, "citation"), [], "art4", "citation", "missing"),
    (DUTIES, ("obligations", 1, "id"), "art4", "art4", "id", "also in"),
    (DUTIES, ("obligations",), None, "", "obligations", "a list"),
    # texts and transitional rules
    (TEXTS, ("meta",), GONE, "", "meta", "missing"),
    (TEXTS, ("meta",), "EU AI Act", "meta", "entry", "a mapping"),
    (TEXTS, ("meta", "as_of"), "today", "meta", "as_of", "a day"),
    (TEXTS, ("meta", "title"), "", "meta", "title", "text expected"),
    (TEXTS, ("timelines", "amended"), GONE, "timelines", "enacted and amended", "both"),
    (TEXTS, ("timelines", "amended"), "later", "timelines", "amended", "a list"),
    (TEXTS, ("timelines", "enacted", 0, "date"), None, "timelines.enacted", "date", "a day"),
    (TEXTS, ("timelines", "enacted", 0, "applies"), GONE, "timelines.enacted", "applies", "text"),
    (TEXTS, ("transitional",), GONE, "", "transitional", "missing"),
    (TEXTS, ("transitional",), {}, "", "transitional", "a list"),
    (TEXTS, ("transitional", 1, "cut_off"), GONE, "art111.2", "cut_off", "a mapping"),
    (TEXTS, ("transitional", 1, "cut_off", "enacted"), GONE, "art111.2", "cut_off.enacted", "day"),
    (TEXTS, ("transitional", 1, "cut_off", "amended", "annex1"), "x", "art111.2",
     "cut_off.amended.annex1", "a day"),
    (TEXTS, ("transitional", 2, "amended"), None, "art111.2.public", "amended", "a day"),
    (TEXTS, ("transitional", 3), GONE, "art111.3", "id", "transitional rule"),
    (TEXTS, ("transitional", 4, "citation"), GONE, "art111.4", "citation", "missing"),
    (TEXTS, ("transitional", 4, "id"), "art111.3", "art111.3", "id", "twice"),
    # deadlines, fines and lists
    (ANNEXES, ("incident_deadlines",), GONE, "", "incident_deadlines", "missing"),
    (ANNEXES, ("incident_deadlines", 0, "deadline_days"), "15", "art73.2", "deadline_days", "days"),
    (ANNEXES, ("incident_deadlines", 0, "deadline_days"), True, "art73.2", "deadline_days", "days"),
    (ANNEXES, ("incident_deadlines", 0, "citation"), [], "art73.2", "citation", "missing"),
    (ANNEXES, ("incident_deadlines", 1, "id"), "art73.2", "art73.2", "id", "twice"),
    (ANNEXES, ("penalties", 0, "max"), 35, "art99.3", "max", "eur and turnover_pct"),
    (ANNEXES, ("penalties", 0, "max", "eur"), "35m", "art99.3", "max.eur", "whole number"),
    (ANNEXES, ("penalties", 0, "max", "turnover_pct"), 700, "art99.3", "max.turnover_pct", "whole"),
    (ANNEXES, ("penalties", 0, "sme_rule"), "half", "art99.3", "sme_rule", "must begin"),
    (ANNEXES, ("penalties", 0, "follows"), "anger", "art99.3", "follows", "none of"),
    (ANNEXES, ("penalties", 1, "duties"), ["art99"], "art99.4", "duties", "no duty art99"),
    (ANNEXES, ("penalties", 1, "citation"), GONE, "art99.4", "citation", "missing"),
    (ANNEXES, ("retention", 0, "period"), 10, "retention[0]", "period", "text expected"),
    (ANNEXES, ("registration_annex_viii", "section_b"), GONE, "registration_annex_viii",
     "section_b", "a mapping"),
    (ANNEXES, ("registration_annex_viii", "section_a", "fields", 4), GONE,
     "registration_annex_viii", "section_a.fields", "numbered"),
    (ANNEXES, ("annex_iv_items", 3), GONE, "annex_iv_items", "headings", "numbered"),
    (ANNEXES, ("annex_iv_items", 3, "topic"), "", "annex_iv_items", "3.topic", "text expected"),
    (ANNEXES, ("annex_v_items",), [], "annex_v_items", "annex_v_items", "missing"),
    (ANNEXES, ("fria_elements", 0), 6, "fria_elements", "fria_elements", "list of texts"),
    (ANNEXES, ("penaltys",), [], "", "penaltys", "unknown section"),
]  # fmt: skip

# file, what becomes of its bytes, words of the refusal
BYTES: list[tuple[str, Any, str]] = [
    (BANS, lambda body: b"", "sections expected"),
    (BANS, lambda body: b"# nothing yet\n", "sections expected"),
    (BANS, lambda body: b"- a\n- b\n", "sections expected"),
    (BANS, lambda body: b"rules", "sections expected"),
    (BANS, lambda body: body[: len(body) // 2], ""),
    (BANS, lambda body: body[:-7], ""),
    (BANS, lambda body: body.replace(b"  kind:", b"\tkind:", 1), "line 4"),
    (BANS, lambda body: body.replace(b"Social", b"S\xf6cial"), "04_prohibitions.yaml: pack"),
    (BANS, lambda body: b"\xff\xfe" + body, "04_prohibitions.yaml: pack"),
    (BANS, lambda body: body.replace(b"Social", b"S\x00cial"), "04_prohibitions.yaml: pack"),
    (BANS, lambda body: body + b"---\nrules: []\n", "04_prohibitions.yaml: pack: line"),
    (BANS, lambda body: body + b"rules: []\n", "rules twice"),
    (BANS, lambda body: body.replace(b"title: Social", b"title: Soon\n  title: Social"), "twice"),
    (BANS, lambda body: body + b"? [a, b]\n: c\n", "a name expected"),
    (BANS, lambda body: body.replace(b"rules:", b"rules: &all", 1) + b"meta: *all\n", "an alias"),
    (BANS, lambda body: b"a: &a [x, x]\nb: &b [*a, *a]\nrules: [*b, *b]\n", "an alias"),
    (BANS, lambda body: b"rules: &me [*me]\n", "an alias"),
    (BANS, lambda body: b"rules: " + b"[" * 5000 + b"]" * 5000, "deeper than 40"),
    (BANS, lambda body: b"rules: " + b"{a: " * 5000 + b"1" + b"}" * 5000, "deeper than 40"),
    (BANS, lambda body: b"rules: !!python/object/apply:os.getcwd []\n", "line 1"),
    (BANS, lambda body: b"rules: !!int 0x_\n", "a tag"),
    (BANS, lambda body: b"rules: !!timestamp 2026-99-99\n", "04_prohibitions.yaml: pack"),
    (BANS, lambda body: b"rules: !!binary '*'\n", "04_prohibitions.yaml: pack"),
    (BANS, lambda body: b"rules: " + b"9" * 5000 + b"\n", "04_prohibitions.yaml: pack"),
    (BANS, lambda body: b"#" * 5_000_001, "larger than"),
    (USES, lambda body: body.replace(b"'2026-08-02'", b"2026-08-32", 1), "enacted: 2026-08-32"),
    (FACTS, lambda body: body.replace(b"default: true", b"default: yes please", 1), "default"),
]  # fmt: skip


@pytest.fixture
def pack(tmp_path):
    """A copy of the pack that a test may break."""
    for file in EU_AI_ACT.glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def put(file: Path, path: Path_, value: Any) -> None:
    """Write the file anew with one place changed, added or taken away."""
    tree = yaml.load(file.read_bytes(), yaml.CSafeLoader)
    *above, last = path
    node = tree
    for key in above:
        node = node[key]
    if value is GONE:
        del node[last]
    else:
        node[last] = value
    dumped = yaml.dump(tree, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
    file.write_text(dumped)


def refusal(pack: Path, capsys: Any) -> str:
    """Return what the command says of a pack that it refuses with 1."""
    load.cache_clear()
    with pytest.raises(SystemExit) as ended:
        call_command("check_rulepack", str(pack))
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (1, "")
    assert "Traceback" not in said.err
    return str(said.err)


@pytest.mark.parametrize("broken", TREE, ids=lambda one: f"{one[3]} {one[4]} {one[5]}")
def test_a_half_written_pack_is_refused_by_file_rule_and_field(pack, capsys, broken):
    file, path, value, rule, field, words = broken
    put(pack / file, path, value)
    said = refusal(pack, capsys)

    assert said.startswith("DOES NOT HOLD. ")
    named, told_rule, told_field, told_words = said.removeprefix("DOES NOT HOLD. ").split(": ", 3)
    assert named == file or (named == pack.name and told_rule == "pack" and value is GONE)
    assert told_rule == (rule or "pack")
    assert told_field == field
    assert words in told_words


@pytest.mark.parametrize("broken", range(len(BYTES)))
def test_bytes_that_are_no_such_pack_are_refused_by_file(pack, capsys, broken):
    file, spoil, words = BYTES[broken]
    before = (pack / file).read_bytes()
    (pack / file).write_bytes(spoil(before))
    assert (pack / file).read_bytes() != before
    said = refusal(pack, capsys)

    assert file in said
    assert words in said


def test_a_cycle_names_its_whole_way(pack, capsys):
    put(pack / USES, ("rules", 0, "when"), {"r": "art6.3.granted"})

    said = refusal(pack, capsys)
    assert "waits for itself" in said
    assert "annex3.1.a → art6.3.granted" in said or "art6.3.granted → " in said


@pytest.mark.parametrize("name", ["nowhere", "nowhere.yaml", "empty", "folder.yaml"])
def test_what_is_no_file_is_refused(tmp_path, capsys, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "folder.yaml").mkdir()

    assert "no such rule pack" in refusal(tmp_path / name, capsys)


def test_a_folder_among_the_files_is_refused(pack, capsys):
    (pack / "10_more.yaml").mkdir()

    assert "no such rule pack" in refusal(pack, capsys)
