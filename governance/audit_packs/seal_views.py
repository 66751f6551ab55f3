"""The time stamp of a pack as a file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from governance.accounts.access import acting_user
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.models_seal import PackSeal
from governance.audit_packs.seal_rules import StampState


@require_GET
@login_required
def time_stamp(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand out the answer of the time-stamping service that lies beside a pack."""
    packs = EvidencePack.objects.visible_to(acting_user(request)).filter(ref=ref)
    stamped = PackSeal.objects.filter(status=StampState.BESIDE).select_related("pack")
    seal = get_object_or_404(stamped, pack__in=packs)
    suffix = seal.pack.file.rpartition(".")[2]
    return HttpResponse(
        bytes(seal.response or b""),
        content_type="application/timestamp-reply",
        headers={
            "Content-Disposition": f'attachment; filename="{seal.pack.ref}.{suffix}.tsr"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
