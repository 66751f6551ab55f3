"""Setting controls aside: who may, for how long, and what the record keeps."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.common.errors import DomainError
from governance.crosswalk.actions import Aside, agree, review_mapping, set_aside, withdraw
from governance.crosswalk.models import NotApplicable
from governance.crosswalk.rules import Framework, State
from governance.ledger.models import Entry
from inventory.systems.actions import retire

ISO, GDPR = Framework.ISO_42001, Framework.GDPR


def test_a_control_set_aside_for_a_system_does_not_apply_to_it(
    system, officer, a_month, stands, agreed
):
    agreed(
        set_aside(Aside("C09", None, system), actor=officer, reason="Another law.", until=a_month)
    )

    row = stands("C09", ISO)
    assert row.state == State.NOT_APPLICABLE
    assert "Another law." in row.why_not[system.pk]
    assert officer.name in row.why_not[system.pk]


def test_in_one_framework_it_stays_in_the_others(system, officer, a_month, stands, agreed):
    agreed(set_aside(Aside("C09", GDPR, None), actor=officer, reason="No.", until=a_month))

    assert stands("C09", GDPR).state == State.NOT_APPLICABLE
    assert stands("C09", ISO).state == State.MISSING


def test_after_its_last_day_the_control_applies_again(system, officer, a_month, stands, agreed):
    row = agreed(set_aside(Aside("C09", None, system), actor=officer, reason="No.", until=a_month))
    yesterday = timezone.localdate() - timedelta(days=1)
    NotApplicable.objects.filter(pk=row.pk).update(until=yesterday)

    assert stands("C09", ISO).state == State.MISSING
    agreed(set_aside(Aside("C09", None, system), actor=officer, reason="Still.", until=a_month))
    assert stands("C09", ISO).state == State.NOT_APPLICABLE


def test_what_is_withdrawn_counts_no_more(system, officer, a_month, stands, agreed):
    row = agreed(set_aside(Aside("C09", None, system), actor=officer, reason="No.", until=a_month))

    withdraw(row, actor=officer)

    assert stands("C09", ISO).state == State.MISSING
    with pytest.raises(DomainError):
        withdraw(row, actor=officer)


def test_what_one_person_proposes_counts_once_another_agreed(
    system, officer, second, a_month, stands
):
    row = set_aside(Aside("C09", None, system), actor=officer, reason="No.", until=a_month)

    assert stands("C09", ISO).state == State.MISSING
    with pytest.raises(PermissionDenied, match="second person"):
        agree(row, actor=officer)
    agree(row, actor=second)
    assert second.name in stands("C09", ISO).why_not[system.pk]
    with pytest.raises(DomainError):
        agree(row, actor=second)


@pytest.mark.parametrize("who", ["owner", "auditor", "ops_lead", "administrator"])
def test_only_compliance_officers_agree(request, system, officer, a_month, who):
    row = set_aside(Aside("C09", None, system), actor=officer, reason="No.", until=a_month)

    with pytest.raises(PermissionDenied):
        agree(row, actor=request.getfixturevalue(who))


def test_the_database_refuses_that_one_person_agrees_with_themselves(officer, a_month):
    row = set_aside(Aside("C09"), actor=officer, reason="No.", until=a_month)

    with pytest.raises(IntegrityError), transaction.atomic():
        NotApplicable.objects.filter(pk=row.pk).update(agreed_by=officer, agreed_at=timezone.now())


@pytest.mark.parametrize("days", [-1, 400])
def test_the_last_day_lies_within_a_year(system, officer, days):
    until = timezone.localdate() + timedelta(days=days)

    with pytest.raises(DomainError, match="within a year"):
        set_aside(Aside("C09", None, system), actor=officer, reason="No.", until=until)


@pytest.mark.parametrize(
    ("aside", "reason"),
    [
        (Aside("C99"), "No."),
        (Aside("C09"), "  "),
        (Aside("C13", GDPR), "No."),  # it concerns nothing in the GDPR
    ],
)
def test_what_cannot_be_is_refused(officer, a_month, aside, reason):
    with pytest.raises(DomainError):
        set_aside(aside, actor=officer, reason=reason, until=a_month)

    assert not NotApplicable.objects.exists()


def test_the_same_is_not_said_twice(officer, a_month):
    set_aside(Aside("C09"), actor=officer, reason="No.", until=a_month)

    with pytest.raises(DomainError, match="already"):
        set_aside(Aside("C09"), actor=officer, reason="No.", until=a_month)


@pytest.mark.parametrize("who", ["owner", "auditor", "ops_lead", "administrator"])
def test_only_compliance_officers_set_aside(request, system, a_month, who):
    actor = request.getfixturevalue(who)

    with pytest.raises(PermissionDenied):
        set_aside(Aside("C09", None, system), actor=actor, reason="No.", until=a_month)


def test_an_officer_of_one_unit_sets_nothing_aside_for_all(stranger, a_month):
    with pytest.raises(PermissionDenied):
        set_aside(Aside("C09"), actor=stranger, reason="No.", until=a_month)


def test_the_record_keeps_who_said_what_until_when(system, officer, a_month, agreed):
    row = agreed(set_aside(Aside("C09", GDPR, system), actor=officer, reason="No.", until=a_month))
    withdraw(row, actor=officer)
    review_mapping(actor=officer)

    told = list(Entry.objects.order_by("pk").values_list("action", "object_ref"))[-3:]
    assert told[0] == ("control.set_aside", "C09")
    assert told[1] == ("control.applies_again", "C09")
    assert told[2][0] == "mapping.reviewed"


def test_only_an_officer_of_the_whole_reviews_the_mapping(auditor, stranger):
    for actor in (auditor, stranger):
        with pytest.raises(PermissionDenied):
            review_mapping(actor=actor)


def test_what_waits_about_a_system_retired_meanwhile_is_not_agreed_to(
    system, officer, second, a_month
):
    row = set_aside(Aside("C09", None, system), actor=officer, reason="No.", until=a_month)
    retire(system, actor=officer, on=timezone.localdate(), reason="Replaced.")

    with pytest.raises(DomainError, match="is retired"):
        agree(NotApplicable.objects.get(pk=row.pk), actor=second)
    assert not Entry.objects.filter(action="control.set_aside").exists()


def test_a_mapping_is_looked_through_once(officer, second):
    review_mapping(actor=officer)

    with pytest.raises(DomainError, match=f"{officer.name} looked through mapping"):
        review_mapping(actor=second)
    assert Entry.objects.filter(action="mapping.reviewed").count() == 1
