"""The verbs of a seal: keep it with its pack, and keep the time stamp that came later."""

import hashlib

from django.db import transaction

from governance.audit_packs.models import EvidencePack
from governance.audit_packs.models_seal import PackSeal
from governance.audit_packs.pdf_seal import SealInfo
from governance.audit_packs.seal_rules import STAMP_TRANSITIONS, StampState, stamp_state
from governance.audit_packs.timestamps import Stamp, StampError, has_service, stamp
from governance.common.states import move
from governance.ledger.actions import record
from governance.ledger.rules import CLOCK


@transaction.atomic
def keep_seal(pack: EvidencePack, info: SealInfo, *, digest: str) -> PackSeal:
    """Return the row of a pack's seal; `digest` is the SHA-256 of the pack's whole file.

    Part of sealing the pack, whose entry tells of it.
    """
    return PackSeal.objects.create(
        pack=pack,
        level=info.level,
        certificate_sha256=info.certificate_sha256,
        sealed_at=info.at,
        digest=digest,
        status=stamp_state(info.level, has_service=has_service()),
    )


def ask_for_stamp(pk: int) -> bool:
    """Ask the service about one pack that waits; return whether it is stamped now.

    The question is asked outside of a transaction; whoever lost the row meanwhile changes nothing.
    """
    seal = PackSeal.objects.claim(pk)
    if seal is None:
        return False
    try:
        keep_stamp(seal, stamp(bytes.fromhex(seal.digest)))
    except StampError as error:
        PackSeal.objects.postpone(seal, str(error))
        return False
    return True


@transaction.atomic
def keep_stamp(seal: PackSeal, found: Stamp) -> None:
    """Keep a time stamp beside a pack, whose own bytes stay as they are."""
    move(
        seal,
        StampState.BESIDE,
        STAMP_TRANSITIONS,
        response=found.response,
        stamped_at=found.at,
        authority=found.authority,
        leased_until=None,
        result="",
    )
    data = {
        "pack": seal.pack.ref,
        "sha256": seal.digest,
        "at": found.at.isoformat(),
        "authority": found.authority,
        "stamp_sha256": hashlib.sha256(found.response).hexdigest(),
    }
    record("pack.stamped", subject=seal.pack, actor=CLOCK, data=data, unit=seal.pack.unit_id)
