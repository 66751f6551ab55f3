"""Forms of erasure."""

from typing import Any

from django import forms

from governance.retention.actions import Wish
from governance.retention.queries import SHORTEST
from governance.retention.rules import GROUNDS, Ground


class SearchForm(forms.Form):
    """A name or an address."""

    q = forms.CharField(
        label="Name or e-mail address",
        min_length=SHORTEST,
        max_length=200,
        error_messages={
            "required": "Give a name or an address",
            "min_length": "Give at least three letters",
        },
        widget=forms.TextInput(attrs={"class": "input", "type": "search"}),
    )


class EraseForm(forms.Form):
    """The ground, the reason, and which values; the values are chosen in the table."""

    ground = forms.ChoiceField(
        label="Legal ground",
        choices=[("", "Choose a ground"), *((one.value, GROUNDS[one]) for one in Ground)],
        error_messages={"required": "Choose a ground"},
    )
    reason = forms.CharField(
        label="Reason",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For the record, for good: without the name of the person. "
        "For example the number of the request.",
        error_messages={"required": "Say why"},
    )
    value = forms.TypedMultipleChoiceField(
        coerce=int,
        required=True,
        widget=forms.MultipleHiddenInput,
        error_messages={"required": "Tick at least one value"},
    )

    def __init__(self, *args: Any, free: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].choices = [(str(pk), str(pk)) for pk in free]  # type: ignore[attr-defined]

    def wish(self) -> Wish:
        """Return what is asked for."""
        given = self.cleaned_data
        return Wish(Ground(given["ground"]), given["reason"], frozenset(given["value"]))
