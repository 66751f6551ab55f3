"""What is on record about a matrix: who confirmed it, conflicts, compensating controls."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from governance.accounts.access import acting_user, may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from raci.matrices import queries, statement_actions
from raci.matrices.catalogue import catalogue
from raci.matrices.checking import address
from raci.matrices.models import Attestation, Declaration, Matrix
from raci.matrices.rules import Declared, MatrixStatus
from raci.matrices.statements import answered_by, declarations_of

ABOUT = [
    ("R18", "A conflict: who answers for quality is measured on delivery alone"),
    ("R15", "A control: few people carry everything"),
    ("R11", "A control: duties are not separate, in any row"),
]


class DeclareForm(forms.Form):
    """What to put on record."""

    about = forms.ChoiceField(label="About", choices=())
    text = forms.CharField(
        label="What is done about it",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
        help_text="For a control: what is done instead, and who looks at it.",
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        rows = [
            (f"R11 {code}", f"A control: duties are not separate, in {code}")
            for code in sorted(catalogue().separated)
        ]
        self.fields["about"].choices = [*ABOUT, *rows]  # type: ignore[attr-defined]


@dataclass(frozen=True)
class OnRecord:
    """What was said about a matrix, and what the reader may say."""

    attestations: tuple[tuple[User, datetime], ...]  # who confirmed it last, and when
    declarations: tuple[Declaration, ...]
    mine: tuple[str, ...]  # rows the reader can confirm
    may_declare: bool
    form: DeclareForm


def on_record(matrix: Matrix, user: User, form: DeclareForm | None = None) -> OnRecord | None:
    """Return what is on record about a system's matrix; a default has nothing."""
    if matrix.system is None:
        return None
    said: dict[User, datetime] = {}
    for row in Attestation.objects.filter(matrix=matrix).select_related("person"):
        said.setdefault(row.person, row.attested_at)
    is_open = not matrix.system.is_retired
    is_active = matrix.status == MatrixStatus.ACTIVE and is_open
    return OnRecord(
        tuple(said.items()),
        tuple(declarations_of([matrix.system.pk])),
        tuple(answered_by(matrix, user)) if is_active else (),
        is_open
        and (
            may(user, Capability.ASSIGN, matrix.system.unit)
            or user == queries.accountable(matrix.system, "QLT-01")
        ),
        form or DeclareForm(),
    )


def _visible(user: User, pk: int) -> Matrix:
    return get_object_or_404(Matrix.objects.visible_to(user).with_grid(), pk=pk)


@require_POST
@login_required
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm what one answers for in a matrix in force."""
    user = acting_user(request)
    found = _visible(user, pk)
    said = statement_actions.attest(found, actor=user)
    count = len(said.activities)
    messages.success(request, f"You confirmed {count} row{'s' if count > 1 else ''}.")
    return redirect(f"{address(found)}#record")


@require_POST
@login_required
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a conflict or a compensating control on record."""
    user = acting_user(request)
    found = get_object_or_404(
        Matrix.objects.visible_to(user).with_grid(), pk=pk, system__isnull=False
    )
    form = DeclareForm(request.POST)
    if not form.is_valid() or found.system is None:
        context = {"form": form, "matrix": found, "back": address(found)}
        return render(request, "raci/declare.html", context, status=422)
    rule, _, activity = form.cleaned_data["about"].partition(" ")
    is_conflict = rule == Declared.CONFLICT
    statement_actions.declare(
        found.system,
        actor=user,
        rule=Declared(rule),
        person=queries.accountable(found.system, "QLT-01") if is_conflict else None,
        activity=activity,
        text=form.cleaned_data["text"],
    )
    messages.success(request, "It is on record.")
    return redirect(f"{address(found)}#record")


@require_POST
@login_required
def end_declaration(request: HttpRequest, pk: int, declaration: int) -> HttpResponse:
    """End a conflict or a control that is on record."""
    user = acting_user(request)
    found = _visible(user, pk)
    row = get_object_or_404(Declaration, pk=declaration, system=found.system)
    statement_actions.end_declaration(row, actor=user)
    messages.success(request, "It has ended.")
    return redirect(f"{address(found)}#record")
