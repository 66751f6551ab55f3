"""What people type about absences, delegations and deputies."""

from typing import Any

from django import forms

from governance.accounts.models import User
from raci.matrices.catalogue import catalogue
from raci.matrices.forms import people
from raci.people.absence_actions import Period
from raci.people.forms import WallClockField, ZonedForm
from raci.people.rules import AbsenceKind
from raci.people.vocabulary import vocabulary


class PeriodForm(ZonedForm):
    """A person, and from when until when."""

    starts_at = WallClockField(label="From")
    ends_at = WallClockField(label="Until")

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("person", "delegate", "giver", "taker"):
            if name in self.fields:
                self.fields[name].queryset = people()  # type: ignore[attr-defined]
        for name in ("person", "giver"):
            if name in self.fields:
                self.fields[name].initial = user

    @property
    def period(self) -> Period:
        """Return the time that was typed."""
        data = self.cleaned_data
        return Period(data["starts_at"], data["ends_at"], data["zone"])


class AbsenceForm(PeriodForm):
    """When somebody does not answer, and who is asked to act meanwhile."""

    person = forms.ModelChoiceField(queryset=User.objects.none(), label="Who is away?")
    kind = forms.ChoiceField(
        label="Why?",
        choices=[(kind.value, kind.value.capitalize()) for kind in AbsenceKind],
        help_text="Nobody has to say that they are ill: that is Other.",
    )
    delegate = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        label="Who acts meanwhile?",
        empty_label="Nobody; the deputy of the role stands in",
        help_text="They are asked, and it counts once they accept.",
    )
    field_order = ("person", "kind", "starts_at", "ends_at", "zone", "delegate")


class DelegationForm(PeriodForm):
    """Who is to act for whom, when, in what, and why."""

    giver = forms.ModelChoiceField(queryset=User.objects.none(), label="For whom?")
    taker = forms.ModelChoiceField(queryset=User.objects.none(), label="Who is asked to act?")
    activities = forms.MultipleChoiceField(
        label="In which activities?", required=False, help_text="Choose none for all."
    )
    reason = forms.CharField(
        label="Why?", max_length=2_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order = ("giver", "taker", "starts_at", "ends_at", "zone", "activities", "reason")

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(user, *args, **options)
        activities = catalogue().activities.values()
        choices = [(one.code, f"{one.code} {one.title}") for one in activities]
        self.fields["activities"].choices = choices  # type: ignore[attr-defined]


class DeputyForm(forms.Form):
    """Who stands in for a role."""

    role = forms.ChoiceField()
    person = forms.ModelChoiceField(queryset=User.objects.none(), label="Deputy")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = list(vocabulary().roles.items())  # type: ignore[attr-defined]
        self.fields["person"].queryset = people()  # type: ignore[attr-defined]
