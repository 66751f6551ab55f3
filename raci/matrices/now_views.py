"""The page “Who is it right now?”: a system, an activity, a moment, and the person."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from governance.accounts.access import acting_user
from governance.accounts.models import User
from inventory.systems.models import AISystem
from raci.matrices.asking import ask
from raci.matrices.catalogue import catalogue
from raci.people.forms import WallClockField, ZonedForm
from raci.people.zones import in_own_zone

MOST = 5  # systems named when several fit


class NowForm(ZonedForm):
    """Which system, which activity, which moment."""

    system = forms.CharField(
        label="System", max_length=200, help_text="Its ref, like AIS-001, or a part of its name."
    )
    activity = forms.ChoiceField(label="Activity", initial="OPS-01")
    at = WallClockField(label="When", required=False, help_text="Leave it empty for now.")

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user
        activities = catalogue().activities.values()
        choices = [(one.code, f"{one.code} {one.title}") for one in activities]
        self.fields["activity"].choices = choices  # type: ignore[attr-defined]

    def clean_system(self) -> AISystem:
        """Return the one visible system that is meant; refuse none and several."""
        text = str(self.cleaned_data["system"]).strip()
        rows = AISystem.objects.visible_to(self.user).select_related("unit", "owner")
        exact = rows.filter(ref__iexact=text).first()
        found = [exact] if exact else list(rows.filter(name__icontains=text)[: MOST + 1])
        if not found:
            raise forms.ValidationError("You see no system of this ref or name.")
        if len(found) > 1:
            named = ", ".join(f"{row.ref} {row.name}" for row in found[:MOST])
            more = " and more" if len(found) > MOST else ""
            raise forms.ValidationError(f"Several fit: {named}{more}.")
        return found[0]


@require_safe
@login_required
@in_own_zone
def now(request: HttpRequest) -> HttpResponse:
    """Answer who does or decides an activity of a system at a moment."""
    user = acting_user(request)
    given = request.GET.copy()
    asked = bool(given)
    for name in ("activity", "zone"):
        usual = "OPS-01" if name == "activity" else timezone.get_current_timezone_name()
        given.setdefault(name, usual)
    form = NowForm(user, given if asked else None)
    context: dict[str, Any] = {"form": form}
    if asked and form.is_valid():
        context |= _answer(form)
    return render(request, "raci/now.html", context, status=422 if form.errors else 200)


def _answer(form: NowForm) -> dict[str, Any]:
    data = form.cleaned_data
    at: datetime = data["at"] or timezone.now()
    system, own = data["system"], timezone.get_current_timezone()
    return {
        "system": system,
        "activity": catalogue().activities[data["activity"]],
        "answer": ask(system, data["activity"], at),
        "local": at.astimezone(ZoneInfo(data["zone"])).replace(tzinfo=None),
        "zone": data["zone"],
        "own": at.astimezone(own).replace(tzinfo=None) if str(own) != data["zone"] else None,
        "own_zone": own,
        "notes": form.notes,
    }
