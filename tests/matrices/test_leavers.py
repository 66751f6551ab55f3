"""Handing over what somebody has: all at once, or piece by piece."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from governance.accounts import actions as accounts
from governance.accounts.rules import Role
from governance.common.errors import DomainError
from governance.ledger.models import Entry
from raci.matrices import checking, queries
from raci.matrices.belongings import belongings, counted
from raci.matrices.handover_actions import hand_over
from raci.matrices.models import Matrix
from raci.matrices.review_actions import submit
from raci.matrices.review_rules import Origin
from raci.matrices.rules import MatrixStatus
from raci.matrices.schemes import Letter
from raci.people.absence_actions import Period, accept, delegate_to
from raci.people.models import Delegation, RoleHolder
from tests.conftest import person
from tests.factories import put_in_force


@pytest.fixture
def in_force(draft, officer) -> Matrix:
    """A system's matrix, in force."""
    put_in_force(draft, actor=officer)
    return draft


@pytest.fixture
def successor(organisation, administrator):
    """Somebody who takes over."""
    return person("Hana Reyes", Role.SYSTEM_OWNER, organisation, administrator)


def everything(somebody, user, to):
    return {one.key: to for one in belongings(somebody, user) if one.may_move}


def current(system) -> Matrix:
    return Matrix.objects.with_grid().get(system=system, status=MatrixStatus.ACTIVE)


def letters(matrix: Matrix, somebody) -> dict[str, str]:
    rows = matrix.assignments.filter(party__person=somebody)
    return dict(rows.values_list("activity", "letter"))


def test_all_that_somebody_has_is_listed(in_force, officer, ops_lead, owner):
    now = timezone.now()
    period = Period(now + timedelta(hours=1), now + timedelta(days=3), "UTC")
    delegate_to(owner, taker=ops_lead, actor=owner, period=period, reason="Leave.")
    found = belongings(ops_lead, officer)

    kinds = {one.key.split(":")[0] for one in found}
    assert kinds == {"letter", "seat", "turn", "delegation"}
    assert found[0].is_accountable
    assert "3 roles, 1 turn on call, 1 delegation" in counted(found)


def test_everything_goes_to_one_person_in_one_action_and_nothing_is_left(
    in_force, system, officer, ops_lead, successor
):
    before = letters(in_force, ops_lead)
    moved = hand_over(ops_lead, wishes=everything(ops_lead, officer, successor), actor=officer)
    found = current(system)

    assert moved > len(before)
    assert (found.version, found.origin) == (2, Origin.REASSIGNED)
    assert letters(found, successor) == before
    assert not belongings(ops_lead, officer)
    assert RoleHolder.objects.now().filter(person=successor).count() == 3
    assert queries.accountable(system, "OPS-01") == successor
    assert Entry.objects.filter(action="matrix.reassigned").count() == 1


def test_one_row_goes_to_somebody_else(in_force, system, officer, ops_lead, owner, successor):
    row = in_force.assignments.get(activity="CHG-02", party__person=ops_lead)
    hand_over(ops_lead, wishes={f"letter:{row.pk}": successor}, actor=officer)
    found = current(system)

    assert letters(found, successor) == {"CHG-02": row.letter}
    assert set(letters(in_force, ops_lead)) - set(letters(found, ops_lead)) == {"CHG-02"}
    assert found.overridden == ["CHG-02"]


def test_with_a_letter_of_their_own_the_stronger_counts(in_force, system, officer, ops_lead, owner):
    row = in_force.assignments.get(activity="CHG-01", party__person=ops_lead)
    assert (row.letter, letters(in_force, owner)["CHG-01"]) == ("R", "A")
    hand_over(ops_lead, wishes={f"letter:{row.pk}": owner}, actor=officer)

    assert letters(current(system), owner)["CHG-01"] == Letter.AR


def test_a_draft_is_changed_in_place(draft, officer, owner, successor):
    row = draft.assignments.get(activity="CHG-01", party__person=owner)
    hand_over(owner, wishes={f"letter:{row.pk}": successor}, actor=officer)
    draft.refresh_from_db()

    assert draft.status == MatrixStatus.DRAFT
    assert letters(draft, successor) == {"CHG-01": "A"}


def test_who_was_to_act_for_somebody_is_replaced_once_the_other_accepts(
    organisation, officer, owner, ops_lead, successor
):
    now = timezone.now()
    period = Period(now + timedelta(hours=1), now + timedelta(days=3), "UTC")
    row = delegate_to(owner, taker=ops_lead, actor=owner, period=period, reason="Leave.")
    accept(row, actor=ops_lead)
    hand_over(ops_lead, wishes={f"delegation:{row.pk}": successor}, actor=officer)

    (asked,) = Delegation.objects.open()
    assert (asked.giver, asked.taker, asked.status) == (owner, successor, "proposed")


def test_nothing_goes_to_who_has_it_or_has_left(in_force, officer, ops_lead, owner, administrator):
    wishes = everything(ops_lead, officer, ops_lead)
    with pytest.raises(DomainError, match="choose somebody else"):
        hand_over(ops_lead, wishes=wishes, actor=officer)
    accounts.deactivate(owner, actor=administrator)
    owner.refresh_from_db()
    with pytest.raises(DomainError, match="not somebody who can hold"):
        hand_over(ops_lead, wishes=dict.fromkeys(wishes, owner), actor=officer)


def test_only_who_may_assign_hands_over_and_a_stale_list_is_refused(
    in_force, officer, ops_lead, owner, successor
):
    wishes = everything(ops_lead, officer, successor)
    with pytest.raises(PermissionDenied):
        hand_over(ops_lead, wishes=wishes, actor=owner)
    hand_over(ops_lead, wishes=wishes, actor=officer)
    with pytest.raises(DomainError, match="changed meanwhile"):
        hand_over(ops_lead, wishes=wishes, actor=officer)


def test_a_closed_account_is_shown_on_the_matrix_and_on_people_and_cover(
    as_user, in_force, officer, owner, administrator
):
    accounts.deactivate(owner, actor=administrator)
    client, link = as_user(officer), f"/cover/people/{owner.pk}/"

    assert link in client.get(f"/raci/{in_force.pk}/").content.decode()
    assert link in client.get("/cover/").content.decode()
    assert {f.rule for f in checking.findings(current(in_force.system))} & {"R04", "R07"}


def test_the_page_hands_over_and_says_what_broke(
    as_user, in_force, officer, owner, successor, administrator
):
    accounts.deactivate(owner, actor=administrator)
    client, address = as_user(officer), f"/cover/people/{owner.pk}/"
    page = client.get(address).content.decode()
    keys = [one.key for one in belongings(owner, officer)]
    answer = client.post(address, {"item": keys, "to": successor.email}, follow=True)
    text = answer.content.decode()

    assert "Reassign" in page
    assert "As</h1>" in page
    assert f"{len(keys)} of {len(keys)} handed over." in text
    assert "This left" in text
    assert "lacks the authority" in text
    assert not belongings(owner, officer)


def test_a_name_that_nobody_has_loses_nothing_of_the_form(as_user, in_force, officer, owner):
    keys = [one.key for one in belongings(owner, officer)]
    form = {"item": keys[:2], "to": "Nobody Atall", f"to-{keys[0]}": "ines@halden.example"}
    answer = as_user(officer).post(f"/cover/people/{owner.pk}/", form)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "there is nobody “Nobody Atall”" in page
    assert 'value="ines@halden.example"' in page
    assert page.count(" checked") == 2


def test_what_one_may_not_see_is_not_there(as_user, in_force, stranger, owner):
    assert as_user(stranger).get(f"/cover/people/{owner.pk}/").status_code == 404


def test_who_may_not_assign_sees_no_form(as_user, in_force, auditor, owner):
    page = as_user(auditor).get(f"/cover/people/{owner.pk}/")

    assert page.status_code == 200
    assert b"Hand over what is ticked" not in page.content


def test_a_draft_in_review_stays_as_it_is(draft, officer, owner, ops_lead):
    submit(draft, actor=officer)
    found = belongings(owner, ops_lead)

    assert not any(one.may_move for one in found if one.key.startswith("letter"))
