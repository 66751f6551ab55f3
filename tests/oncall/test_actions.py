"""Making schedules, covering for each other, and who is told to be on call then."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.accounts.actions import deactivate
from governance.common.errors import DomainError, StaleError
from governance.ledger.models import Entry
from raci.oncall import actions, cover_actions
from raci.oncall.models import Handover, Override, Schedule
from raci.oncall.queries import coverage_gaps, for_roles, on_call, roster_of
from raci.oncall.rules import Reason, Shift, SwapStatus, Through
from raci.people.models import Absence
from tests.oncall.conftest import soon, wish


def person_at(schedule, at):
    roster = roster_of(schedule)
    answer = roster.planned(at)
    return roster.person(answer.person) if isinstance(answer, Shift) else None


def entries(action: str) -> int:
    return Entry.objects.filter(action=action).count()


def turn_of(schedule, user):
    """Return the next shift of a person that begins after now."""
    at = timezone.now()
    for _ in range(5):
        answer = roster_of(schedule).planned(at)
        if isinstance(answer, Shift) and answer.person == user.pk and answer.since > timezone.now():
            return answer
        at = answer.until
    raise AssertionError("no turn")


def test_a_schedule_says_who_is_on_call_and_leaves_an_entry(manned, ops_lead, owner):
    found = on_call("OC", manned.unit, timezone.now())

    assert found is not None
    assert found.person in {ops_lead, owner}
    assert entries("oncall.made") == entries("oncall.layer_put") == 1


def test_a_wrong_zone_is_refused_in_words(organisation, officer):
    with pytest.raises(DomainError, match="“Berlin” is not a time zone"):
        actions.make_schedule(organisation, actor=officer, role="OC", name="X", zone="Berlin")


def test_a_unit_has_one_schedule_for_a_role(schedule, officer):
    with pytest.raises(DomainError, match="has a schedule for On-call engineer already"):
        actions.make_schedule(
            schedule.unit, actor=officer, role="OC", name="Second", zone="Europe/Berlin"
        )


def test_an_unknown_role_is_refused(organisation, officer):
    with pytest.raises(DomainError, match="Nobody is on call as XX"):
        actions.make_schedule(organisation, actor=officer, role="XX", name="X", zone="UTC")


def test_who_may_not_assign_makes_no_schedule(claims, owner):
    with pytest.raises(PermissionDenied):
        actions.make_schedule(claims, actor=owner, role="OC", name="X", zone="UTC")


def test_a_layer_without_people_is_refused(schedule, officer):
    with pytest.raises(DomainError, match="at least one person"):
        actions.put_layer(schedule, actor=officer, wish=wish())


def test_of_two_who_change_it_at_once_the_later_is_told(schedule, officer, ops_lead):
    actions.put_layer(schedule, actor=officer, wish=wish(ops_lead), seen=1)
    with pytest.raises(StaleError):
        actions.put_layer(
            Schedule.objects.get(), actor=officer, wish=wish(ops_lead, name="Nights"), seen=1
        )


def test_a_changed_layer_does_not_change_who_it_was(manned, officer, auditor):
    before = timezone.now()
    was = person_at(manned, before)
    (layer,) = manned.layers.all()
    actions.put_layer(manned, actor=officer, wish=wish(officer), replaces=layer)

    assert person_at(manned, before) == was
    assert person_at(manned, timezone.now()) == officer


def test_a_layer_that_was_replaced_is_not_replaced_again(manned, officer, ops_lead):
    (layer,) = manned.layers.all()
    actions.drop_layer(layer, actor=officer)
    with pytest.raises(DomainError, match="replaced meanwhile"):
        actions.put_layer(manned, actor=officer, wish=wish(ops_lead), replaces=layer)


def test_the_nearest_unit_upward_that_has_a_schedule_decides(manned, claims, lending, officer):
    own = actions.make_schedule(claims, actor=officer, role="OC", name="Claims", zone="UTC")
    actions.put_layer(own, actor=officer, wish=wish(officer))
    found = [on_call("OC", unit, timezone.now()) for unit in (claims, lending)]

    assert [one.roster.schedule for one in found if one] == [own, manned]


def test_where_nobody_has_a_schedule_there_is_no_answer_and_one_long_gap(claims):
    (gap,) = coverage_gaps("OC", claims, timezone.now())

    assert on_call("OC", claims, timezone.now()) is None
    assert gap.reason == Reason.NO_SCHEDULE
    assert gap.until - gap.since == timedelta(days=28)


def test_a_closed_schedule_still_tells_who_it_was(manned, officer):
    before = timezone.now()
    actions.close_schedule(manned, actor=officer)

    assert on_call("OC", manned.unit, timezone.now()) is None
    assert on_call("OC", manned.unit, before) is not None


def test_whoever_has_left_is_not_the_answer(schedule, officer, ops_lead, administrator):
    actions.put_layer(schedule, actor=officer, wish=wish(ops_lead))
    assert person_at(schedule, timezone.now()) == ops_lead
    deactivate(ops_lead, actor=administrator)

    (gap,) = coverage_gaps("OC", schedule.unit, timezone.now())
    assert (gap.reason, gap.away) == (Reason.AWAY, (ops_lead.pk,))


def test_who_said_to_be_away_is_passed_over_until_the_absence_is_cancelled(
    schedule, officer, ops_lead
):
    actions.put_layer(schedule, actor=officer, wish=wish(ops_lead))
    since, until = soon(24, 48)
    absence = Absence.objects.create(
        person=ops_lead, starts_at=since, ends_at=until, zone="UTC", entered_by=ops_lead
    )
    (gap,) = coverage_gaps("OC", schedule.unit, timezone.now())
    assert (gap.since, gap.until, gap.away) == (since, until, (ops_lead.pk,))
    Absence.objects.filter(pk=absence.pk).update(cancelled_at=timezone.now())

    assert coverage_gaps("OC", schedule.unit, timezone.now()) == []


def test_an_override_counts_for_its_time_and_after_it_is_taken_back_no_more(manned, officer):
    times = soon(1)
    made = cover_actions.add_override(manned, actor=officer, person=officer, times=times)
    inside = times[0] + timedelta(hours=1)
    assert person_at(manned, inside) == officer
    cover_actions.withdraw_override(made, actor=officer)

    assert person_at(manned, inside) != officer
    assert entries("oncall.override_withdrawn") == 1


def test_an_override_does_not_rewrite_what_has_passed(manned, officer):
    times = (timezone.now() - timedelta(days=3), timezone.now() + timedelta(hours=1))
    made = cover_actions.add_override(manned, actor=officer, person=officer, times=times)

    assert made.since > timezone.now() - timedelta(minutes=1)
    with pytest.raises(DomainError, match="This time is over"):
        cover_actions.add_override(
            manned, actor=officer, person=officer, times=(times[0], times[0] + timedelta(hours=1))
        )


def test_one_may_take_over_oneself_but_put_nobody_else_on_call(manned, owner, ops_lead):
    cover_actions.add_override(manned, actor=owner, person=owner, times=soon(1))
    with pytest.raises(PermissionDenied, match="put somebody else on call"):
        cover_actions.add_override(manned, actor=owner, person=ops_lead, times=soon(1))


def test_a_swap_counts_only_when_the_other_accepts_it(manned, owner, ops_lead):
    turn = turn_of(manned, owner)
    swap = cover_actions.ask_swap(
        manned, actor=owner, taker=ops_lead, times=(turn.since, turn.until)
    )
    assert person_at(manned, turn.since) == owner
    with pytest.raises(PermissionDenied, match="Only who was asked"):
        cover_actions.accept_swap(swap, actor=owner)
    cover_actions.accept_swap(swap, actor=ops_lead)

    answer = roster_of(manned).planned(turn.since)
    assert isinstance(answer, Shift)
    assert (answer.person, answer.through) == (ops_lead.pk, Through.SWAP)


def test_a_swap_with_a_time_in_return_turns_both(manned, owner, ops_lead):
    mine, theirs = turn_of(manned, owner), turn_of(manned, ops_lead)
    swap = cover_actions.ask_swap(
        manned,
        actor=owner,
        taker=ops_lead,
        times=(mine.since, mine.until),
        back=(theirs.since, theirs.until),
    )
    cover_actions.accept_swap(swap, actor=ops_lead)

    assert person_at(manned, mine.since) == ops_lead
    assert person_at(manned, theirs.since) == owner


def test_a_declined_swap_changes_nothing_and_is_not_accepted_later(manned, owner, ops_lead):
    swap = cover_actions.ask_swap(manned, actor=owner, taker=ops_lead, times=soon(1))
    cover_actions.refuse_swap(swap, actor=ops_lead)

    with pytest.raises(DomainError):
        cover_actions.accept_swap(swap, actor=ops_lead)
    assert swap.status == SwapStatus.REFUSED


def test_a_swap_with_oneself_or_over_the_same_time_is_refused(manned, owner, ops_lead):
    with pytest.raises(DomainError, match="somebody else"):
        cover_actions.ask_swap(manned, actor=owner, taker=owner, times=soon(1))
    with pytest.raises(DomainError, match="overlap"):
        cover_actions.ask_swap(manned, actor=owner, taker=ops_lead, times=soon(1), back=soon(2))


def test_who_takes_no_part_asks_for_no_swap(manned, officer, owner):
    with pytest.raises(PermissionDenied, match="do not take part"):
        cover_actions.ask_swap(manned, actor=officer, taker=owner, times=soon(1))


def test_until_it_is_confirmed_the_outgoing_person_has_the_pager(manned, officer, owner, ops_lead):
    actions.change_schedule(manned, actor=officer, name=manned.name, confirms=True)
    Override.objects.create(
        schedule=manned,
        person=officer,
        since=timezone.now() - timedelta(minutes=30),
        until=timezone.now() + timedelta(hours=2),
    )
    manned.layers.update(since=None)
    found = on_call("OC", manned.unit, timezone.now())
    assert found is not None
    assert found.person in {owner, ops_lead}
    assert found.held.waits_for == officer.pk
    cover_actions.confirm_handover(manned, actor=officer, note_text="Two alerts are open.")

    after = on_call("OC", manned.unit, timezone.now())
    assert after is not None
    assert after.person == officer
    assert Handover.objects.get().outgoing in {owner, ops_lead}


def test_a_handover_is_confirmed_once_and_by_whose_shift_it_is(manned, owner, ops_lead):
    now = person_at(manned, timezone.now())
    other = owner if now == ops_lead else ops_lead
    cover_actions.confirm_handover(manned, actor=now)
    with pytest.raises(DomainError, match="already"):
        cover_actions.confirm_handover(manned, actor=now)
    if turn_of(manned, other).since > timezone.now() + timedelta(minutes=16):
        with pytest.raises(DomainError, match="not your shift"):
            cover_actions.confirm_handover(manned, actor=other)


def test_many_systems_are_answered_in_a_constant_number_of_queries(manned, claims, lending):
    def queries(units) -> int:
        with CaptureQueriesContext(connection) as captured:
            lookup = for_roles(units)
            for unit in units:
                lookup.on_call("OC", unit, timezone.now())
                lookup.coverage_gaps("OC", unit, timezone.now())
        return len(captured)

    assert queries([claims]) == queries([claims, lending, manned.unit] * 10)


def test_what_the_people_of_a_unit_do_not_serve_is_not_seen(claims, officer, owner, stranger):
    own = actions.make_schedule(claims, actor=officer, role="IC", name="Claims", zone="UTC")

    assert own in Schedule.objects.visible_to(owner)
    assert own not in Schedule.objects.visible_to(stranger)
    actions.put_layer(own, actor=officer, wish=wish(stranger))
    assert own in Schedule.objects.visible_to(stranger)


def test_the_night_without_two_oclock_is_told_by_the_stored_schedule_too(manned):
    roster = roster_of(manned, datetime(2027, 3, 28, tzinfo=UTC))
    answer = roster.planned_local(datetime(2027, 3, 28, 2))  # noqa: DTZ001

    assert isinstance(answer, Shift)
    assert "02:00 does not exist that night" in answer.note
