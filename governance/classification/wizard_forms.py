"""One question as a form: the answer, what makes you say so, and whom to ask."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from governance.accounts.models import User
from governance.classification.models import AnswerNote
from governance.classification.queries import Facts
from governance.classification.questions import Page
from governance.classification.saying import Said, Why
from governance.common.forms import DayInput
from governance.evidence.models import EvidenceItem
from governance.evidence.rules import misfit

UNSURE = "~unsure"
WHOLE = ""  # what is said for the page as a whole, beside what is said for single facts


@dataclass(frozen=True)
class Asking:
    """Who can be asked about a system, and who is unless somebody says otherwise."""

    people: QuerySet[User]
    asked_person: User
    due_on: date
    note: str = ""


@dataclass(frozen=True)
class Standing:
    """A page as it stands: which facts it asks, what is known and said, and by what it is shown."""

    page: Page
    asked: tuple[str, ...]
    facts: Facts
    notes: Mapping[str, AnswerNote]
    items: tuple[EvidenceItem, ...]  # that can be chosen
    asking: Asking
    may_add: bool = True  # new files


@dataclass(frozen=True)
class Choice:
    """One answer to choose, with its hint, and what can be said for it alone."""

    widget: Any  # the bound box or button
    hint: str
    is_unsure: bool = False
    own: tuple[forms.BoundField, ...] = ()  # sentence, evidence, file
    is_open: bool = False  # something is said for it alone, or is wrong


class PageForm(forms.Form):
    """The question of a page, with what goes with the answer."""

    seen = forms.IntegerField(
        min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput(attrs={"autocomplete": "off"})
    )
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

    def __init__(self, *args: Any, standing: Standing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing, self.page = standing, standing.page
        self.asked, self.facts = standing.asked, standing.facts
        asking = standing.asking
        self.fields["asked_person"].queryset = asking.people  # type: ignore[attr-defined]
        self.initial |= {  # type: ignore[operator]
            "seen": standing.facts.row_version,
            "asked_person": asking.asked_person,
            "due_on": asking.due_on,
            "note": asking.note,
        }
        self.offer(WHOLE, self.whole, title=True)

    def offer(self, fact: str, why: Why, *, title: bool = False) -> None:
        """Add the fields of a sentence and evidence, for the page or for one fact."""
        self.fields[_named("because", fact)] = _sentence()
        self.fields[_named("evidence", fact)] = _evidence(self.standing.items)
        self.initial[_named("because", fact)] = why.because
        self.initial[_named("evidence", fact)] = [str(item.pk) for item in why.evidence]
        if not self.standing.may_add:
            return
        self.fields[_named("upload", fact)] = forms.FileField(
            label="A new file", required=False, help_text="Up to 50 MiB."
        )
        if title:
            self.fields["title"] = forms.CharField(
                label="What does the file show?", required=False, max_length=200
            )

    @property
    def whole(self) -> Why:
        """Return what is said for the page as a whole."""
        raise NotImplementedError

    @property
    def offered(self) -> list[str]:
        """Return the page and the facts for which something can be said."""
        return [WHOLE]

    def clean(self) -> dict[str, Any]:
        """Refuse a file that is too large."""
        data: dict[str, Any] = super().clean() or {}
        for fact in self.offered:
            upload = data.get(_named("upload", fact))
            if upload and (reason := misfit(upload.size)):
                self.add_error(_named("upload", fact), reason)
        return data

    @property
    def uploads(self) -> Iterator[tuple[str, str, UploadedFile]]:
        """Yield the new files: for what each is, its title, the file."""
        data = self.cleaned_data
        for fact in self.offered:
            if upload := data.get(_named("upload", fact)):
                title = data.get("title", "").strip() if fact == WHOLE else ""
                yield fact, title or upload.name, upload

    def why(self, fact: str, added: Mapping[str, EvidenceItem]) -> Why:
        """Return what is said for the page or for one fact, with a file that was just kept."""
        chosen = [*self.cleaned_data[_named("evidence", fact)]]
        chosen += [added[fact]] if fact in added else []
        because = self.cleaned_data[_named("because", fact)].strip()
        return Why(because, tuple(dict.fromkeys(chosen)))

    def said(self, added: Mapping[str, EvidenceItem]) -> Said:
        """Return what goes with the answers, and whom to ask where one is not sure."""
        whole, data = self.why(WHOLE, added), self.cleaned_data
        said = Said(whole.because, whole.evidence, each=self.each(whole, added))
        if None not in self.answers.values():
            return said
        return Said(
            said.because, said.evidence, data["asked_person"], data["due_on"],
            data["note"].strip(), said.each,
        )  # fmt: skip

    def each(self, whole: Why, added: Mapping[str, EvidenceItem]) -> Mapping[str, Why]:
        """Return what is said for single facts."""
        return {}

    @property
    def options(self) -> Iterable[Choice]:
        """Return the answers to choose from."""
        raise NotImplementedError

    @property
    def chosen(self) -> set[str]:
        """Return the answers chosen as typed, right or wrong."""
        said = self["answer"].value() or []
        return {str(one) for one in said} if isinstance(said, list | tuple) else {str(said)}

    @property
    def is_unsure(self) -> bool:
        """Return whether "not sure" is among the answers as typed."""
        return UNSURE in self.chosen

    @property
    def answers(self) -> dict[str, Any]:
        """Return the facts that the answer tells; None where the person is not sure."""
        raise NotImplementedError

    @property
    def cleared(self) -> frozenset[str]:
        """Return the facts whose answer is taken back."""
        return frozenset()

    @property
    def asks_wrong(self) -> bool:
        """Return whether something is wrong in whom to ask."""
        return any(name in self.errors for name in ("unsure", "asked_person", "due_on", "note"))

    def own(self, fact: str) -> tuple[forms.BoundField, ...]:
        """Return the fields of what is said for one fact."""
        names = (_named(name, fact) for name in ("because", "evidence", "upload"))
        return tuple(
            self[name] for name in names
            if name in self.fields and (self.standing.items or not name.startswith("evidence"))
        )  # fmt: skip


def _named(name: str, fact: str) -> str:
    return f"{name}-{fact}" if fact else name


def _sentence() -> forms.CharField:
    return forms.CharField(
        label="What makes you say so?",
        required=False,
        max_length=2_000,
        help_text="One or two sentences. An auditor will read this next to the result.",
        widget=forms.Textarea(attrs={"class": "area", "rows": 3}),
    )


def _evidence(items: Iterable[EvidenceItem]) -> forms.TypedMultipleChoiceField:
    by_key = {str(item.pk): item for item in items}
    return forms.TypedMultipleChoiceField(
        label="Evidence about this system",
        choices=[(key, f"{item.ref} {item.title}") for key, item in by_key.items()],
        coerce=by_key.__getitem__,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
