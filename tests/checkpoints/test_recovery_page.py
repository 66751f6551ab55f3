"""The page of a recovery: who is led to it, and what it answers when there is nothing to sign."""

import pytest
from django.utils import timezone

from governance.checkpoints.delivery_rules import DoubtKind
from governance.checkpoints.models_delivery import Doubt, Recovery
from tests.conftest import sign_in


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/ledger/recovery/", "there is nothing to recover"),
        ("/ledger/recovery/key/", "so none is lost"),
    ],
)
def test_a_refusal_stands_on_the_page_itself(client, organisation, administrator, path, words):
    answer = sign_in(client, administrator).post(path, {"reason": "We looked."})

    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert words in answer.content.decode()
    assert not Recovery.objects.exists()


@pytest.fixture
def doubted(organisation) -> Doubt:
    """Something outside that speaks against the record."""
    return Doubt.objects.create(
        kind=DoubtKind.ROOT,
        sink="file:elsewhere",
        words="It has another root.",
        outside_size=5,
        outside_root="ab" * 32,
        own_size=5,
        own_root="cd" * 32,
        noticed_at=timezone.now(),
    )


@pytest.mark.parametrize(("who", "may"), [("administrator", True), ("officer", False)])
def test_only_who_may_recover_is_led_to_the_page(request, client, doubted, who, may):
    page = sign_in(client, request.getfixturevalue(who)).get("/ledger/").content.decode()

    assert "It has another root." in page
    assert ("/ledger/recovery/" in page) is may
    assert ("An administrator of the organisation looks at it" in page) is not may
