"""What people say to an item, as forms; each remembers which state of it was read."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from governance.accounts.models import User
from governance.escalation.models import Item
from governance.escalation.rules import snooze_ends
from governance.notices.rules import Severity

LINES = forms.Textarea(attrs={"rows": 3})
LONGEST = 500
YEARS = range(2000, 2200)


class MomentField(forms.DateTimeField):
    """A moment in the zone of the pages, from a native control."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment; refuse years that nobody means."""
        found: datetime | None = super().to_python(value)
        if found and found.year not in YEARS:
            raise forms.ValidationError("Look at the year again.")
        return found


class SayForm(forms.Form):
    """A word to an item; `row_version` says which state of it the person read."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        self.initial["row_version"] = item.row_version

    def said(self) -> dict[str, Any]:
        """Return what the action takes."""
        given = dict(self.cleaned_data)
        given["seen"] = given.pop("row_version")
        return given


class AcknowledgeForm(SayForm):
    """That somebody works on it."""

    until = MomentField(
        label="Until when does it hold?",
        required=False,
        help_text="Empty: the usual time. Then it climbs again, from the next level.",
    )


class SnoozeForm(SayForm):
    """Until when it may be silent, and why."""

    until = MomentField(label="Silent until")
    reason = forms.CharField(label="Why can it wait?", widget=LINES, max_length=LONGEST)

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        super().__init__(*args, item=item, **kwargs)
        last = snooze_ends(Severity(item.severity), timezone.now(), item.due_at)
        local = timezone.localtime(last)
        self.fields["until"].help_text = f"At the latest {local:%A %d %B, %H:%M %Z}."


class ReassignForm(SayForm):
    """Who takes it over, and why."""

    to = forms.ModelChoiceField(User.objects.none(), label="Who takes it over?")
    reason = forms.CharField(
        label="Why?", widget=LINES, max_length=LONGEST, help_text="They are told at once, with it."
    )

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        super().__init__(*args, item=item, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        rows = User.objects.filter(is_active=True, is_service=False)
        field.queryset = rows.exclude(pk__in=item.whom)


class ResolveForm(SayForm):
    """Why nobody needs to look at it any more."""

    reason = forms.CharField(
        label="What was done?",
        widget=LINES,
        max_length=LONGEST,
        help_text="If what it is about is not done, it opens again by itself.",
    )


class ReopenForm(SayForm):
    """Why it has to climb again."""

    reason = forms.CharField(label="Why?", widget=LINES, max_length=LONGEST)
