"""One fact as a form: an answer to choose, "not sure" among them."""

from typing import Any

from django import forms

from governance.classification.answering import why_of
from governance.classification.law import Fact
from governance.classification.queries import engine
from governance.classification.rules import NEVER
from governance.classification.saying import Why
from governance.classification.wizard_forms import UNSURE, Choice, PageForm
from governance.classification.wording import wording
from governance.common.forms import DayInput

YES, NO = "yes", "no"
NONE, NEVER_PLACED, VALUE = "~none", "~never", "~value"
ALONE = "“{}” stands alone: untick the others."
NOT_CHOSEN = {"required": "Choose an answer. “I’m not sure” is one."}


class AloneForm(PageForm):
    """One fact: an answer to choose, "not sure" among them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fact = engine().pack.facts[self.page.facts[0]]
        self.fields["answer"] = self._answer()
        if self.fact.type == "date":
            self.fields["value"] = forms.DateField(label="Day", required=False, widget=DayInput())
        elif self.fact.type == "number":
            text = forms.TextInput(attrs={"class": "input", "inputmode": "decimal"})
            self.fields["value"] = forms.FloatField(
                label="Number", required=False, min_value=0, widget=text
            )
        self._show()

    def _answer(self) -> forms.Field:
        made = forms.MultipleChoiceField if self.fact.type == "list" else forms.ChoiceField
        many = self.fact.type == "list"
        return made(
            label=self.page.question,
            choices=[*_choices(self.fact), (UNSURE, "I’m not sure")],
            widget=forms.CheckboxSelectMultiple if many else forms.RadioSelect,
            error_messages=NOT_CHOSEN,
        )

    def _show(self) -> None:
        """Show the answer that stands."""
        name = self.fact.name
        if name in self.facts.unsure:
            self.initial["answer"] = [UNSURE] if self.fact.type == "list" else UNSURE
        elif name in self.facts.values:
            self._show_value(self.facts.values[name])

    def _show_value(self, value: Any) -> None:
        shown = value
        if self.fact.type == "bool":
            shown = YES if value else NO
        elif self.fact.type == "list":
            shown = value or [NONE]
        elif self.fact.type in ("date", "number"):
            shown = NEVER_PLACED if value == NEVER else VALUE
            self.initial["value"] = f"{value:g}" if isinstance(value, float) else value
        self.initial["answer"] = shown

    @property
    def whole(self) -> Why:
        """Return what is said for the answer that stands."""
        return why_of(self.standing.notes.get(self.page.facts[0]))

    @property
    def options(self) -> list[Choice]:
        """Return the answers to choose from."""
        return [
            Choice(widget, "", is_unsure=widget.data["value"] == UNSURE)
            for widget in self["answer"]
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse answers that cannot stand beside others, and a number or day left out."""
        data = super().clean()
        chosen = data.get("answer")
        if isinstance(chosen, list) and len(chosen) > 1 and {NONE, UNSURE} & set(chosen):
            alone = "None of these" if NONE in chosen else "I’m not sure"
            self.add_error("answer", ALONE.format(alone))
        if chosen == VALUE and data.get("value") is None and "value" not in self.errors:
            self.add_error("value", "Say which, or choose “I’m not sure”.")
        return data

    @property
    def answers(self) -> dict[str, Any]:
        """Return the one fact with its answer; None where the person is not sure."""
        return {self.fact.name: self._told(self.cleaned_data["answer"])}

    def _told(self, chosen: Any) -> Any:
        if chosen in (UNSURE, [UNSURE]):
            return None
        if self.fact.type == "bool":
            return bool(chosen == YES)
        if chosen == NEVER_PLACED:
            return NEVER
        if chosen == VALUE:
            value = self.cleaned_data["value"]
            return value.isoformat() if self.fact.type == "date" else value
        return [] if chosen == [NONE] else chosen


def _choices(fact: Fact) -> list[tuple[str, str]]:
    if fact.type == "bool":
        return [(YES, "Yes"), (NO, "No")]
    if fact.type == "date":
        return [(VALUE, "On this day"), (NEVER_PLACED, "Not yet, or it is new")]
    if fact.type == "number":
        return [(VALUE, "This number")]
    named = [(value, wording().label(fact, value)) for value in fact.values]
    return [*named, (NONE, "None of these")] if fact.type == "list" else named
