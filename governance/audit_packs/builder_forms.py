"""The form that asks for a pack: what for, about which systems, which days and sections."""

import re
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from governance.accounts.access import units_with
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.audit_packs.actions import Period
from governance.audit_packs.builder_actions import Reader
from governance.audit_packs.choosing import by_filter
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.rules import MOST_PURPOSE, ScopeKind
from governance.audit_packs.section_rules import SECTION_WORDS, Section
from governance.audit_packs.sharing_rules import PURPOSES, last_day
from governance.common.forms import DayInput
from inventory.systems.models import AISystem

REF = re.compile(r"AIS-\d{3,12}")
NAMED, UNIT, LIST = "named", "unit", "list"
PLACES = sorted(name for name in available_timezones() if "/" in name and name[0].isupper())
ZONES = ["UTC", *PLACES]
MOST_NOTE = MOST_PURPOSE - 20  # the purpose stands before it
SECTIONS = [(section.value, words) for section, words in SECTION_WORDS.items()]


class BuilderForm(forms.Form):
    """What a pack is for, the systems it is about, the period of its timelines, its sections.

    `pack` is what was asked for with it.
    """

    pack: EvidencePack

    purpose = forms.ChoiceField(
        label="What it is for",
        choices=list(PURPOSES.items()),
        widget=forms.RadioSelect,
        initial="audit",
        error_messages={"required": "Say what the pack is for"},
    )
    note = forms.CharField(
        label="For whom, or which one",
        required=False,
        max_length=MOST_NOTE,
        help_text="Such as the audit by its name. It stands on the cover.",
    )
    about = forms.ChoiceField(
        label="About which systems",
        choices=[
            (NAMED, "The systems I name"),
            (UNIT, "Every system of a unit and below it"),
            (LIST, "What a list of systems shows"),
        ],
        widget=forms.RadioSelect,
        initial=NAMED,
    )
    systems = forms.CharField(
        label="Systems",
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text="Their ids, such as AIS-014, with spaces or commas between them.",
    )
    unit = forms.ModelChoiceField(
        BusinessUnit.objects.none(),
        label="Unit",
        required=False,
        empty_label=None,
        error_messages={
            "invalid_choice": "Your role does not let you ask for packs about this unit."
        },
    )
    filter = forms.CharField(
        label="List of systems",
        required=False,
        max_length=2_000,
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
        help_text="The address of the list from its question mark on, such as ?tier=high.",
    )
    period_from = forms.DateField(
        label="Timelines from",
        required=False,
        widget=DayInput,
        help_text="Facts are always as they stand when the pack is built.",
    )
    period_to = forms.DateField(label="Timelines to", required=False, widget=DayInput)
    zone = forms.ChoiceField(
        label="Days of the time zone",
        choices=[(name, name.replace("_", " ")) for name in ZONES],
        required=False,
        error_messages={
            "invalid_choice": "There is no time zone %(value)s; write one as Europe/Oslo."
        },
    )
    sections = forms.MultipleChoiceField(
        label="What it tells of each system",
        choices=SECTIONS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        initial=[key for key, _words in SECTIONS],
        help_text=(
            "The card of each system, and what is missing, are always there. Files may hold "
            "personal data: whoever gets the pack gets them, too."
        ),
    )
    readers = forms.CharField(
        label="Give it to",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text="E-mail addresses of people with an account here. They get it when it is sealed.",
    )
    until = forms.DateField(
        label="Their last day",
        required=False,
        widget=DayInput,
        help_text="Empty: as long as a pack of this purpose is handed out.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = {"zone": settings.TIME_ZONE} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.user = user
        units = units_with(user, Capability.PACK).order_by("path")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        if not units_with(user, Capability.HAND_OUT).exists():
            del self.fields["readers"], self.fields["until"]

    def clean(self) -> dict[str, Any]:
        """Find the systems; name those that the person does not see."""
        given = super().clean() or {}
        if given.get("about") == NAMED:
            self._check_named(given.get("systems", ""))
        elif given.get("about") == UNIT and not given.get("unit"):
            self.add_error("unit", "Choose a unit.")
        elif given.get("about") == LIST and not given.get("filter", "").strip():
            self.add_error("filter", "Give the address of the list, such as ?tier=high.")
        first, last = given.get("period_from"), given.get("period_to")
        if first and last and last < first:
            self.add_error("period_to", "The period ends before it begins.")
        if not self.errors:
            place = {NAMED: "systems", UNIT: "unit", LIST: "filter"}[str(given["about"])]
            self._check_allowed(place, Capability.PACK, "ask for packs about")
            if given.get("readers"):
                self._check_allowed("readers", Capability.HAND_OUT, "give away packs about")
                given["people"] = self._people(given["readers"], given.get("until"))
        return given

    def _check_allowed(self, place: str, capability: Capability, doing: str) -> None:
        """Name at a field what the person sees, but may not do this with."""
        allowed = units_with(self.user, capability).values("pk")
        others = list(self.chosen().exclude(unit__in=allowed).values_list("ref", flat=True)[:6])
        if others:
            more = " and others" if len(others) > 5 else ""
            words = f"Your role does not let you {doing} {', '.join(others[:5])}{more}."
            self.add_error(place, words)

    def _people(self, text: str, until: date | None) -> list[User]:
        """Find who is to get the pack; name the addresses of nobody, and a wrong last day."""
        wanted = {word.strip("<>").lower() for word in re.split(r"[\s,;]+", text) if "@" in word}
        people = User.objects.filter(email__in=wanted, is_active=True, is_service=False)
        found = {person.email.lower(): person for person in people}
        if unknown := sorted(wanted - set(found)):
            self.add_error("readers", f"Nobody here has the address {', '.join(unknown[:5])}.")
        elif not wanted:
            self.add_error("readers", "Give e-mail addresses, one after the other.")
        last = self._last_day()
        if until and not timezone.localdate() <= until <= last:
            words = f"Choose a day from today to {last:%-d %B %Y}, while it is handed out."
            self.add_error("until", words)
        return [found[address] for address in sorted(found)]

    def _last_day(self) -> date:
        return last_day(self.cleaned_data["purpose"], timezone.localdate())

    def people(self) -> list[Reader]:
        """Return who gets the pack of a valid form once it is sealed."""
        until = self.cleaned_data.get("until") or self._last_day()
        return [Reader(person, until) for person in self.cleaned_data.get("people", [])]

    def _check_named(self, text: str) -> None:
        refs = self._refs(text)
        if odd := [word for word in _words(text) if not REF.fullmatch(word.upper())]:
            self.add_error("systems", f"{', '.join(odd[:5])}: ids look like AIS-014.")
        elif not refs:
            self.add_error("systems", "Name at least one system by its id, such as AIS-014.")
            return
        seen = AISystem.objects.visible_to(self.user).filter(ref__in=refs)
        unknown = sorted(refs - set(seen.values_list("ref", flat=True)))
        if unknown:
            words = f"You see no system with the id {', '.join(unknown[:5])}."
            self.add_error("systems", words)

    def _refs(self, text: str) -> set[str]:
        return set(REF.findall(text.upper()))

    def chosen(self) -> QuerySet[AISystem]:
        """Return the systems of a valid form, all of which the person sees."""
        seen, given = AISystem.objects.visible_to(self.user), self.cleaned_data
        if given["about"] == UNIT:
            found = seen.filter(unit__path__contains=[given["unit"].pk])
        elif given["about"] == LIST:
            found = seen.filter(pk__in=by_filter(self.user, self._query()).values("pk"))
        else:
            found = seen.filter(ref__in=self._refs(given["systems"]))
        return found.select_related("unit").order_by("name", "pk")

    def sections_chosen(self) -> list[Section]:
        """Return the sections of a valid form, in their order."""
        return [section for section in Section if section in self.cleaned_data["sections"]]

    def period(self) -> Period:
        """Return the days of a valid form, and whose they are."""
        given = self.cleaned_data
        return Period(given["period_from"], given["period_to"], given["zone"])

    def request(self) -> dict[str, Any]:
        """Return what the action needs, of a valid form."""
        given, systems = self.cleaned_data, list(self.chosen())
        return {
            "kind": self._kind(len(systems)),
            "systems": systems,
            "scope": self._scope(),
            "period": self.period(),
            "purpose": ": ".join(
                words for words in (PURPOSES.get(given["purpose"]), given["note"]) if words
            ),
        }

    def _kind(self, count: int) -> ScopeKind:
        if self.cleaned_data["about"] == UNIT:
            return ScopeKind.PORTFOLIO
        return ScopeKind.SYSTEM if count == 1 else ScopeKind.SELECTION

    def _scope(self) -> dict[str, Any]:
        """Return how the systems and sections were chosen, as the pack keeps it."""
        given, sections = self.cleaned_data, self.sections_chosen()
        told: dict[str, Any] = {"for": given["purpose"]} if given["purpose"] else {}
        if given["about"] == UNIT:
            told |= {"unit": given["unit"].pk, "name": given["unit"].name}
        if given["about"] == LIST:
            told["list"] = self._query()
        if len(sections) < len(Section):
            told["sections"] = [section.value for section in sections]
        return told

    def _query(self) -> str:
        return str(self.cleaned_data["filter"]).rpartition("?")[2].strip()


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,;]+", text) if word]
