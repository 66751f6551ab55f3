"""What people here say about model ids: added, tried in order, withdrawn, kept."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from governance.common.errors import DomainError
from governance.ledger.models import Entry
from inventory.systems.pin_actions import add_pattern, withdraw_pattern
from inventory.systems.pin_models import PinPattern
from inventory.systems.pins.table import pin_of

SAID = {
    "provider": "Kelda AI",
    "pattern": "triage-*-frozen",
    "state": "pinned",
    "why": "The vendor never moves a frozen name.",
    "source": "https://kelda.example/versions",
}


def test_a_pattern_counts_until_it_is_withdrawn(officer, administrator):
    row = add_pattern(actor=officer, **SAID)
    assert pin_of("kelda ai", "triage-7-frozen").reason == SAID["why"]
    assert pin_of("kelda ai", "triage-7-frozen").is_fixed
    assert not pin_of("kelda ai", "triage-7").is_fixed

    withdraw_pattern(row, actor=administrator, reason="They moved one.")
    assert not pin_of("kelda ai", "triage-7-frozen").is_fixed
    actions = ["pin_pattern.added", "pin_pattern.withdrawn"]
    assert list(Entry.objects.filter(action__in=actions).values_list("action", flat=True)) == (
        actions
    )


@pytest.mark.parametrize("who", ["owner", "ops_lead", "auditor", "stranger"])
def test_only_compliance_and_administration_of_the_whole_say_so(request, officer, who):
    person = request.getfixturevalue(who)
    row = add_pattern(actor=officer, **SAID)

    with pytest.raises(PermissionDenied):
        add_pattern(actor=person, **SAID | {"pattern": "other-*"})
    with pytest.raises(PermissionDenied):
        withdraw_pattern(row, actor=person, reason="No.")


@pytest.mark.parametrize("pattern", ["*", "**", "?*", "a*", "[ab]*"])
def test_a_pattern_that_fits_nearly_anything_is_refused(officer, pattern):
    with pytest.raises(DomainError, match="no wildcards"):
        add_pattern(actor=officer, **SAID | {"pattern": pattern})


def test_a_pattern_stands_once_and_again_after_it_was_withdrawn(officer):
    row = add_pattern(actor=officer, **SAID)
    with pytest.raises(DomainError, match="already"):
        add_pattern(actor=officer, **SAID)

    withdraw_pattern(row, actor=officer, reason="Wrong state.")
    with pytest.raises(DomainError, match="withdrawn already"):
        withdraw_pattern(row, actor=officer, reason="Again.")
    assert add_pattern(actor=officer, **SAID).pk != row.pk


def test_reasons_are_asked_for(officer):
    with pytest.raises(DomainError, match="Say why"):
        add_pattern(actor=officer, **SAID | {"why": " "})
    row = add_pattern(actor=officer, **SAID)
    with pytest.raises(DomainError, match="Say why"):
        withdraw_pattern(row, actor=officer, reason=" ")


def test_the_database_keeps_a_pattern_as_it_was_added(officer):
    rows = PinPattern.objects.filter(pk=add_pattern(actor=officer, **SAID).pk)

    for change in (lambda: rows.update(state="floating"), lambda: rows.delete()):
        with pytest.raises(IntegrityError, match="kept as it was"), transaction.atomic():
            change()


def test_many_stars_take_no_time(officer):
    add_pattern(actor=officer, **SAID | {"pattern": "a*" * 60 + "b"})

    assert not pin_of("Kelda AI", "a" * 300).is_fixed


def test_a_pattern_is_added_and_withdrawn_on_pages(as_user, officer):
    client = as_user(officer)
    client.post("/settings/model-ids/new/", SAID)
    row = PinPattern.objects.get()
    assert "triage-*-frozen" in client.get("/settings/model-ids/").content.decode()

    client.post(f"/settings/model-ids/{row.pk}/withdraw/", {"reason": "They moved one."})
    assert "They moved one." in client.get("/settings/model-ids/").content.decode()


def test_others_read_the_page_and_cannot_add(as_user, owner, officer):
    add_pattern(actor=officer, **SAID)
    client = as_user(owner)

    assert "triage-*-frozen" in client.get("/settings/model-ids/").content.decode()
    assert client.get("/settings/model-ids/new/").status_code == 403


def test_a_pattern_is_added_and_withdrawn_over_rest(as_user, officer):
    client = as_user(officer)
    made = client.post("/api/v1/pin-patterns/", SAID, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["provider"] == "kelda_ai"

    path = f"/api/v1/pin-patterns/{made.json()['id']}/withdraw/"
    gone = client.post(path, {"reason": "Moved."}, content_type="application/json")
    assert gone.json()["withdrawn_because"] == "Moved."
