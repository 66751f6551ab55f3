"""Forms of vendors and agreements."""

from typing import Any

from django import forms
from django.utils import timezone

from governance.accounts.access import units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.forms import DayInput, RecordForm
from inventory.vendors.documents import ALLOWED
from inventory.vendors.fields import AGREEMENT_FIELDS, VENDOR_FIELDS
from inventory.vendors.models import Agreement, Vendor


class VendorForm(RecordForm):
    """A vendor."""

    model = Vendor
    listed = VENDOR_FIELDS

    def clean_country(self) -> str:
        """Return the country in capitals."""
        return str(self.cleaned_data["country"]).upper()


class AgreementForm(RecordForm):
    """An agreement, kept in a unit where the person may keep agreements."""

    model = Agreement
    listed = AGREEMENT_FIELDS

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vendors, units = self.fields["vendor"], self.fields["unit"]
        assert isinstance(vendors, forms.ModelChoiceField)  # noqa: S101
        assert isinstance(units, forms.ModelChoiceField)  # noqa: S101
        vendors.queryset = Vendor.objects.visible_to(user)
        units.queryset = units_with(user, Capability.AGREE)


class SignForm(forms.Form):
    """When both parties signed, and from when it holds."""

    signed_on = forms.DateField(label="Signed on", widget=DayInput())
    effective_from = forms.DateField(
        label="In force from",
        help_text="Empty: from the day it was signed.",
        widget=DayInput(),
        required=False,
    )


class EndForm(forms.Form):
    """When an agreement ends, and why."""

    on = forms.DateField(
        label="Ends on",
        widget=DayInput(),
        initial=timezone.localdate,
        help_text="First day without it.",
    )
    reason = forms.CharField(label="Why does it end?", widget=forms.Textarea, max_length=2_000)


class DocumentForm(forms.Form):
    """The signed document."""

    document = forms.FileField(label="Document", help_text=f"{ALLOWED}, at most 25 MiB.")
