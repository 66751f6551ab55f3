"""Setting a control aside: in which framework, for which system, why, until when."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from governance.common.forms import DayInput
from governance.crosswalk.actions import Aside
from governance.crosswalk.reading import catalogue
from governance.crosswalk.rules import Control, Framework
from inventory.systems.models import AISystem

ALL = "all"
USUAL = timedelta(days=365)


class SetAsideForm(forms.Form):
    """Why a control does not apply, and until when that holds."""

    framework = forms.ChoiceField(label="In")
    system = forms.ModelChoiceField(
        queryset=AISystem.objects.none(),
        to_field_name="ref",
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "like AIS-014"}),
        help_text="Empty: for all systems, which needs a role in the whole organisation.",
        error_messages={"invalid_choice": "You see no system of this name."},
    )
    reason = forms.CharField(
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It is printed in packs, with your name.",
    )
    until = forms.DateField(
        label="Holds until",
        widget=DayInput(),
        help_text="At most a year: then somebody looks again.",
    )

    def __init__(
        self, control: Control, systems: QuerySet[AISystem], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.control = control
        heads = catalogue().frameworks
        choice, system = self.fields["framework"], self.fields["system"]
        choice.choices = [(ALL, "All frameworks")] + [  # type: ignore[attr-defined]
            (key.value, heads[key].name) for key in control.refs
        ]
        system.queryset = systems  # type: ignore[attr-defined]
        self.fields["until"].initial = timezone.localdate() + USUAL

    @property
    def aside(self) -> Aside:
        """Return what is to be set aside."""
        given = self.cleaned_data
        framework = None if given["framework"] == ALL else Framework(given["framework"])
        return Aside(self.control.code, framework, given["system"])
