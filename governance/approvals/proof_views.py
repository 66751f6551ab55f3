"""The pages of a version's evidence: what is asked for, what stands, adding and taking away."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from governance.accounts.access import acting_user, may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals import evidence_actions
from governance.approvals.checklist import Item, items
from governance.approvals.forms import ReasonForm
from governance.approvals.kinds import Kind, evidence_table
from governance.approvals.lifecycle import ENDED
from governance.approvals.models import Release, ReleaseEvidence
from governance.approvals.proof_forms import ProofForm
from governance.approvals.propose_views import version_of
from governance.approvals.situation import Basis
from governance.evaluations import queries as evaluations
from governance.evidence.actions import keep_evidence
from inventory.systems.models import ModelVersion


@require_safe
@login_required
def proofs_of(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all evidence of a version: asked for, there, replaced."""
    user = acting_user(request)
    version = version_of(user, pk)
    release = _release(version)
    rows = version.proofs.select_related("author", "added_by", "item", "replaced_by")
    kinds = evidence_table().kinds
    standing = [(kinds[row.kind].title, row) for row in rows if row.replaced_at is None]
    asked = items(release) if release else ()
    context = {
        "version": version,
        "system": version.system,
        "release": release,
        "asked": asked,
        "others": _others(asked),
        "standing": standing,
        "gone": [(kinds[row.kind].title, row) for row in rows if row.replaced_at is not None],
        "runs": list(evaluations.runs_of(version)[:20]),
        "may_answer": may(user, Capability.ANSWER, version.system.unit),
    }
    return render(request, "approvals/proofs.html", context)


def _release(version: ModelVersion) -> Release | None:
    """Return the release whose needs are shown: one that lives before one that ended."""
    rows = list(version.releases.with_all().order_by("-pk"))
    alive = [row for row in rows if row.state not in ENDED]
    return next(iter(alive or rows), None)


def _others(asked: tuple[Item, ...]) -> list[Kind]:
    """Return the kinds that somebody adds and that are not asked for."""
    known = {item.needed.kind for item in asked}
    kinds = evidence_table().kinds.values()
    return [kind for kind in kinds if kind.basis == Basis.ATTESTED and kind.key not in known]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Add an item of evidence to a version; what stood of that kind is replaced."""
    user = acting_user(request)
    version = version_of(user, pk)
    known = evidence_table().kinds.get(kind)
    if known is None or known.basis != Basis.ATTESTED:
        raise Http404("There is no such evidence.")
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ProofForm(*given, may_be_na=known.may_be_na)
    if form.is_valid():
        _keep(version, user, known, form.cleaned_data)
        messages.success(request, f"{known.title}: kept as evidence of {version}.")
        return redirect("approvals:proofs", pk=version.pk)
    stands = version.proofs.filter(kind=kind, replaced_at__isnull=True).first()
    context = {
        "version": version,
        "system": version.system,
        "kind": known,
        "form": form,
        "stands": stands,
        "makers": sorted(_makers(version)),
    }
    status = 422 if form.errors else 200
    return render(request, "approvals/add_proof.html", context, status=status)


def _makers(version: ModelVersion) -> list[str]:
    return list(version.contributors.values_list("user__name", flat=True))


@transaction.atomic
def _keep(version: ModelVersion, user: User, kind: Kind, given: dict[str, Any]) -> None:
    """Keep the file among the system's evidence, then name it, or the statement, as proof."""
    days = {name: given[name] for name in ("observed_from", "observed_until")}
    about: dict[str, Any] = {"author": given["author"], **days}
    about["not_applicable"] = given.get("not_applicable", False)
    if given["upload"]:
        title = f"{kind.title} of {version.label}"
        about["item"] = keep_evidence(
            version.system, title=title, actor=user, upload=given["upload"], **days
        )
    else:
        about["statement"] = given["statement"]
    evidence_actions.add_proof(
        version, actor=user, kind=kind.key, produced_by=given["produced_by"], **about
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an item of evidence count no more, with the reason."""
    user = acting_user(request)
    rows = ReleaseEvidence.objects.select_related("version__system__unit", "added_by", "item")
    proof = get_object_or_404(rows, pk=pk)
    version = version_of(user, proof.version_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        evidence_actions.withdraw_proof(proof, actor=user, reason=form.cleaned_data["reason"])
        messages.success(request, "It counts no more, and stays readable.")
        return redirect("approvals:proofs", pk=version.pk)
    context = {
        "version": version,
        "system": version.system,
        "proof": proof,
        "title": evidence_table().kinds[proof.kind].title,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "approvals/withdraw_proof.html", context, status=status)
