"""What the page of a recovery answers when there is nothing left to sign for."""

import pytest

from governance.checkpoints.models_delivery import Recovery
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
