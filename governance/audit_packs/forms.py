"""The form that asks for a pack: which systems, and which days of their story."""

import re
from typing import Any

from django import forms
from django.db.models import QuerySet

from governance.accounts.access import units_with
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.audit_packs.actions import Period
from governance.audit_packs.rules import ScopeKind
from governance.common.forms import DayInput
from inventory.systems.models import AISystem

REF = re.compile(r"AIS-\d{3,12}")
NAMED, UNIT = "named", "unit"


class PackForm(forms.Form):
    """Systems by id, or a unit and all below it; and a period for the timelines."""

    about = forms.ChoiceField(
        label="About which systems",
        choices=[(NAMED, "The systems I name"), (UNIT, "Every system of a unit and below it")],
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
        BusinessUnit.objects.none(), label="Unit", required=False, empty_label=None
    )
    period_from = forms.DateField(
        label="Timelines from",
        required=False,
        widget=DayInput,
        help_text="Facts are always as they stand when the pack is built.",
    )
    period_to = forms.DateField(label="Timelines to", required=False, widget=DayInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.units = units_with(user, Capability.PACK)
        self.fields["unit"].queryset = self.units.order_by("path")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Find the systems; name those that the person does not see."""
        given = super().clean() or {}
        if given.get("about") == NAMED:
            self._check_named(given.get("systems", ""))
        elif given.get("about") == UNIT and not given.get("unit"):
            self.add_error("unit", "Choose a unit.")
        first, last = given.get("period_from"), given.get("period_to")
        if first and last and last < first:
            self.add_error("period_to", "The period ends before it begins.")
        return given

    def _check_named(self, text: str) -> None:
        refs = self._refs(text)
        if not refs:
            self.add_error("systems", "Name at least one system by its id, such as AIS-014.")
            return
        seen = AISystem.objects.visible_to(self.user).filter(ref__in=refs)
        unknown = sorted(refs - set(seen.values_list("ref", flat=True)))
        if unknown:
            words = f"You see no system with the id {', '.join(unknown[:5])}."
            self.add_error("systems", words)

    def _refs(self, text: str) -> set[str]:
        return set(REF.findall(text.upper()))

    @property
    def is_portfolio(self) -> bool:
        """Return whether a whole unit is asked for."""
        return bool(self.cleaned_data["about"] == UNIT)

    def chosen(self) -> QuerySet[AISystem]:
        """Return the systems of a valid form, all of which the person sees."""
        seen = AISystem.objects.visible_to(self.user).select_related("unit").order_by("name", "pk")
        if self.is_portfolio:
            return seen.filter(unit__path__contains=[self.cleaned_data["unit"].pk])
        return seen.filter(ref__in=self._refs(self.cleaned_data["systems"]))

    def request(self) -> dict[str, Any]:
        """Return what the action needs, of a valid form."""
        systems = list(self.chosen())
        given = self.cleaned_data
        kind = ScopeKind.SYSTEM if len(systems) == 1 else ScopeKind.SELECTION
        if self.is_portfolio:
            kind = ScopeKind.PORTFOLIO
        return {
            "kind": kind,
            "systems": systems,
            "scope": {"unit": given["unit"].pk} if self.is_portfolio else {},
            "period": Period(given["period_from"], given["period_to"]),
        }
