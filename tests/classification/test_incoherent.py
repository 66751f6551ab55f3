"""Packs whose every entry can be read, though one of them would have no effect or another one."""

from copy import deepcopy

import pytest

from governance.classification.law import PackError
from governance.classification.packs import EU_AI_ACT, pack_of
from governance.classification.source import parsed

FILES = {file.name: parsed(file.name, file.read_bytes()) for file in EU_AI_ACT.glob("*.yaml")}
TEXTS, ROLES, BANS = "01_texts.yaml", "03_scope_and_roles.yaml", "04_prohibitions.yaml"
PRODUCTS, USES, MODELS = "05_products.yaml", "06_uses.yaml", "07_transparency_models_incidents.yaml"
DUTIES, ANNEXES = "08_obligations.yaml", "09_annexes.yaml"
BOTH = {"enacted": "2026-08-02", "amended": "2026-08-02"}


def entry(section, name):
    return next(one for one in section if one["id"] == name)


def change(name, **fields):
    """Return what gives a rule other fields."""
    return lambda tree: entry(tree["rules"], name).update(fields)


def more(name, **fields):
    """Return what adds a rule like another one."""
    return lambda tree: tree["rules"].append(entry(tree["rules"], name) | fields)


def limit(value):
    over = {"f": "gpai.training_flop", "gt": value}
    return change("gpai.art51.2", when={"all": [{"r": "gpai.art3.63"}, over]})


def exception(name, **fields):
    return lambda tree: entry(tree["rules"], name)["unless"][0].update(fields)


def row(section, name, **fields):
    return lambda tree: entry(tree[section], name).update(fields)


def at(*path, **fields):
    """Return what gives a mapping in a file other fields."""

    def spoil(tree):
        for key in path:
            tree = tree[key]
        tree.update(fields)

    return spoil


BROKEN = [
    (TEXTS, at("meta", instruments=None), "meta", "instruments", "mapping"),
    (TEXTS, at("meta", "instruments", amended={}), "meta", "instruments.amended.in_force", "a day"),
    (TEXTS, at("meta", "instruments", "amended", in_force="soon"), "meta",
     "instruments.amended.in_force", "soon is not a day"),
    (TEXTS, lambda tree: tree["timelines"]["enacted"].reverse(), "timelines", "enacted", "order"),
    (TEXTS, row("transitional", "art111.3", note=5), "art111.3", "note", "text"),
    (TEXTS, at("transitional", 1, "cut_off", formal="2026-08-02"), "art111.2", "cut_off.formal",
     "unknown field"),
    (TEXTS, at("transitional", 1, "cut_off", "amended", annex2="2026-08-02"), "art111.2",
     "cut_off.amended.annex2", "unknown field"),
    (ROLES, change("art2.3", dates={**BOTH, "amended": "1026-08-02"}), "art2.3", "dates.amended",
     "between"),
    (ROLES, change("art2.3", dates={**BOTH, "enacted": "2206-08-02"}), "art2.3", "dates.enacted",
     "between"),
    (ROLES, change("art2.3", tier="limited"), "art2.3", "tier", "out_of_scope"),
    (ROLES, change("art2.3", when={"r": "art26.1"}), "art2.3", "when", "no rule art26.1"),
    (ROLES, change("art2.3", when={"r": "art6.1c"}), "art2.3", "when", "no rule art6.1c"),
    (ROLES, change("art2.3", when={"r": ["art3.1"]}), "art2.3", "when.r", "kind of condition"),
    (ROLES, change("art2.3", when={"f": "tr.ai_obvious", "all": []}), "art2.3", "when.all", "eq"),
    (ROLES, change("art2.3", when={"f": "market.first_placed"}), "art2.3", "when", "a date"),
    (ROLES, change("art2.3", when={"f": "scope.foss_licence", "eq": 1}), "art2.3", "when", "true"),
    (BANS, change("art5.1.a", kind="derived"), "art5.1.a", "kind", "sums up every prohibition"),
    (BANS, change("art5.1.a", tier="high"), "art5.1.a", "tier", "prohibited"),
    (BANS, more("art5.1.a", id="art5.1.i"), "art5.1.i", "kind", "d.prohibited does not ask"),
    (BANS, change("d.prohibited", dates={**BOTH, "enacted": None}), "d.prohibited", "dates",
     "under both texts"),
    (BANS, exception("art5.1.h", note=7), "art5.1.h.exc.permitted", "note", "text"),
    (BANS, exception("art5.1.d", when={"r": "d.prohibited"}), "d.prohibited", "when", "waits for"),
    (PRODUCTS, more("annex1.a.2", id="annex1.a.13"), "annex1.a.13", "kind", "high_risk_annex1"),
    (PRODUCTS, more("art6.1", id="art6.9"), "art6.9", "kind", "neither"),
    (USES, change("annex3.4.a", kind="high_risk_annex1"), "annex3.4.a", "kind", "neither"),
    (MODELS, change("gpai.art3.63", tier="high"), "gpai.art3.63", "tier", "gpai_systemic"),
    (MODELS, lambda tree: entry(tree["rules"], "gpai.art3.63").pop("tier"), "gpai.art3.63", "tier",
     "gpai_systemic"),
    (MODELS, limit(-1), "gpai.art51.2", "when", "from 0 up"),
    (MODELS, limit(10**400), "gpai.art51.2", "when", "from 0 up"),
    (MODELS, limit(float("inf")), "gpai.art51.2", "when", "from 0 up"),
    (DUTIES, at("obligations", 4, "dates", all=BOTH), "art9", "dates", "all stands alone"),
    (ANNEXES, row("incident_deadlines", "art73.2", id="art73.1"), "art73.2", "deadline_days",
     "no deadline"),
    (ANNEXES, row("incident_deadlines", "art73.2", deadline_days=None), "art73.2", "deadline_days",
     "no deadline"),
    (ANNEXES, at("registration_annex_viii", "section_a", duty="art49.9"), "registration_annex_viii",
     "section_a.duty", "no duty art49.9"),
    (ANNEXES, at("registration_annex_viii", section_z={}), "registration_annex_viii", "section_z",
     "unknown field"),
]  # fmt: skip


def read(files):
    return pack_of("broken", ((file, *part) for file in sorted(files)
                              for part in files[file].items()), "0" * 64)  # fmt: skip


def test_the_files_hold_as_they_are():
    assert read(FILES).rules


@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: f"{one[2]} {one[3]} {one[4]}")
def test_what_would_have_no_effect_or_another_one_is_refused(broken):
    file, spoil, rule, field, words = broken
    tree = deepcopy(FILES[file])
    spoil(tree)

    with pytest.raises(PackError) as refused:
        read(FILES | {file: tree})
    error = refused.value
    assert (error.file, error.rule, error.field) == (file, rule, field)
    assert words in error.words
