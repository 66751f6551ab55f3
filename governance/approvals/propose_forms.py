"""What people declare when they propose a version: where it goes, and what no diff shows."""

from typing import Any

from django import forms

from governance.approvals.change_rows import DECLARED, Declared
from governance.approvals.forms import DIGEST, LONGEST, lines
from governance.approvals.lifecycle import CLASS_WORDS, ChangeClass, Environment
from governance.approvals.queue import ENVIRONMENT_WORDS

MORE_DECLARED = {
    "behaviour_goal": "The new wording of a prompt is meant to change what it does.",
    "in_predetermined_plan": "The technical documentation describes this change (Annex IV, 2(f)).",
}
DECLARED_WORDS = {name: words for name, _, words in DECLARED} | MORE_DECLARED
CLASSES = [(one.value, f"{one.value}: {words}") for one, words in CLASS_WORDS.items()]


class ProposeForm(forms.Form):
    """A proposal: where to, why, what is declared, and which class of change it is."""

    environment = forms.ChoiceField(
        label="Where it goes", choices=[(one.value, ENVIRONMENT_WORDS[one]) for one in Environment]
    )
    task = forms.SlugField(
        label="Task", required=False, max_length=60,
        help_text="Only where the system has several; empty for its only one.",
    )  # fmt: skip
    reason = forms.CharField(
        label="Why this version, and what changes for people", widget=lines(4), max_length=LONGEST,
        help_text="Whoever decides reads this first. It stands in the ledger.",
    )  # fmt: skip
    gap_addressed = forms.CharField(
        label="Which gap does it mend?", required=False, max_length=200,
        help_text="A measured one: “12 % of complaints in Swedish are misrouted”.",
    )  # fmt: skip
    declared = forms.MultipleChoiceField(
        label="What no comparison of the two versions shows", required=False,
        choices=list(DECLARED_WORDS.items()), widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    parameters = forms.MultipleChoiceField(
        label="Parameters that stay within what was agreed before", required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    change_class = forms.ChoiceField(
        label="Class of change", required=False, choices=[("", "As suggested"), *CLASSES],
        help_text="Anybody may raise it later; lowering it needs the validator.",
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput, max_length=DIGEST)

    def __init__(self, *args: Any, parameters: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parameters"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = [(name, name) for name in parameters]
        if not parameters:
            del self.fields["parameters"]

    def told(self) -> dict[str, Any]:
        """Return what is declared, as it is stored; also of a form that is not complete yet."""
        known = set(DECLARED_WORDS)
        names = [name for name in self._listed("declared") if name in known]
        told: dict[str, Any] = dict.fromkeys(names, True)
        if ranges := self._listed("parameters"):
            told["parameters_in_range"] = sorted(ranges)
        return told

    def _listed(self, name: str) -> list[str]:
        if not self.is_bound or name not in self.fields:
            return []
        return list(self.fields[name].widget.value_from_datadict(self.data, self.files, name) or [])

    def wish(self) -> dict[str, Any]:
        """Return what the action takes, of a form that is valid."""
        given = self.cleaned_data
        chosen = given.get("change_class")
        return {
            "environment": given["environment"],
            "task": given["task"],
            "reason": given["reason"],
            "gap_addressed": given["gap_addressed"],
            "declared": self.told(),
            "change_class": ChangeClass(chosen) if chosen else None,
        }


def declared_of(told: dict[str, Any]) -> Declared:
    """Return what was declared, as the table of classes reads it."""
    names = {name: True for name in DECLARED_WORDS if told.get(name)}
    return Declared(**names, parameters_in_range=frozenset(told.get("parameters_in_range", ())))
