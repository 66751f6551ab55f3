"""A decision that weighs needs the password, given at most 15 minutes ago in this session."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client, RequestFactory

from governance.accounts import actions as accounts
from governance.accounts import sessions, stepup
from governance.accounts.rules import Proof
from governance.accounts.stepup import ReauthenticationRequired, require_proof
from governance.accounts.stepup_views import StepUpMiddleware
from governance.common import clock as database_clock
from governance.ledger.models import Entry
from governance.ledger.queries import body
from governance.rest.problems import handle
from tests.conftest import PASSWORD, sign_in

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONFIRM = "/account/confirm/"
TYPED = {"reason": "Bias test <passed>", "tick": ["a", "b"], "csrfmiddlewaretoken": "x"}


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet() -> None:
    cache.clear()


@pytest.fixture
def clock(monkeypatch):
    """A function that moves the database's clock, in minutes."""
    shift, real = timedelta(), database_clock.database_now

    def move(minutes: float) -> None:
        nonlocal shift
        shift += timedelta(minutes=minutes)

    monkeypatch.setattr(stepup, "database_now", lambda: real() + shift)
    return move


def request_of(client: Client, user, *, post: dict | None = None, auth: object = None):
    """Return a request in the client's session, as a view gets it."""
    request = RequestFactory().post("/updates/UPD-001/decide/", post or {})
    request.session, request.user = client.session, user
    if auth:
        request.auth = auth
    return request


def is_fresh(client: Client, user) -> bool:
    return stepup.is_fresh(request_of(client, user))


def confirmed(client: Client, password: str = PASSWORD, **more):
    return client.post(CONFIRM, {stepup.FIELD: password, **more})


def told() -> list[str]:
    entries = Entry.objects.filter(action__startswith="person.confirm").order_by("pk")
    return [entry.action for entry in entries]


@pytest.mark.parametrize(
    ("minutes", "fresh"), [(0, True), (15, True), (15.1, False), (-1, True), (-1.1, False)]
)
def test_a_proof_counts_for_fifteen_minutes(minutes: float, fresh: bool):
    proof = Proof("ines", "password", NOON)

    assert proof.is_fresh(NOON + timedelta(minutes=minutes)) is fresh


def test_signing_in_is_a_proof(client, officer):
    client.post("/accounts/login/", {"login": officer.email, "password": PASSWORD})

    assert is_fresh(client, officer)


def test_a_session_that_began_without_a_password_holds_no_proof(client, officer):
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")

    assert stepup.proof_of(request_of(client, officer)) is None


def test_after_a_quarter_of_an_hour_the_password_is_needed_again(as_user, officer, clock):
    client = as_user(officer)
    clock(minutes=16)
    assert not is_fresh(client, officer)

    assert confirmed(client).status_code == 302
    assert is_fresh(client, officer)


def test_using_the_session_keeps_no_proof_fresh(as_user, officer, clock):
    client = as_user(officer)
    for _ in range(4):
        clock(minutes=5)
        client.get("/settings/")

    assert not is_fresh(client, officer)


def test_the_clock_of_the_machine_makes_no_proof_fresh(as_user, officer, clock, monkeypatch):
    client = as_user(officer)
    clock(minutes=16)
    monkeypatch.setattr(sessions.time, "time", lambda: 0.0)

    assert not is_fresh(client, officer)


@pytest.mark.parametrize(("minutes", "fresh"), [(-0.5, True), (-2, False)])
def test_a_database_clock_put_back_lengthens_no_proof(as_user, officer, clock, minutes, fresh):
    client = as_user(officer)
    clock(minutes=minutes)

    assert is_fresh(client, officer) is fresh


def test_another_session_of_the_same_person_proves_nothing(officer, clock):
    here, there = sign_in(Client(), officer), sign_in(Client(), officer)
    clock(minutes=16)
    confirmed(here)

    assert is_fresh(here, officer)
    assert not is_fresh(there, officer)


def test_the_proof_of_somebody_else_is_none(as_user, officer, owner):
    client = as_user(officer)

    assert stepup.proof_of(request_of(client, owner)) is None


def test_a_session_key_known_before_is_worth_nothing_after(as_user, officer, clock):
    client = as_user(officer)
    clock(minutes=16)
    planted = Client()
    planted.cookies = client.cookies.copy()
    before = client.session.session_key
    confirmed(client)

    assert client.session.session_key != before
    assert planted.get("/settings/").status_code == 302


def test_confirming_leaves_other_forms_of_the_person_usable(officer):
    client = sign_in(Client(enforce_csrf_checks=True), officer)
    token = client.get(CONFIRM).context["csrf_token"]
    confirmed(client, csrfmiddlewaretoken=str(token))

    again = confirmed(client, csrfmiddlewaretoken=str(token))
    assert again.status_code == 302


def test_a_wrong_password_proves_nothing_and_is_recorded(as_user, officer, clock):
    client = as_user(officer)
    clock(minutes=16)
    answer = confirmed(client, "wrong")

    assert answer.status_code == 403
    assert "That is not your password." in answer.content.decode()
    assert not is_fresh(client, officer)
    assert told() == ["person.confirm_refused"]


def test_a_right_password_is_recorded_with_its_method(as_user, officer):
    confirmed(as_user(officer))

    entry = Entry.objects.get(action="person.confirmed")
    assert entry.actor_ref == officer.handle
    assert body(entry)["data"] == {"person": officer.handle, "method": "password"}


def test_no_password_is_recorded_anywhere(as_user, officer):
    confirmed(as_user(officer), "wrong horse")

    assert all(b"wrong horse" not in bytes(entry.body) for entry in Entry.objects.all())


def test_guessing_is_slowed_down_by_person_whatever_the_session(officer, clock):
    clients = [sign_in(Client(), officer) for _ in range(2)]
    clock(minutes=16)
    for at in range(5):
        confirmed(clients[at % 2], f"guess {at}")
    answer = confirmed(clients[0])

    assert answer.status_code == 429
    assert "Wait five minutes" in answer.content.decode()
    assert not is_fresh(clients[0], officer)
    assert told() == ["person.confirm_refused"] * 5


def test_one_who_guesses_stops_nobody_else(officer, owner):
    client = sign_in(Client(), officer)
    for at in range(6):
        confirmed(client, f"guess {at}")

    assert confirmed(sign_in(Client(), owner)).status_code == 302


def test_a_closed_account_confirms_nothing(as_user, officer, administrator):
    client = as_user(officer)
    accounts.deactivate(officer, actor=administrator)

    assert confirmed(client).headers["Location"].startswith("/accounts/login/")
    assert told() == []


def test_an_account_closed_meanwhile_confirms_nothing(as_user, officer, administrator):
    request = request_of(as_user(officer), officer, post={stepup.FIELD: PASSWORD})
    accounts.deactivate(officer, actor=administrator)

    with pytest.raises(ReauthenticationRequired):
        stepup.proof_of(request)


def test_an_account_without_a_password_confirms_nothing(as_user, officer):
    client = as_user(officer)
    request = request_of(client, officer, post={stepup.FIELD: ""})
    officer.set_unusable_password()
    officer.save(update_fields=["password"])

    with pytest.raises(ReauthenticationRequired):
        stepup.proof_of(request)


def test_a_token_is_never_fresh_not_even_beside_a_session(as_user, officer):
    client = as_user(officer)
    post = {stepup.FIELD: PASSWORD}
    request = request_of(client, officer, post=post, auth=SimpleNamespace(pk=1))

    assert stepup.proof_of(request) is None
    assert not stepup.is_fresh(request)
    assert told() == []


def test_nobody_has_no_proof():
    request = SimpleNamespace(user=AnonymousUser(), method="GET")

    with pytest.raises(PermissionDenied):
        stepup.proof_of(request)


@pytest.mark.parametrize("whose", ["nobody", "somebody", "old"])
def test_an_action_refuses_what_is_not_the_actors_own_fresh_proof(officer, owner, whose):
    now = database_clock.database_now()
    proofs = {
        "nobody": None,
        "somebody": Proof(owner.handle, "password", now),
        "old": Proof(officer.handle, "password", now - timedelta(minutes=16)),
    }

    with pytest.raises(ReauthenticationRequired, match=r"UPD-001 .* API token cannot"):
        require_proof(proofs[whose], actor=officer, where="UPD-001")


def test_an_action_takes_the_actors_own_fresh_proof(officer):
    proof = Proof(officer.handle, "password", database_clock.database_now())

    assert require_proof(proof, actor=officer, where="UPD-001") is proof
    assert stepup.said_of(proof)["method"] == "password"


@pytest.mark.parametrize(
    ("onward", "to"),
    [
        ("/updates/UPD-001/?a=1", "/updates/UPD-001/?a=1"),
        ("//evil.example", "/"),
        ("https:evil.example", "/"),
        ("/\\evil.example", "/"),
        ("http:///evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_confirming_leads_on_within_this_site(as_user, officer, onward, to):
    answer = confirmed(as_user(officer), next=onward)

    assert answer["Location"] == to


def asked(client: Client, user, error: Exception, **post) -> HttpResponse:
    """Return what a page answers whose action refuses a form that was posted."""
    request = request_of(client, user, post={**TYPED, **post})
    answer = StepUpMiddleware(lambda _: HttpResponse()).process_exception(request, error)
    assert answer is not None
    return answer


def test_a_refused_decision_is_asked_again_with_all_that_was_typed(as_user, officer):
    answer = asked(as_user(officer), officer, ReauthenticationRequired("Confirm."))

    page = answer.content.decode()
    assert answer.status_code == 403
    assert 'action="/updates/UPD-001/decide/"' in page
    assert 'name="reason" value="Bias test &lt;passed&gt;"' in page
    assert 'name="tick" value="a"' in page
    assert 'name="tick" value="b"' in page
    assert 'name="confirm_password"' in page
    assert "There is a problem" not in page


def test_a_wrong_password_in_the_decision_keeps_what_was_typed_but_the_password(as_user, officer):
    error = stepup.NotConfirmed("That is not your password.")
    answer = asked(as_user(officer), officer, error, **{stepup.FIELD: "wrong horse"})

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "That is not your password." in page
    assert "Bias test" in page
    assert "wrong horse" not in page


def test_reading_what_needs_a_proof_leads_to_the_page_that_takes_it():
    request = RequestFactory().get("/packs/1/", {"a": "1"})
    error = ReauthenticationRequired("Confirm.")
    answer = StepUpMiddleware(lambda _: HttpResponse()).process_exception(request, error)

    assert answer is not None
    assert answer["Location"] == "/account/confirm/?next=%2Fpacks%2F1%2F%3Fa%3D1"


def test_the_api_says_that_a_proof_is_wanting():
    answer = handle(ReauthenticationRequired("Decide on its page."), {})

    assert answer is not None
    assert answer.status_code == 403
    assert answer.data["type"] == "urn:muster:problem:reauthentication-required"
    assert answer.data["detail"] == "Decide on its page."
