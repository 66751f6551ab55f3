"""Forms about a control: setting it aside, and saying by hand what shows it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from governance.common.forms import DayInput
from governance.crosswalk.actions import Aside
from governance.crosswalk.reading import catalogue
from governance.crosswalk.rules import Control, Framework
from governance.crosswalk.statement_actions import Content, Subject
from governance.evidence.forms import ContentForm
from inventory.systems.models import AISystem

ALL = "all"
USUAL = timedelta(days=365)


def system_field() -> forms.ModelChoiceField:
    """Return a field that takes the ref of a system the person sees, or nothing for all."""
    return forms.ModelChoiceField(
        queryset=AISystem.objects.none(),
        to_field_name="ref",
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "like AIS-014"}),
        help_text="Empty: for all systems, which needs a role in the whole organisation.",
        error_messages={"invalid_choice": "You see no system of this name."},
    )


class SetAsideForm(forms.Form):
    """Why a control does not apply, and until when that holds."""

    framework = forms.ChoiceField(label="In")
    system = system_field()
    reason = forms.CharField(
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It is printed in packs, with your name and that of whoever agrees.",
        error_messages={"required": "Say why it does not apply"},
    )
    until = forms.DateField(
        label="Holds until",
        widget=DayInput(),
        help_text="At most a year: then somebody looks again.",
        error_messages={"required": "Give the last day on which that holds"},
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


class StatementForm(ContentForm):
    """What is in place for a control, the file or link that shows it, and when to look again."""

    field_order = ("system", "said", "upload", "link")
    system = system_field()
    said = forms.CharField(
        label="What is in place",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="And how the file or link shows it. It is printed in packs, with your name.",
        error_messages={"required": "Say what is in place"},
    )
    review_on = forms.DateField(
        label="To be looked at again on",
        widget=DayInput(),
        help_text="At most a year from now; after this day it counts as stale.",
        error_messages={"required": "Give the day on which somebody looks again"},
    )

    def __init__(
        self, control: Control, systems: QuerySet[AISystem], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.control = control
        if control.once:
            del self.fields["system"]
        else:
            self.fields["system"].queryset = systems  # type: ignore[attr-defined]
        self.fields["review_on"].initial = timezone.localdate() + USUAL

    @property
    def about(self) -> Subject:
        """Return what it is about."""
        return Subject(self.control.code, self.cleaned_data.get("system"))

    @property
    def wanted(self) -> dict[str, Any]:
        """Return what is to be signed."""
        given = self.cleaned_data
        content = Content(given["upload"], given["link"])
        return {"said": given["said"], "content": content, "review_on": given["review_on"]}
