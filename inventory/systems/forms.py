"""Forms of systems and their model versions."""

import re
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from governance.accounts.access import units_with
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.common.forms import DayInput, RecordForm
from governance.common.states import choices
from inventory.systems.fields import FIELDS
from inventory.systems.models import AISystem
from inventory.systems.rules import Stage
from inventory.vendors.models import Agreement, Vendor

NEW = ("name", "intended_purpose", "unit", "owner", "stage", "vendor")


class SystemForm(RecordForm):
    """A system; the choices are those the person may choose."""

    model = AISystem
    listed = tuple(field for field in FIELDS if field.editable)

    def __init__(self, *args: Any, user: User, row: AISystem | None = None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        units = units_with(user, Capability.REGISTER)
        if row is not None:
            units = units | BusinessUnit.objects.filter(pk=row.unit_id)
        self._offer("unit", units)
        self._offer("owner", people())
        self._offer("vendor", Vendor.objects.visible_to(user))
        stage = self.fields.get("stage")
        if isinstance(stage, forms.ChoiceField):
            stage.choices = [item for item in choices(Stage) if item[0] != Stage.RETIRED]

    def _offer(self, name: str, rows: Any) -> None:
        field = self.fields.get(name)
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows

    def clean_countries(self) -> list[str]:
        """Return the countries in capitals, once each."""
        found = [str(item).strip().upper() for item in self.cleaned_data["countries"] or []]
        for code in found:
            if not re.fullmatch("[A-Z]{2}", code):
                raise forms.ValidationError(f"{code} is not a country code of two letters.")
        return list(dict.fromkeys(found))


class RetireForm(forms.Form):
    """When a system ends, and why."""

    on = forms.DateField(label="Retired on", widget=DayInput(), initial=timezone.localdate)
    reason = forms.CharField(
        label="Why is it retired?",
        help_text="It stands in the record and on the system's page.",
        widget=forms.Textarea,
        max_length=2_000,
    )


class ShareForm(forms.Form):
    """With whom one system is shared."""

    user = forms.ModelChoiceField(
        label="Person",
        queryset=User.objects.none(),
        help_text="Who may read this one system, whatever their units are.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = people()


class AgreementChoice(forms.ModelChoiceField):
    """A choice of agreements by their short id, kind and title."""

    def label_from_instance(self, obj: Any) -> str:
        """Return AGR-001 DPA: Processing terms."""
        return f"{obj.ref} {obj.kind}: {obj.title}"


class LinkForm(forms.Form):
    """Which agreement covers a system."""

    agreement = AgreementChoice(label="Agreement", queryset=Agreement.objects.none())

    def __init__(self, *args: Any, user: User, system: AISystem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agreement"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        with_vendor = Q(vendor=system.vendor) if system.vendor_id else Q()
        field.queryset = (
            Agreement.objects.visible_to(user)
            .filter(with_vendor)
            .exclude(systems=system)
            .select_related("vendor")
        )


class ViewForm(forms.Form):
    """A name for a list."""

    name = forms.CharField(max_length=60)
    query = forms.CharField(required=False, max_length=2_000)


def people() -> Any:
    """Return the people who can be named for something: active, no service account."""
    return User.objects.filter(is_active=True, is_service=False)
