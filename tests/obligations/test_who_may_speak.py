"""Who may say how a duty stands: by what they may do, by what they see, by who answers."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from governance.accounts.actions import revoke
from governance.accounts.rules import Role
from governance.obligations import actions
from governance.obligations.models import Duty
from inventory.systems.actions import change_system, share, unshare
from raci.matrices import actions as raci
from raci.people import actions as people
from tests.browser.duties import staff
from tests.conftest import person
from tests.factories import put_in_force
from tests.obligations.test_api import PATH, post

NEXT_YEAR = timezone.localdate() + timedelta(days=365)
VERBS = ("start", "wait", "meet", "propose", "reopen", "plan", "attach", "show")


@pytest.fixture
def hand_to(signed, organisation, officer):
    """Return a function that puts a matrix in force by which a person answers for literacy."""

    def hand(somebody):
        put_in_force(raci.make_default_matrix(organisation, actor=officer), actor=officer)
        staff(organisation, signed.system, officer)
        people.name_holder(organisation, role="HR", person=somebody, actor=officer)
        put_in_force(raci.make_matrix(signed.system, actor=officer), actor=officer)

    return hand


@pytest.fixture
def accountable(hand_to, claims, administrator):
    """A system owner in Claims who owns nothing there, and answers for literacy."""
    found = person("Hana Reyes", Role.SYSTEM_OWNER, claims, administrator)
    hand_to(found)
    return found


def test_who_answers_says_all_that_can_be_said_of_the_own_duty(accountable, literacy, item):
    actions.start_duty(literacy, actor=accountable)
    actions.let_wait(literacy, waits_for="The course provider", actor=accountable)
    actions.show_evidence(literacy, item=item, actor=accountable)
    actions.meet_duty(literacy, next_check_on=NEXT_YEAR, actor=accountable)
    actions.reopen_duty(literacy, because="Two left.", actor=accountable)
    actions.propose_not_applicable(literacy, reason="Nobody operates it.", actor=accountable)

    assert (literacy.status, literacy.proposed_by) == ("proposed", accountable)


def test_who_answers_does_not_decide_on_the_own_proposal(accountable, literacy, officer):
    actions.propose_not_applicable(literacy, reason="Nobody operates it.", actor=accountable)
    with pytest.raises(PermissionDenied):
        actions.approve_not_applicable(literacy, actor=accountable)

    actions.approve_not_applicable(literacy, actor=officer)
    assert literacy.approved_by == officer


def test_who_answers_for_one_duty_has_no_word_in_another(accountable, duty, literacy):
    with pytest.raises(PermissionDenied, match="answers for this duty"):
        actions.start_duty(duty, actor=accountable)


def test_the_owner_still_speaks_of_duties_for_which_somebody_else_answers(
    accountable, literacy, owner
):
    actions.start_duty(literacy, actor=owner)

    assert literacy.status == "in_progress"


def test_a_colleague_who_neither_owns_nor_answers_has_no_word(literacy, claims, administrator):
    colleague = person("Cora Colleague", Role.SYSTEM_OWNER, claims, administrator)
    with pytest.raises(PermissionDenied):
        actions.start_duty(literacy, actor=colleague)


def test_an_auditor_who_answers_only_reads(hand_to, auditor, literacy):
    hand_to(auditor)
    with pytest.raises(PermissionDenied):
        actions.start_duty(literacy, actor=auditor)


def test_who_answers_and_does_not_see_the_system_is_heard_once_it_is_shared(
    hand_to, lending, officer, administrator, literacy
):
    elsewhere = person("Lars Elsewhere", Role.SYSTEM_OWNER, lending, administrator)
    hand_to(elsewhere)
    with pytest.raises(PermissionDenied):
        actions.start_duty(literacy, actor=elsewhere)

    share(literacy.system, user=elsewhere, actor=officer)
    actions.start_duty(literacy, actor=elsewhere)
    unshare(literacy.system, user=elsewhere, actor=officer)
    with pytest.raises(PermissionDenied):
        actions.let_wait(literacy, waits_for="x", actor=elsewhere)


def test_who_has_no_role_any_more_has_no_word(accountable, literacy, administrator):
    revoke(accountable.memberships.get(), actor=administrator)

    with pytest.raises(PermissionDenied):
        actions.start_duty(literacy, actor=accountable)


def test_an_owner_with_no_role_in_the_unit_speaks_of_a_system_that_is_shared(
    signed, literacy, lending, officer, administrator
):
    far = person("Lars Elsewhere", Role.SYSTEM_OWNER, lending, administrator)
    change_system(signed.system, actor=officer, owner=far)
    share(signed.system, user=far, actor=officer)
    literacy.refresh_from_db()

    actions.start_duty(literacy, actor=far)
    assert literacy.status == "in_progress"


def test_the_page_offers_who_answers_the_words_and_takes_them(as_user, accountable, literacy, duty):
    client, url = as_user(accountable), literacy.get_absolute_url()
    page = client.get(url).content.decode()
    assert all(f"{url}{verb}/" in page for verb in ("start", "wait", "meet", "propose", "attach"))
    upload = SimpleUploadedFile("attendance.csv", b"team,attended\n")

    assert client.post(f"{url}attach/", {"title": "Course", "upload": upload}).status_code == 302
    assert client.post(f"{url}meet/", {"next_check_on": NEXT_YEAR}).status_code == 302
    assert Duty.objects.get(pk=literacy.pk).status == "met"
    other = duty.get_absolute_url()
    assert f"{other}start/" not in client.get(other).content.decode()
    for verb in VERBS:
        assert client.get(f"{other}{verb}/").status_code == 403
        assert client.post(f"{other}{verb}/").status_code == 403


def test_the_api_takes_the_words_of_who_answers(as_user, accountable, literacy, duty, item):
    client = as_user(accountable)

    assert post(client, literacy, "start").json()["status"] == "in_progress"
    assert post(client, literacy, "wait", {"waits_for": "A"}).json()["status"] == "waiting"
    assert post(client, literacy, "evidence", {"item": item.ref}).status_code == 200
    met = post(client, literacy, "meet", {"next_check_on": f"{NEXT_YEAR}"})
    assert met.json()["state"] == "met"
    assert post(client, literacy, "propose", {"reason": "x"}).json()["status"] == "proposed"
    assert post(client, literacy, "approve").status_code == 403
    assert post(client, duty, "start").status_code == 403
    assert client.get(f"{PATH}{literacy.pk}/").json()["accountable"] == accountable.email


def test_what_who_answers_added_the_same_person_withdraws(as_user, accountable, literacy, item):
    client, url = as_user(accountable), literacy.get_absolute_url()
    client.post(f"{url}attach/", {"title": "Wrong", "link": "https://wrong.example/1"})
    own = literacy.system.evidence.get(title="Wrong")

    assert client.post(f"/evidence/{item.ref}/withdraw/", {"reason": "x"}).status_code == 403
    assert client.post(f"/evidence/{own.ref}/withdraw/", {"reason": "Wrong."}).status_code == 302
    own.refresh_from_db()
    assert own.withdrawn_by == accountable


def test_the_page_says_that_who_answers_does_not_see_the_system(
    as_user, hand_to, lending, officer, administrator, literacy
):
    elsewhere = person("Lars Elsewhere", Role.SYSTEM_OWNER, lending, administrator)
    hand_to(elsewhere)
    client = as_user(officer)
    assert "does not see this system" in client.get(literacy.get_absolute_url()).content.decode()

    share(literacy.system, user=elsewhere, actor=officer)
    shared = client.get(literacy.get_absolute_url()).content.decode()
    assert "does not see this system" not in shared
