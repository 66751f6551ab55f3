"""Nobody decides about their own work, whoever they say they are and whichever way they come.

The cases of kind SD, each on the page, over REST and among several decisions at once.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.stepup import FIELD, PROVED
from governance.approvals.actions import submit
from governance.approvals.around_actions import say_materiality
from governance.approvals.evidence_actions import add_proof, withdraw_proof
from governance.approvals.lifecycle import State
from governance.approvals.models import Release, Vote
from governance.approvals.proofs import evidence_digest, seal
from governance.approvals.quorum import Slot
from governance.approvals.situations import verdict
from governance.common.clock import database_now
from governance.evaluations.actions import withdraw_run
from governance.ledger.models import Entry
from governance.ledger.queries import body
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from inventory.systems.models import ModelVersion
from raci.people.absence_actions import Period, accept, delegate_to, enter_absence
from tests.approvals.world import Place
from tests.conftest import PASSWORD, sign_in
from tests.factories import a_run

WAYS = ("page", "rest", "several")
SAID = {"reason": "Read it all."}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def by_page(client: Client, release: Release, **said: Any) -> Any:
    """Press “Approve” on the page of an update."""
    return client.post(f"/updates/{release.ref}/decide/", {"decision": "approve", **SAID, **said})


def by_rest(client: Client, release: Release, **more: Any) -> Any:
    """Send the event for one release."""
    said = {"event": "approve", **SAID, "seen": more.pop("seen")}
    url = f"/api/v1/releases/{release.ref}/transitions/"
    return client.post(url, said, content_type="application/json", **more)


def among_several(client: Client, release: Release, **more: Any) -> Any:
    """Send a list of decisions, in which the release is one."""
    said = {"release": release.ref, "event": "approve", **SAID, "seen": more.pop("seen")}
    url = "/api/v1/releases/decisions/"
    return client.post(url, {"decisions": [said]}, content_type="application/json", **more)


VERBS: dict[str, Callable[..., Any]] = dict(
    zip(WAYS, (by_page, by_rest, among_several), strict=True)
)


def every_way(person: User, release: Release, **more: Any) -> Iterator[Any]:
    """Yield the answer to each way in which a person could approve a release."""
    for verb in VERBS.values():
        yield verb(sign_in(Client(), person), release, seen=more.get("seen") or seal(release))


def refused() -> list[dict[str, Any]]:
    """Return what the record says of refused decisions."""
    rows = Entry.objects.filter(action="release.refused").order_by("pk")
    return [body(row)["data"] for row in rows]


def assert_refused(person: User, release: Release, why: str, words: str) -> None:
    """Fail unless a person is refused every way, with these words, and nothing is left of it."""
    before = release.status
    answers = list(every_way(person, release))

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert all(words in answer.content.decode() for answer in answers)
    release.refresh_from_db()
    assert release.status == before
    assert not Vote.objects.filter(person=person).exists()
    assert [one["why"] for one in refused()] == [why] * len(WAYS)


def high(place: Place) -> None:
    """Let the system weigh as much as one can."""
    say_materiality(place.system, actor=place.officer, exposure=3, purpose=3, reason="It decides.")


def proposed_by_its_owner(place: Place) -> Release:
    """Return a waiting release that was proposed by who answers for updates of the system."""
    version = place.version()
    place.evidence(version)
    release = submit(version, actor=place.owner, reason="Better recall.")
    assert release.state == State.IN_REVIEW
    return release


def test_who_proposed_a_version_does_not_approve_it(place):
    release = proposed_by_its_owner(place)

    assert_refused(place.owner, release, "same person", "You proposed this version")


def test_who_stands_in_for_the_one_who_proposed_does_not_approve(place):
    release = proposed_by_its_owner(place)
    now = timezone.now()
    period = Period(now - timedelta(minutes=5), now + timedelta(days=3))
    owner, other = place.owner, place.people["BS"]
    asked = delegate_to(owner, taker=other, actor=owner, period=period, reason="Away.")
    accept(asked, actor=other)
    enter_absence(owner, actor=owner, period=period)

    assert_refused(other, release, "same person", f"You stand in for {owner.name}")


def added_a_run(place: Place, version: ModelVersion, person: User) -> None:
    a_run(version, actor=person, passed=94, failed=6)


def withdrew_a_run(place: Place, version: ModelVersion, person: User) -> None:
    run = a_run(version, actor=place.submitter, kind="bias")
    withdraw_run(run, actor=person, reason="Mistaken.")


def added_evidence(place: Place, version: ModelVersion, person: User) -> None:
    said = {"produced_by": "Finance", "statement": "Ten cents a case."}
    add_proof(version, actor=person, kind="cost_estimate", **said)


def wrote_evidence(place: Place, version: ModelVersion, person: User) -> None:
    said = {"produced_by": person.name, "author": person, "statement": "Nine cents a case."}
    add_proof(version, actor=place.submitter, kind="cost_estimate", **said)


def withdrew_evidence(place: Place, version: ModelVersion, person: User) -> None:
    proof = version.proofs.get(kind="drift_review", replaced_at__isnull=True)
    withdraw_proof(proof, actor=person, reason="It is of another version.")


def worked_on_it(place: Place, version: ModelVersion, person: User) -> None:
    version.contributors.create(user=person)


@pytest.mark.parametrize(
    "part",
    [
        *(added_a_run, withdrew_a_run, added_evidence, wrote_evidence, withdrew_evidence),
        worked_on_it,
    ],
)
def test_who_had_a_part_in_the_version_or_its_evidence_does_not_approve_it(place, part):
    version, validator = place.version(), place.people["VAL"]
    place.evidence(version)
    part(place, version, validator)
    release = submit(version, actor=place.submitter, reason="Better recall.")
    assert release.state == State.IN_REVIEW

    assert_refused(validator, release, "same person", "You worked on this version")


def test_a_service_account_does_not_approve(place):
    release = place.proposed()
    User.objects.filter(pk=place.owner.pk).update(is_service=True)

    assert_refused(place.owner, release, "same person", "Only a person decides")


def test_who_has_no_voice_does_not_approve(place):
    release = place.proposed()

    assert_refused(place.people["OC"], release, "not theirs", "You have no voice")


def test_one_human_in_two_roles_counts_once(system, officer, administrator, owner):
    place = Place(system, officer, administrator, VAL=owner)
    release = place.proposed()
    assert verdict(release).rule.slots == (Slot.PO, Slot.VAL)
    place.agree(release, Slot.PO)

    answers = list(every_way(owner, release))
    assert [answer.status_code for answer in answers] == [409, 409, 409]
    release.refresh_from_db()
    assert release.state == State.IN_REVIEW
    assert verdict(release).words == "1 of 2 agreed"


def token_of(person: User) -> dict[str, Any]:
    """Return the header of a new token that may do everything its owner may."""
    _, secret = issue_token(actor=person, name="CI", scopes=list(Scope))
    return {"headers": {"Authorization": f"Bearer {secret}"}}


def by_token(client: Client, person: User, release: Release) -> list[Any]:
    """Return the answers to both ways in which a token could approve a release."""
    given = {**token_of(person), "seen": seal(release)}
    return [by_rest(client, release, **given), among_several(client, release, **given)]


def test_the_token_of_who_proposed_is_its_owner(place, client):
    release = proposed_by_its_owner(place)
    answers = by_token(client, place.owner, release)

    assert [answer.status_code for answer in answers] == [403, 403]
    release.refresh_from_db()
    assert (release.state, Vote.objects.count()) == (State.IN_REVIEW, 0)
    assert [one["why"] for one in refused()] == ["same person"] * 2


@pytest.mark.parametrize("way", WAYS)
def test_what_changed_after_it_was_read_is_not_approved(place, client, way):
    release = place.proposed()
    read = seal(release)
    place.prove(release.version, "cost_estimate", "Twelve cents a case.")
    answer = VERBS[way](sign_in(client, place.owner), release, seen=read)

    assert answer.status_code in (409, 412)
    assert not Vote.objects.exists()
    answer = VERBS[way](client, release, seen=seal(release))
    assert answer.status_code in (200, 302)
    vote = Vote.objects.get()
    entry = Entry.objects.filter(action="release.approve").latest("pk")
    assert vote.evidence_digest == evidence_digest(release)
    assert body(entry)["data"]["evidence_digest"] == vote.evidence_digest
    assert body(entry)["data"]["digest"] == release.version.digest


def left_open(client: Client, person: User) -> Client:
    """Sign a person in who gave the password sixteen minutes ago."""
    session = sign_in(client, person).session
    at = database_now() - timedelta(minutes=16)
    session[PROVED] = {**session[PROVED], "at": at.isoformat()}
    session.save()
    return client


def test_a_login_of_sixteen_minutes_ago_approves_nothing_that_weighs(place):
    high(place)
    release = place.proposed()
    given = {"seen": seal(release)}
    answers = {way: VERBS[way](left_open(Client(), place.owner), release, **given) for way in WAYS}

    assert {way: answer.status_code for way, answer in answers.items()} == dict.fromkeys(WAYS, 403)
    assert 'name="confirm_password"' in answers["page"].content.decode()
    for way in ("rest", "several"):
        assert answers[way].json()["code"] == "reauthentication-required"
    release.refresh_from_db()
    assert (release.state, Vote.objects.count()) == (State.IN_REVIEW, 0)
    assert [one["why"] for one in refused()] == ["stale login"] * len(WAYS)


def test_the_password_alone_makes_the_refused_decision_go_through(place, client):
    high(place)
    release = place.proposed()
    page = by_page(left_open(client, place.owner), release, seen=seal(release))
    carried = dict(page.context["carried"])
    answer = client.post(page.context["target"], {**carried, FIELD: PASSWORD})

    assert answer.status_code == 302
    vote = Vote.objects.get()
    assert (vote.person, vote.reason) == (place.owner, SAID["reason"])
    entry = Entry.objects.filter(action="release.approve").latest("pk")
    assert body(entry)["data"]["proof"] == vote.proof
    assert vote.proof["method"] == "password"


def test_a_wrong_password_in_the_decision_approves_nothing(place, client):
    cache.clear()
    high(place)
    release = place.proposed()
    answer = by_page(
        left_open(client, place.owner), release, seen=seal(release), **{FIELD: "guessed"}
    )

    assert answer.status_code == 403
    assert not Vote.objects.exists()


def test_no_token_approves_what_weighs_whoever_owns_it(place, client):
    high(place)
    release = place.proposed()
    answers = by_token(client, place.owner, release)

    assert [answer.status_code for answer in answers] == [403, 403]
    for answer in answers:
        assert answer.json()["code"] == "reauthentication-required"
        assert f"Open {release.ref} in the browser" in answer.json()["detail"]
    assert not Vote.objects.exists()


def test_of_several_decisions_all_are_made_or_none(place, client):
    mine, other = place.proposed("1.0.0"), place.proposed("1.1.0", task="letters")
    sign_in(client, place.owner)
    url, wrong = "/api/v1/releases/decisions/", "0" * 64
    said = [
        {"release": row.ref, "event": "approve", **SAID, "seen": seen}
        for row, seen in ((mine, seal(mine)), (other, wrong))
    ]
    answer = client.post(url, {"decisions": said}, content_type="application/json")
    assert answer.status_code == 412
    assert not Vote.objects.exists()

    said[1]["seen"] = seal(other)
    answer = client.post(url, {"decisions": said}, content_type="application/json")
    assert answer.status_code == 200
    assert [row["ref"] for row in answer.json()] == [mine.ref, other.ref]
    assert Vote.objects.count() == 2


def test_who_closed_the_account_meanwhile_approves_nothing(place, client):
    release = place.proposed()
    sign_in(client, place.owner)
    header = token_of(place.owner)
    seen = seal(release)
    User.objects.filter(pk=place.owner.pk).update(is_active=False)

    assert by_page(client, release, seen=seen).headers["Location"].startswith("/accounts/login/")
    assert by_rest(client, release, seen=seen, **header).status_code == 401
    assert not Vote.objects.exists()
