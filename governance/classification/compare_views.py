"""Pages of what was signed: the history of a system, and any two side by side."""

from dataclasses import dataclass
from datetime import date
from math import inf

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from governance.accounts.access import acting_user
from governance.classification.compare import Difference, Side, diff
from governance.classification.compare_words import CAME, WOULD, sentences
from governance.classification.models import Assessment
from governance.classification.queries import STALE, engine, on_system, side_now, side_of
from inventory.systems.actions import may_edit
from inventory.systems.models import AISystem

NOW = "now"
LONGEST_NUMBER = 9


@dataclass(frozen=True)
class Column:
    """One side of the page: a signed classification, or what the facts say now."""

    key: str  # as in the address
    side: Side
    signed: Assessment | None

    @property
    def name(self) -> str:
        """Return how the side is called."""
        return str(self.signed) if self.signed else "Now"

    @property
    def as_of(self) -> date:
        """Return the day as of which the law was read."""
        return date.fromisoformat(self.side.result["law"]["as_of"])

    @property
    def place(self) -> float:
        """Return its place in time, beside other sides of the same system."""
        return self.signed.number if self.signed else inf

    @property
    def pack(self) -> str:
        """Return the version of the rule pack in the form people read."""
        return self.side.pack_version[:7]


@require_safe
@login_required
def history(request: HttpRequest, ref: str) -> HttpResponse:
    """List all signed classifications of a system, newest first, to choose two."""
    system = _system(request, ref)
    rows = system.assessments.select_related("signed_by", "system").order_by("-number")
    about = on_system(system)
    context = {
        "system": system,
        "rows": list(rows),
        "stale": [gap for gap in about.gaps if gap.kind in STALE],
        "now": about.provisional,
    }
    return render(request, "classification/history.html", context)


@require_safe
@login_required
def compare(request: HttpRequest, ref: str) -> HttpResponse:
    """Show two classifications side by side, and everything in which they differ."""
    system = _system(request, ref)
    keys = [request.GET.get(name, "") for name in ("a", "b")]
    if not all(keys):
        return redirect("classification:history", ref=ref)
    before, after = (_column(system, key) for key in keys)
    found = diff(before.side, after.side, engine().pack.facts)
    compared = reverse("classification:compare", args=[ref])
    context = {
        "system": system,
        "before": before,
        "after": after,
        "sides": (before, after),
        "found": found,
        "sentences": _in_words(before, after, found),
        "may_edit": may_edit(acting_user(request), system) and not system.is_retired,
        "swapped_url": f"{compared}?a={after.key}&b={before.key}",
    }
    return render(request, "classification/compare.html", context)


def _in_words(before: Column, after: Column, found: Difference) -> list[str]:
    """Return the differences as sentences, always from the earlier side to the later one."""
    if found.is_empty:
        return []
    forward = found if before.place <= after.place else found.mirrored
    return list(sentences(forward, WOULD if NOW in (before.key, after.key) else CAME))


def _system(request: HttpRequest, ref: str) -> AISystem:
    systems = AISystem.objects.visible_to(acting_user(request)).select_related("unit")
    return get_object_or_404(systems, ref=ref)


def _column(system: AISystem, key: str) -> Column:
    """Return a side by its key: the number of a signed classification, or now."""
    if key == NOW:
        return Column(key, side_now(on_system(system).provisional), None)
    if not (key.isascii() and key.isdecimal() and len(key) <= LONGEST_NUMBER):
        raise Http404("There is no such classification.")
    rows = system.assessments.select_related("signed_by", "system")
    signed = get_object_or_404(rows, number=int(key))
    return Column(key, side_of(signed), signed)
