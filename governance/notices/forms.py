"""What a person chooses about notices, and what administrators type about endpoints."""

import re
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db.models import QuerySet

from governance.accounts.models import User
from governance.notices.addresses import REFUSAL, is_allowed

ZONES = sorted(name for name in available_timezones() if "/" in name and name[0].isupper())
EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?")


class PreferencesForm(forms.Form):
    """Quiet hours, their zone, and whether mails are wanted."""

    by_email = forms.BooleanField(
        label="Tell me by e-mail",
        required=False,
        help_text="What is critical, and legal clocks with less than a day left, always come.",
    )
    quiet_from = forms.TimeField(
        label="Quiet from",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="Mails wait until the quiet hours end; never those that are critical.",
    )
    quiet_until = forms.TimeField(
        label="Quiet until",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="An earlier time than the first means the next morning.",
    )
    zone = forms.ChoiceField(
        label="Your time zone",
        choices=[(name, name.replace("_", " ")) for name in ["UTC", *ZONES]],
        help_text="Quiet hours follow the clock there, also when it changes.",
    )
    row_version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Refuse one end of the quiet hours without the other, and hours without length."""
        given = super().clean() or {}
        begins, ends = given.get("quiet_from"), given.get("quiet_until")
        if self.errors:
            return given
        if (begins is None) != (ends is None):
            missing = "quiet_from" if begins is None else "quiet_until"
            self.add_error(missing, "Give both times, or neither")
        elif begins is not None and begins == ends:
            self.add_error("quiet_until", "Give another time than the first")
        return given


class ProofForm(forms.Form):
    """Whose addresses are to be verified, and how: by a link, or by somebody's word."""

    person = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(), error_messages={"required": "Choose at least one person"}
    )
    verb = forms.ChoiceField(choices=[("link", "link"), ("vouch", "vouch")])
    reason = forms.CharField(required=False, max_length=200)

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - for mypy
        field.queryset = people

    def clean(self) -> dict[str, Any]:
        """Refuse to vouch without a reason."""
        given = super().clean() or {}
        if given.get("verb") == "vouch" and not given.get("reason", "").strip():
            self.add_error("reason", "Say how you know that the addresses reach these people")
        return given


class EndpointForm(forms.Form):
    """An address that is told of events."""

    name = forms.CharField(
        max_length=120,
        help_text="What receives it, like “Ticket system”.",
        error_messages={"required": "Give the endpoint a name"},
    )
    url = forms.CharField(
        label="Address",
        max_length=500,
        widget=forms.URLInput,
        help_text="https, reachable from here; redirects are not followed.",
        error_messages={"required": "Give the address"},
    )
    events = forms.CharField(
        label="Events",
        required=False,
        max_length=2_000,
        help_text="Like clock.reset, or escalation.* for a family; empty means all.",
    )

    def clean_url(self) -> str:
        """Refuse an address that a webhook may not go to."""
        url: str = self.cleaned_data["url"]
        if not is_allowed(url):
            raise forms.ValidationError(REFUSAL)
        return url

    def clean_events(self) -> list[str]:
        """Return the events as a list; refuse what is no name of one."""
        named = [one for one in re.split(r"[\s,]+", self.cleaned_data["events"]) if one]
        for one in named:
            if len(one) > 80 or not EVENT.fullmatch(one):
                raise forms.ValidationError(f"{one} is not the name of an event")
        return sorted(set(named))


class ChangeEndpointForm(EndpointForm):
    """An endpoint as it was read."""

    row_version = forms.IntegerField(widget=forms.HiddenInput)


class DisableForm(forms.Form):
    """Why nothing should be sent any more."""

    reason = forms.CharField(max_length=200, error_messages={"required": "Say why"})
