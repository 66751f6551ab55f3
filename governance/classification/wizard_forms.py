"""One question as a form: the answer, what makes you say so, and whom to ask."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from governance.accounts.models import User
from governance.classification.answering import Said
from governance.classification.explain import words
from governance.classification.law import Fact
from governance.classification.models import AnswerNote
from governance.classification.queries import Facts, engine
from governance.classification.questions import Page
from governance.classification.rules import NEVER
from governance.common.forms import DayInput
from governance.evidence.models import EvidenceItem
from governance.evidence.rules import misfit

YES, NO = "yes", "no"
UNSURE, NONE, NEVER_PLACED, VALUE = "~unsure", "~none", "~never", "~value"
ALONE = "“{}” stands alone: untick the others."
NOT_CHOSEN = {"required": "Choose an answer. “I’m not sure” is one."}
NOT_TICKED = {"required": "Tick what holds, or “{}”."}


@dataclass(frozen=True)
class Choice:
    """One answer to choose, with its hint."""

    widget: Any  # the bound box or button
    hint: str
    is_unsure: bool


class PageForm(forms.Form):
    """The question of a page, with what goes with the answer."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    because = forms.CharField(
        label="What makes you say so?",
        required=False,
        max_length=2_000,
        help_text="One or two sentences. An auditor will read this next to the result.",
        widget=forms.Textarea(attrs={"class": "area", "rows": 3}),
    )
    evidence = forms.ModelMultipleChoiceField(
        label="Evidence about this system",
        queryset=EvidenceItem.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    upload = forms.FileField(label="A new file", required=False, help_text="Up to 50 MiB.")
    title = forms.CharField(label="What does the file show?", required=False, max_length=200)

    def __init__(
        self,
        *args: Any,
        page: Page,
        asked: Iterable[str],
        facts: Facts,
        note: AnswerNote | None,
        items: Iterable[EvidenceItem],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.page, self.asked, self.facts = page, tuple(asked), facts
        self.fields["evidence"].queryset = items  # type: ignore[attr-defined]
        self.initial |= {  # type: ignore[operator]
            "seen": facts.row_version,
            "because": note.because if note else "",
            "evidence": [item.pk for item in note.evidence.all()] if note else [],
        }

    def clean(self) -> dict[str, Any]:
        """Refuse a file that is too large."""
        data: dict[str, Any] = super().clean() or {}
        upload = data.get("upload")
        if upload and (reason := misfit(upload.size)):
            self.add_error("upload", reason)
        return data

    def said(self, added: EvidenceItem | None = None) -> Said:
        """Return what goes with the answer, with a file that was just kept."""
        chosen = [*self.cleaned_data["evidence"], *([added] if added else [])]
        return Said(self.cleaned_data["because"].strip(), tuple(dict.fromkeys(chosen)))

    @property
    def options(self) -> list[Choice]:
        """Return the answers to choose from; a box shows the question of the pack."""
        known = engine().pack.facts if self.page.is_screen else {}
        return [
            Choice(widget, known[value].ask if value in known else "", value == UNSURE)
            for widget, value in ((one, one.data["value"]) for one in self["answer"])
        ]

    @property
    def answers(self) -> dict[str, Any]:
        """Return the facts that the answer tells."""
        raise NotImplementedError

    @property
    def cleared(self) -> frozenset[str]:
        """Return the facts whose answer is taken back."""
        return frozenset()


class ScreenForm(PageForm):
    """Boxes to tick: each is a gate, a box left empty says no."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facts, page = self.facts, self.page
        options = [*((fact, page.labels[fact]) for fact in self.asked), (NONE, page.none)]
        self.fields["answer"] = forms.MultipleChoiceField(
            label=page.question,
            choices=options,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": NOT_TICKED["required"].format(page.none)},
        )
        ticked = [fact for fact in self.asked if self._is_ticked(facts.values.get(fact), fact)]
        known = all(fact in facts.values for fact in self.asked)
        self.initial["answer"] = ticked or ([NONE] if known else [])

    def _is_ticked(self, value: Any, fact: str) -> bool:
        return value is not None and value != self._empty(fact)

    def _empty(self, fact: str) -> Any:
        return (self.page.unticked or {})[fact]

    def clean_answer(self) -> list[str]:
        """Refuse "none of these" beside one of these."""
        ticked: list[str] = self.cleaned_data["answer"]
        if NONE in ticked and len(ticked) > 1:
            raise forms.ValidationError(ALONE.format(self.page.none))
        return ticked

    @property
    def answers(self) -> dict[str, Any]:
        """Return what the boxes say; a ticked enum or list says nothing yet."""
        ticked = set(self.cleaned_data["answer"])
        known = engine().pack.facts
        told = {fact: self._empty(fact) for fact in self.asked if fact not in ticked}
        return told | {
            fact: True for fact in self.asked if fact in ticked and known[fact].type == "bool"
        }

    @property
    def cleared(self) -> frozenset[str]:
        """Return the enums and lists that said none and are ticked now: they open again."""
        told, known = self.answers, self.facts.values
        return frozenset(
            fact
            for fact in self.asked
            if fact not in told and fact in known and known[fact] == self._empty(fact)
        )


class AloneForm(PageForm):
    """One fact: an answer to choose, "not sure" among them."""

    asked_person = forms.ModelChoiceField(
        label="Ask", queryset=User.objects.none(), required=False, empty_label=None
    )
    due_on = forms.DateField(label="By", required=False, widget=DayInput())
    note = forms.CharField(
        label="What do you want to know?",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"class": "area", "rows": 2}),
    )

    def __init__(self, *args: Any, ask: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fact = engine().pack.facts[self.page.facts[0]]
        self.fields["asked_person"].queryset = ask["people"]  # type: ignore[attr-defined]
        self.initial |= {  # type: ignore[operator]
            key: ask[key] for key in ("asked_person", "due_on", "note")
        }
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

    def said(self, added: EvidenceItem | None = None) -> Said:
        """Return what goes with the answer, and whom to ask where one is not sure."""
        said, data = super().said(added), self.cleaned_data
        if self.answers[self.fact.name] is not None:
            return said
        return Said(
            said.because, said.evidence, data["asked_person"], data["due_on"], data["note"].strip()
        )


def _choices(fact: Fact) -> list[tuple[str, str]]:
    if fact.type == "bool":
        return [(YES, "Yes"), (NO, "No")]
    if fact.type == "date":
        return [(VALUE, "On this day"), (NEVER_PLACED, "Not yet, or it is new")]
    if fact.type == "number":
        return [(VALUE, "This number")]
    named = [(value, words(value).capitalize()) for value in fact.values]
    return [*named, (NONE, "None of these")] if fact.type == "list" else named
