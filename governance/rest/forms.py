"""Forms of the token page."""

from typing import Any

from django import forms

from governance.rest.rules import LONGEST_DAYS, Scope

WORDS = {
    Scope.READ: "Read: lists and records",
    Scope.WRITE: "Write: register and change",
    Scope.DECIDE: "Decide: sign, approve, reject, waive",
}


class TokenForm(forms.Form):
    """A new token of one's own."""

    name = forms.CharField(max_length=100, help_text="What uses it, like “nightly import”.")
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, words) for scope, words in WORDS.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text="A scope narrows what your roles allow. It never widens it.",
    )
    days = forms.IntegerField(
        label="Days until it ends",
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=90,
        help_text="At most 365. A token without an end is not offered.",
    )

    def clean_scopes(self) -> list[Scope]:
        """Return the scopes as such."""
        given: Any = self.cleaned_data["scopes"]
        return [Scope(value) for value in given]
