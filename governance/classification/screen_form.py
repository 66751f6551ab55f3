"""A screen of boxes as a form: each is a gate, a box left empty says no."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from governance.classification.answering import why_of
from governance.classification.queries import engine
from governance.classification.saying import Why
from governance.classification.wizard_forms import WHOLE, Choice, PageForm
from governance.evidence.models import EvidenceItem

NONE = "~none"
ALONE = "“{}” stands alone: untick the others."
NOT_TICKED = "Tick what holds, or “{}”."
EITHER = "“{}” is ticked: either it holds, or you are not sure."


class ScreenForm(PageForm):
    """Boxes to tick; of any of them one can say that one is not sure."""

    shown = forms.CharField(
        required=False, max_length=5_000, widget=forms.HiddenInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        boxes = [(fact, self.page.labels[fact]) for fact in self.asked]
        self.fields["answer"] = forms.MultipleChoiceField(
            label=self.page.question,
            choices=[*boxes, (NONE, self.page.none)],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        self.fields["unsure"] = forms.MultipleChoiceField(
            label="Which are you not sure about?",
            choices=boxes,
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        self.initial["shown"] = " ".join(self.asked)
        self.initial["answer"] = self._standing_ticks()
        for fact in self._boxes():
            self.offer(fact, self._said_alone(fact))

    def _boxes(self) -> Iterator[str]:
        """Yield the facts that a ticked box answers; an enum or list has a page of its own."""
        known = engine().pack.facts
        return (fact for fact in self.asked if known[fact].type == "bool")

    def _standing_ticks(self) -> list[str]:
        """Return the boxes that are ticked as things stand."""
        values = self.facts.values
        ticked = [
            fact for fact in self.asked if values.get(fact, self._empty(fact)) != self._empty(fact)
        ]
        known = all(fact in values for fact in self.asked)
        return ticked or ([NONE] if known else [])

    def _empty(self, fact: str) -> Any:
        return (self.page.unticked or {})[fact]

    @property
    def whole(self) -> Why:
        """Return what most of the answers have in common; the others say it for themselves."""
        notes = self.standing.notes
        said = [why_of(notes[fact]) for fact in self.asked if fact in notes]
        if not said:
            return Why()
        often = Counter(why.key for why in said)
        return max(said, key=lambda why: often[why.key])

    def _said_alone(self, fact: str) -> Why:
        why = why_of(self.standing.notes.get(fact))
        return Why() if why.key == self.whole.key else why

    @property
    def offered(self) -> list[str]:
        """Return the page and the boxes for which something can be said."""
        return [WHOLE, *self._boxes()]

    def clean(self) -> dict[str, Any]:
        """Refuse "none of these" beside one of these, a tick beside "not sure", and nothing."""
        data = super().clean()
        ticked, unsure = data.get("answer", []), data.get("unsure", [])
        if NONE in ticked and len(ticked) > 1:
            self.add_error("answer", ALONE.format(self.page.none))
        if not ticked and not unsure and "answer" not in self.errors:
            self.add_error("answer", NOT_TICKED.format(self.page.none))
        for fact in (fact for fact in unsure if fact in ticked):
            self.add_error("unsure", EITHER.format(self.page.labels[fact]))
        return data

    @property
    def options(self) -> list[Choice]:
        """Return the boxes, each with the question of the pack and what can be said for it."""
        known, boxes = engine().pack.facts, set(self._boxes())
        made = ((widget, str(widget.data["value"])) for widget in self["answer"])
        return [
            self._option(widget, fact) if fact in boxes
            else Choice(widget, known[fact].ask if fact in known else "")
            for widget, fact in made
        ]  # fmt: skip

    def _option(self, widget: Any, fact: str) -> Choice:
        own = self.own(fact)
        is_open = any(field.errors or field.value() for field in own)
        return Choice(widget, engine().pack.facts[fact].ask, own=own, is_open=is_open)

    @property
    def is_unsure(self) -> bool:
        """Return whether the person is not sure about one of the boxes."""
        return bool(self["unsure"].value())

    @property
    def answers(self) -> dict[str, Any]:
        """Return what the boxes say; a ticked enum or list says nothing yet."""
        ticked, unsure = set(self.cleaned_data["answer"]), set(self.cleaned_data["unsure"])
        told = {fact: self._empty(fact) for fact in self.asked if fact not in ticked}
        told |= dict.fromkeys(unsure)
        return told | {fact: True for fact in self._boxes() if fact in ticked}

    @property
    def cleared(self) -> frozenset[str]:
        """Return the enums and lists that said none and are ticked now: they open again."""
        told, known = self.answers, self.facts.values
        return frozenset(
            fact
            for fact in self.asked
            if fact not in told and fact in known and known[fact] == self._empty(fact)
        )

    def each(self, whole: Why, added: Mapping[str, EvidenceItem]) -> Mapping[str, Why]:
        """Return what is said for single boxes.

        A box that says nothing of its own keeps what stands there as long as neither it nor what
        is said for the page is another.
        """
        said = {fact: self.why(fact, added) for fact in self._boxes()}
        own = {fact: why for fact, why in said.items() if why.is_given}
        if whole.key == self.whole.key:
            own |= {fact: why for fact, why in self._kept() if fact not in own}
        return own

    def _kept(self) -> Iterator[tuple[str, Why]]:
        """Yield what stands beside answers that are the same as before and were not shown alone."""
        for fact, value in self.answers.items():
            note = self.standing.notes.get(fact)
            same = value is not None and self.facts.values.get(fact) == value
            if note and same and not self._said_alone(fact).is_given:
                yield fact, why_of(note)
