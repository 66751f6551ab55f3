"""Rules of packs, without a database."""

import pytest

from governance.audit_packs import rules
from governance.audit_packs.rules import ScopeKind, chunks, ranges, subject_of
from tests.audit_packs.samples import EVENT, bare


@pytest.mark.parametrize(
    ("refs", "told"),
    [
        ([], ""),
        (["AIS-007"], "AIS-007"),
        (["AIS-010", "AIS-009"], "AIS-009, AIS-010"),
        (["AIS-1000", "AIS-001", "AIS-999", "AIS-998"], "AIS-001, AIS-998 to AIS-1000"),
        (["AIS-003", "AIS-001", "AIS-002", "AIS-005"], "AIS-001 to AIS-003, AIS-005"),
    ],
)
def test_refs_in_a_row_are_told_as_a_range(refs, told):
    assert ranges(refs) == told


def test_every_system_lies_in_one_part_and_no_part_grows():
    systems = [bare(number) for number in range(1, 100)]
    parts = list(chunks(systems))

    assert [system for part in parts for system in part] == systems
    assert max(map(len, parts)) <= rules.MOST_SYSTEMS_A_PART


def test_a_system_with_a_long_story_gets_a_part_of_its_own():
    long = bare(2, timeline=[EVENT] * 5_000)

    assert [len(part) for part in chunks([bare(1), long, bare(3), bare(4)])] == [1, 1, 2]


@pytest.mark.parametrize(
    ("kind", "names", "told"),
    [
        (ScopeKind.SYSTEM, ["Fraud screen"], "Fraud screen"),
        (ScopeKind.SELECTION, ["A", "B"], "2 systems of Claims"),
        (ScopeKind.PORTFOLIO, ["A"], "The AI systems of Claims"),
    ],
)
def test_a_pack_is_called_by_what_it_is_about(kind, names, told):
    assert subject_of(kind, names, "Claims") == told
