"""Setting up or changing an AI Ops function."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from governance.accounts.models import BusinessUnit, User
from raci.oncall.models import Schedule
from raci.operations.actions import FunctionWish
from raci.operations.rules import WORDS, OpsDuty
from raci.people.vocabulary import vocabulary


def people() -> QuerySet[User]:
    """Return whom one can name: everybody with an open account who is a person."""
    return User.objects.filter(is_active=True, is_service=False)


class FunctionForm(forms.Form):
    """All of a function; each duty goes to a person, or to whoever holds a role."""

    lead = forms.ModelChoiceField(
        queryset=User.objects.none(), label="Lead", empty_label="Choose somebody"
    )
    members = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(),
        label="Members",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    set_up_on = forms.DateField(
        label="Set up on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The day it began. It stays as it is.",
    )
    hours = forms.CharField(
        label="Hours covered",
        max_length=200,
        help_text="Like: every day 07:00 to 22:00, at night whoever is on call.",
    )
    schedule = forms.ModelChoiceField(
        queryset=Schedule.objects.none(),
        required=False,
        label="On-call schedule",
        empty_label="None yet",
    )
    charter_title = forms.CharField(label="Charter", max_length=200, required=False)
    charter_link = forms.URLField(
        label="Where the charter lies",
        max_length=2_000,
        required=False,
        assume_scheme="https",
        help_text="A link that begins with https://.",
    )

    def __init__(self, unit: BusinessUnit, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("lead", "members"):
            self.fields[name].queryset = people()  # type: ignore[attr-defined]
        schedules = Schedule.objects.filter(unit__in=unit.path, closed_at__isnull=True)
        self.fields["schedule"].queryset = schedules  # type: ignore[attr-defined]
        for duty in OpsDuty:
            self.fields[duty.value] = forms.ChoiceField(
                label=WORDS[duty], choices=_holders, required=False
            )
        self.fields["set_up_on"].widget.attrs["max"] = timezone.localdate().isoformat()

    def wish(self) -> FunctionWish:
        """Return what the valid form asks for."""
        data = dict(self.cleaned_data)
        given = {duty: data.pop(duty.value) for duty in OpsDuty}
        known = {f"person {person.pk}": person for person in people()}
        duties = {
            duty: known.get(one) or one.removeprefix("role ") for duty, one in given.items() if one
        }
        return FunctionWish(**{**data, "members": tuple(data["members"])}, duties=duties)


def _holders() -> list[tuple[str, Any]]:
    """Return whom a duty can be given to: people, and roles that one person holds."""
    roles = [
        (f"role {code}", words)
        for code, words in vocabulary().roles.items()
        if code not in vocabulary().groups
    ]
    named = [(f"person {person.pk}", person.name) for person in people()]
    return [("", "Nobody yet"), ("Roles", roles), ("People", named)]


def initial_of(wish: FunctionWish) -> dict[str, Any]:
    """Return what a form begins with, to change a function."""
    duties = {
        duty.value: f"person {one.pk}" if isinstance(one, User) else f"role {one}"
        for duty, one in wish.duties.items()
    }
    names = ("lead", "set_up_on", "hours", "schedule", "charter_title", "charter_link")
    return {name: getattr(wish, name) for name in names} | {"members": wish.members} | duties
