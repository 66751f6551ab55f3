"""kinds.yaml is refused with file, kind and field when something in it does not hold."""

import re

import pytest

from governance.calendars.rules import DEFAULT_WINDOWS, BusinessCalendar
from governance.escalation.kind_reading import KindError
from governance.escalation.kind_words import HEAD, rows
from governance.escalation.kinds import KINDS, kinds, read
from governance.escalation.lasting import Lasts, Unit
from governance.escalation.rules import Base, ClockKind, Span
from tests.calendars.test_rules import local

GOOD = """
at: "09:00"
ladders:
  late:
    - {code: due day, at: due +0 business_days, level: 1, whom: [responsible]}
    - {code: late, at: due +2 business_days, level: 2, whom: [deputy]}
kinds:
  paper_ends:
    title: A paper ends
    counts_from: its last day
    before: [30, 7]
    then: late
    responsible: [own, "role:VM", "member:compliance_officer"]
    severity: warning
    lasts: 10 days
    resolves: It was renewed.
"""
WRONG = [
    ("title: A paper ends", "titel: A paper ends", "paper_ends · titel: there is no such field"),
    ("    counts_from: its last day\n", "", "paper_ends · counts_from: is missing"),
    ("before: [30, 7]", "before: [7, 30]", "before: each day once, the farthest first"),
    ("before: [30, 7]", "before: [0]", "before: days from 1"),
    ("before: [30, 7]", "before: 7", "before: a list expected"),
    ("then: late", "then: never", "then: there is no ladder “never”"),
    ("[own, ", "[nobody, ", "responsible: “nobody” says not who"),
    ("role:VM", "role:XX", "responsible: there is no role XX"),
    ("member:compliance_officer", "member:boss", "“member:boss” says not who"),
    ('responsible: [own, "role:VM", "member:compliance_officer"]', "responsible: []", "nobody"),
    ("severity: warning", "severity: loud", "severity: one of info"),
    ("lasts: 10 days", "lasts: soon", "lasts: “soon” is not like"),
    ("lasts: 10 days", "lasts: 0 days", "lasts: “0 days” is not like"),
    ("lasts: 10 days", "lasts: [1]", "lasts: a time like 180 days"),
    ("lasts: 10 days", "activity: ABC-99", "activity: there is no activity ABC-99"),
    ("lasts: 10 days", "channels: [pigeon]", "channels: some of"),
    ("lasts: 10 days", "channels: []", "channels: some of"),
    ("lasts: 10 days", "clock: slow", "clock: one of 24x7, business"),
    ("lasts: 10 days", "again_days: 0", "again_days: a number from 1 to 90"),
    ("title: A paper ends", 'title: ""', "title: a text expected"),
    ("title: A paper ends", "title: [a]", "title: a text of up to"),
    ("at: due +2 business_days", "at: due -2 business_days", "late does not come after due day"),
    ("at: due +2 business_days", "at: 50 percent", "do not go together"),
    ("at: due +2 business_days", "at: tomorrow", "ladders.late · at: “tomorrow” is not like"),
    ("whom: [deputy]", "whom: []", "ladders.late · whom: nobody would be told"),
    ("whom: [deputy]", "whom: [everybody]", "ladders.late · whom: “everybody” says not"),
    ("whom: [deputy]", 'whom: ["role:XX"]', "ladders.late · whom: there is no role XX"),
    ("level: 2", "level: 0", "level: a number from 1 to 9"),
    ("level: 2", "leven: 2", "leven: there is no such field"),
    ("code: late", "code: due day", "two stages have the same name"),
    ('at: "09:00"', 'at: "9"', "at: an hour like 09:00"),
    ("paper_ends:", "Paper Ends:", "kinds: “Paper Ends” is no name"),
    ("  paper_ends:\n", "  paper_ends: [\n", "line"),
    ('at: "09:00"', "at: 1\nat: 2", "twice"),
]


def test_a_good_file_is_read():
    kind = read("kinds.yaml", GOOD.encode()).by_code["paper_ends"]

    assert [step.code for step in kind.plan.steps] == ["T-30", "T-7", "due day", "late"]
    assert kind.horizon_days == 30
    assert kind.time_of("high") == Lasts(10, Unit.DAYS)


@pytest.mark.parametrize(("right", "wrong", "why"), WRONG, ids=[row[1][:40] for row in WRONG])
def test_what_is_wrong_is_named_with_file_kind_and_field(right, wrong, why):
    assert right in GOOD

    with pytest.raises(KindError, match=re.escape(why)) as caught:
        read("kinds.yaml", GOOD.replace(right, wrong, 1).encode())
    assert str(caught.value).startswith("kinds.yaml")


def test_the_shipped_kinds_hold():
    found = kinds().by_code

    assert len(found) == 28
    assert all(kind.plan.problem() == "" for kind in found.values())
    assert found["incident_report"].plan.clock == ClockKind.ALWAYS


def test_no_legal_clock_stands_in_the_data():
    kind = kinds().by_code["incident_report"]

    assert kind.lasts == {}
    assert {step.offset.span for step in kind.plan.steps if step.offset} == {Span.PERCENT}
    assert {step.offset.base for step in kind.plan.steps if step.offset} == {Base.SINCE}


@pytest.mark.parametrize(
    ("lasts", "begins", "ends"),
    [
        (Lasts(30, Unit.DAYS), (2027, 3, 1, 9), (2027, 3, 31, 9)),
        (Lasts(6, Unit.MONTHS), (2026, 8, 31, 9), (2027, 2, 28, 9)),
        (Lasts(12, Unit.MONTHS), (2028, 2, 29, 9), (2029, 2, 28, 9)),
        (Lasts(24, Unit.MONTHS), (2026, 12, 31, 9), (2028, 12, 31, 9)),
        (Lasts(5, Unit.BUSINESS_DAYS), (2026, 11, 20, 9), (2026, 11, 27, 9)),
    ],
)
def test_a_time_ends_at_the_same_wall_time(lasts, begins, ends):
    office = BusinessCalendar("Europe/Berlin", DEFAULT_WINDOWS)

    assert lasts.after(local("Europe/Berlin", *begins), office) == local("Europe/Berlin", *ends)


def test_each_kind_stands_in_the_documentation_as_the_data_say_it():
    text = (KINDS.parents[2] / "docs" / "reminders.md").read_text(encoding="utf-8")

    assert HEAD in text
    assert [row for row in rows() if row not in text] == []
