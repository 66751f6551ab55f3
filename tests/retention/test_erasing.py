"""Erasing what the record holds about somebody: by one role, with ground and proof."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from governance.accounts import actions as accounts
from governance.accounts.models import User
from governance.accounts.rules import Proof
from governance.accounts.stepup import ReauthenticationRequired
from governance.common.clock import database_now
from governance.common.errors import DomainError
from governance.ledger.actions import record, sequence_all
from governance.ledger.models import Entry
from governance.ledger.models import Personal as PersonalValue
from governance.ledger.queries import body, size_and_root
from governance.ledger.verification import verify
from governance.retention.actions import Wish, erase, take_name_off
from governance.retention.queries import holdings, says
from governance.retention.rules import Ground, later
from inventory.systems.actions import change_system
from tests.factories import make_system

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def notes(settings, tmp_path):
    """The folder of the notes of erasures."""
    settings.ERASURES = tmp_path / "erasures"
    return settings.ERASURES


@pytest.fixture
def proof(administrator) -> Proof:
    """A fresh proof of the administrator."""
    return Proof(administrator.handle, "password", database_now())


@pytest.fixture
def leaver(owner, administrator) -> User:
    """Mira Rossi, who left; what was recorded has its numbers."""
    accounts.deactivate(owner, actor=administrator)
    sequence_all()
    return owner


def everything(**who) -> Wish:
    found = holdings(**who)
    return Wish(Ground.ASKED, "request 17", frozenset(one.value.pk for one in found.free))


def provided(claims, officer, owner, **over):
    return make_system(
        actor=officer, unit=claims, name="Pricing", owner=owner, our_roles=["provider"], **over
    )


def test_what_is_held_about_a_person_is_found_by_name_and_address(leaver):
    found = holdings(person=leaver)

    assert {one.value.path for one in found.held} >= {"/name", "/email"}
    assert found.kept == []


@pytest.mark.parametrize(
    ("value", "is_said"),
    [
        ("Mira Rossi", True),
        ("mira rossi, Ines Halvorsen", True),
        ({"who": ["Mira Rossi"]}, True),
        ({"Mira Rossi": 1}, True),
        ("Mira Rossini", False),
        ("Elmira Rossi", False),
        (7, False),
    ],
)
def test_a_name_is_found_whole_only(value, is_said):
    assert says(value, ["Mira Rossi"]) is is_said


def test_an_earlier_name_is_looked_for_too(leaver, administrator):
    accounts.change_person(leaver, actor=administrator, name="Mira Bianchi", email=leaver.email)

    assert "Mira Rossi" in holdings(person=leaver).words


def test_erasing_takes_the_values_and_leaves_every_proof(leaver, administrator, proof):
    before = size_and_root()
    wish = everything(person=leaver)

    count = erase(wish, actor=administrator, proof=proof, person=leaver)

    assert count == len(wish.values) > 1
    assert holdings(person=leaver).held == []
    assert verify({before[0]: before[1]}).fault is None
    said = body(Entry.objects.filter(action="personal.erased").latest("pk"))["data"]
    assert said["person"] == leaver.handle
    assert said["ground"].endswith("(GDPR Art. 17)")
    assert said["confirmed_by"] == "password"
    assert "Rossi" not in str(said)


def test_somebody_without_an_account_is_found_by_name(claims, officer, administrator, proof):
    system = make_system(actor=officer, unit=claims)
    change_system(system, actor=officer, owner=officer)
    sequence_all()

    erase(
        everything(text="Ines Halvorsen"), actor=administrator, proof=proof, text="Ines Halvorsen"
    )

    assert not [v for v in PersonalValue.objects.all() if says(v.value, ["Ines Halvorsen"])]


def test_packs_that_went_out_since_are_told_with_whoever_has_them(leaver, organisation, officer):
    with transaction.atomic():
        record("pack.downloaded", subject=organisation, actor=officer)

    (row,) = holdings(person=leaver).disclosures
    assert row.name == "Ines Halvorsen"
    assert "downloaded" in row.sentence


def test_only_the_one_role_erases(leaver, officer):
    own = Proof(officer.handle, "password", database_now())

    with pytest.raises(PermissionDenied, match="erase"):
        erase(everything(person=leaver), actor=officer, proof=own, person=leaver)


@pytest.mark.parametrize("late", [None, timedelta(minutes=16)], ids=["none", "too old"])
def test_without_a_fresh_proof_nothing_goes(leaver, administrator, proof, late):
    shown = late and replace(proof, at=proof.at - late)

    with pytest.raises(ReauthenticationRequired):
        erase(everything(person=leaver), actor=administrator, proof=shown, person=leaver)
    assert holdings(person=leaver).held


def test_what_the_law_keeps_stays_and_says_until_when(claims, officer, owner, administrator, proof):
    live = timezone.localdate() - timedelta(days=100)
    system = provided(claims, officer, owner, live_since=live)
    sequence_all()
    found = holdings(person=owner)
    (kept,) = found.kept

    assert kept.ruling.ref == system.ref
    assert kept.ruling.until == later(live, 120)
    every = frozenset(one.value.pk for one in found.held)
    with pytest.raises(DomainError, match=r"is kept until .* Art\. 18\(1\)"):
        erase(Wish(Ground.ASKED, "request", every), actor=administrator, proof=proof, person=owner)
    assert len(holdings(person=owner).held) == len(found.held)


def test_a_system_that_is_not_live_keeps_without_an_end(claims, officer, owner):
    system = provided(claims, officer, owner)
    sequence_all()

    (kept,) = holdings(person=owner).kept
    assert kept.ruling.words == f"10 years from the day {system.ref} goes into service"


def test_the_reason_may_not_name_who_is_erased(leaver, administrator, proof):
    wish = replace(everything(person=leaver), reason="Mira Rossi asked")

    with pytest.raises(DomainError, match="without the name"):
        erase(wish, actor=administrator, proof=proof, person=leaver)


def test_what_is_not_ticked_stays(leaver, administrator, proof):
    wish = everything(person=leaver)
    one = min(wish.values)

    assert (
        erase(
            replace(wish, values=frozenset({one})),
            actor=administrator,
            proof=proof,
            person=leaver,
        )
        == 1
    )
    assert PersonalValue.objects.filter(pk__in=wish.values - {one}).count() == len(wish.values) - 1


def test_the_second_erasure_finds_nothing(leaver, administrator, proof):
    wish = everything(person=leaver)
    erase(wish, actor=administrator, proof=proof, person=leaver)

    with pytest.raises(DomainError, match="any more"):
        erase(wish, actor=administrator, proof=proof, person=leaver)


def test_name_and_address_come_off_a_closed_account(leaver, administrator, proof):
    take_name_off(leaver, actor=administrator, proof=proof)

    leaver.refresh_from_db()
    assert leaver.name == f"Person {leaver.handle[:8]}"
    assert "mira" not in leaver.email
    assert not leaver.address_proofs.filter(address__contains="mira").exists()
    with pytest.raises(DomainError, match="any more"):
        take_name_off(leaver, actor=administrator, proof=proof)


def test_an_open_account_keeps_its_name(owner, administrator, proof):
    with pytest.raises(DomainError, match="Close it first"):
        take_name_off(owner, actor=administrator, proof=proof)


def test_the_name_of_who_decided_what_the_law_keeps_stays(
    claims, officer, owner, administrator, proof
):
    provided(claims, officer, owner)
    accounts.deactivate(officer, actor=administrator)

    with pytest.raises(DomainError, match=r"stands behind .* Art\. 18"):
        take_name_off(officer, actor=administrator, proof=proof)


def test_the_command_looks_first_and_erases_when_told(leaver, administrator):
    out = StringIO()
    asked = ("erase_person", leaver.email, "--by", administrator.email)

    call_command(*asked, stdout=out)
    assert holdings(person=leaver).held
    with pytest.raises(CommandError, match="Say why"):
        call_command(*asked, "--yes", stdout=out)
    call_command(*asked, "--yes", "--reason", "request 17", stdout=out)

    assert "can be erased" in out.getvalue()
    assert holdings(person=leaver).held == []
