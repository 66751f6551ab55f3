"""What ends while somebody else acts: a withdrawal during a download, a day that went by."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.audit_packs import files, sharing_actions
from governance.audit_packs.models import EvidencePack, PackDownload, PackRecipient
from governance.audit_packs.sharing_actions import Outside
from governance.common.errors import GoneError
from governance.ledger.models import Entry


@pytest.fixture
def read_before(sealed_pack, officer) -> EvidencePack:
    """The pack as a request read it, a moment before it was withdrawn."""
    rows = EvidencePack.objects.select_related("expiry", "withdrawal")
    read = rows.get(pk=sealed_pack.pk)
    sharing_actions.withdraw(sealed_pack, reason="The wrong period.", actor=officer)
    return read


@pytest.mark.parametrize("send", [files.sent, files.sent_pdf])
def test_a_pack_withdrawn_while_it_is_fetched_is_not_handed_out(send, read_before, officer):
    with pytest.raises(GoneError, match="The wrong period"):
        send(read_before, officer)

    assert not PackDownload.objects.exists()
    assert not Entry.objects.filter(action="pack.downloaded").exists()


def test_who_had_a_pack_before_gets_it_again_under_another_name(sealed_pack, officer):
    today = timezone.localdate()
    before = Outside("Ruth Regulator", "ruth@authority.example")
    sharing_actions.share(sealed_pack, to=before, until=today, actor=officer)
    PackRecipient.objects.update(until=today - timedelta(days=1))

    now = Outside("Ruth Regulator-Okoye", "ruth@authority.example")
    again = sharing_actions.share(sealed_pack, to=now, until=today, actor=officer)

    assert PackRecipient.objects.live().get() == again


def test_whether_another_got_the_pack_is_not_told_by_a_refusal(
    client, sealed_pack, officer, stranger, auditor
):
    week = timezone.localdate() + timedelta(days=7)
    sharing_actions.share(sealed_pack, to=stranger, until=week, actor=officer)
    other = sharing_actions.share(sealed_pack, to=auditor, until=week, actor=officer)
    client.force_login(stranger)

    missing = client.post(f"/packs/{sealed_pack.ref}/recipients/{other.pk + 99}/end/")
    foreign = client.post(f"/packs/{sealed_pack.ref}/recipients/{other.pk}/end/")

    assert (foreign.status_code, missing.status_code) == (404, 404)
