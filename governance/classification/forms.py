"""The questions as a form, and the signature."""

from typing import Any

from django import forms

from governance.classification.explain import in_words, words
from governance.classification.groups import Group, cited_for, facts_in
from governance.classification.law import Fact
from governance.classification.queries import Facts, engine

YES, NO, UNSURE, NONE, TAKE_BACK = "yes", "no", "~unsure", "~none", ""
MOST_CITED = 4
ALONE = ("“None of these” and “Not sure” stand alone: untick the others.",)


class FactsForm(forms.Form):
    """The questions of one group. What is left open stays unanswered."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, group: Group, facts: Facts) -> None:
        super().__init__(data, initial={"seen": facts.row_version})
        cited = cited_for(engine().pack)
        self.known = {fact.name: fact for fact in facts_in(group, engine().pack)}
        for fact in self.known.values():
            field = _field(fact, is_answered(facts, fact.name))
            field.label, field.required = fact.ask, False
            field.help_text = _hint(fact, cited.get(fact.name, ()), facts)
            self.fields[fact.name] = field
            self.initial[fact.name] = _shown(fact, facts)

    def questions(self) -> list[forms.BoundField]:
        """Return the fields without the hidden one."""
        return list(self.visible_fields())

    def clean(self) -> dict[str, Any]:
        """Refuse "none of these" beside one of these."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for fact in self.known.values():
            value = cleaned.get(fact.name)
            if fact.type == "list" and value and len(value) > 1 and {NONE, UNSURE} & set(value):
                self.add_error(fact.name, ALONE[0])
        return cleaned

    @property
    def answers(self) -> dict[str, Any]:
        """Return what was answered; None where the person is not sure."""
        given = ((fact, self.cleaned_data[fact.name]) for fact in self.known.values())
        return {fact.name: _value(fact, raw) for fact, raw in given if not _is_open(raw)}

    @property
    def cleared(self) -> set[str]:
        """Return the questions that were left open."""
        return self.known.keys() - self.answers.keys()


def is_answered(facts: Facts, name: str) -> bool:
    """Return whether somebody answered this question, if only with "not sure"."""
    return name in facts.unsure or (name in facts.values and name not in facts.from_register)


def _field(fact: Fact, answered: bool) -> forms.Field:
    back = [(TAKE_BACK, "Take the answer back")] if answered else []
    if fact.type == "bool":
        options = [(YES, "Yes"), (NO, "No"), (UNSURE, "Not sure"), *back]
        return forms.ChoiceField(choices=options, widget=forms.RadioSelect)
    named = [(value, words(value).capitalize()) for value in fact.values]
    if fact.type == "enum":
        options = [("", "Not answered"), *named, (UNSURE, "Not sure")]
        return forms.ChoiceField(choices=options, widget=forms.Select(attrs={"class": "select"}))
    if fact.type == "list":
        options = [*named, (NONE, "None of these"), (UNSURE, "Not sure")]
        return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple)
    if fact.type == "number":
        text = forms.TextInput(attrs={"class": "input", "inputmode": "decimal"})
        return forms.FloatField(min_value=0, widget=text)
    return forms.DateField(widget=forms.DateInput(attrs={"class": "input", "type": "date"}))


def _hint(fact: Fact, citations: tuple[str, ...], facts: Facts) -> str:
    """Return which articles ask, and what counts while nobody answers."""
    parts = []
    if citations:
        more = f" and {len(citations) - MOST_CITED} more" if len(citations) > MOST_CITED else ""
        parts.append(f"Asked for {'; '.join(citations[:MOST_CITED])}{more}.")
    if fact.name in facts.from_register:
        parts.append("The register says yes.")
    elif fact.default not in (False, [], None) and not is_answered(facts, fact.name):
        parts.append(f"Left open it counts as: {in_words(fact, fact.default)}.")
    return " ".join(parts)


def _shown(fact: Fact, facts: Facts) -> Any:
    """Return an answer as the form shows it."""
    if fact.name in facts.unsure:
        return [UNSURE] if fact.type == "list" else UNSURE
    if fact.name not in facts.values:
        return [] if fact.type == "list" else ""
    value = facts.values[fact.name]
    if fact.type == "bool":
        return YES if value else NO
    return [NONE] if value == [] else value


def _is_open(raw: Any) -> bool:
    return raw is None or raw in ("", [])


def _value(fact: Fact, raw: Any) -> Any:
    """Return an answer as it is stored."""
    if raw in (UNSURE, [UNSURE]):
        return None
    if fact.type == "bool":
        return raw == YES
    if fact.type == "date":
        return raw.isoformat()
    return [] if raw == [NONE] else raw


class SignForm(forms.Form):
    """Why somebody signs, and what exactly they saw."""

    reason = forms.CharField(
        label="Why do you sign?",
        help_text="One or two sentences. An auditor will read them next to the result.",
        max_length=10_000,
        widget=forms.Textarea(attrs={"class": "area", "rows": 4}),
        error_messages={"required": "Say why you sign: an auditor will read it."},
    )
    facts_digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    pack_version = forms.CharField(max_length=64, widget=forms.HiddenInput)
