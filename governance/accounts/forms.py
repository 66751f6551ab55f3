"""Forms of sign-in and of the settings pages."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils import timezone

from governance.accounts.access import units_with
from governance.accounts.actions import Engagement
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import ROLE_WORDS, Capability, Role

SET_IN = "\u2003"
ROLES = [("", "Choose a role"), *((role.value, words) for role, words in ROLE_WORDS.items())]


class SignInForm(LoginForm):  # type: ignore[misc]
    """allauth's sign-in with visible labels only, and one plain way to reset a password."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class ConfirmForm(forms.Form):
    """The password once more, before a decision that weighs."""

    confirm_password = forms.CharField(
        label="Password",
        strip=False,
        max_length=1_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Give your password"},
    )


class UnitChoice(forms.ModelChoiceField):
    """A choice among units, each with its way down from the organisation."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the name, set in by its depth."""
        return f"{SET_IN * (len(obj.path) - 1)}{obj.name}"


class NameForm(forms.Form):
    """A person's name."""

    name = forms.CharField(label="Name", max_length=150, help_text="As others know you.")
    name.widget.attrs["autocomplete"] = "name"
    row_version = forms.IntegerField(widget=forms.HiddenInput)


class GrantForm(forms.Form):
    """A role in a unit, until a day."""

    role = forms.ChoiceField(
        label="Role", choices=ROLES, error_messages={"required": "Choose a role"}
    )
    unit = UnitChoice(
        label="In",
        queryset=BusinessUnit.objects.none(),
        empty_label="Choose a unit",
        help_text="The role covers this unit and all below it.",
        error_messages={"required": "Choose a unit"},
    )
    ends_on = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Needed for an auditor; the role counts through this day.",
    )

    begins_on = forms.DateField(
        label="First day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Of an auditor who is to be let in later; today when left empty.",
    )
    purpose = forms.CharField(
        label="Engaged for",
        required=False,
        max_length=300,
        help_text="What an auditor is here for, such as an audit by its name.",
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = units_with(actor, Capability.CONFIGURE).order_by("path")
        unit = self.fields["unit"]
        assert isinstance(unit, UnitChoice)  # noqa: S101 - declared above
        unit.queryset = units

    def clean(self) -> dict[str, Any]:
        """Refuse an auditor without a last day, and a last day that is over."""
        given = super().clean() or {}
        ends_on, role = given.get("ends_on"), given.get("role")
        if role == Role.AUDITOR and ends_on is None:
            self.add_error("ends_on", "Give the last day of the auditor's access")
        if ends_on and ends_on < timezone.localdate():
            self.add_error("ends_on", "Give a day that is not over yet")
        if role and role != Role.AUDITOR and given.get("begins_on"):
            self.add_error("begins_on", "Only an auditor is let in from a later day")
        elif ends_on and (given.get("begins_on") or ends_on) > ends_on:
            self.add_error("begins_on", "Give a day that is not after the last one")
        return given

    def term(self) -> dict[str, Any]:
        """Return what a valid form says of the role, as the action takes it."""
        given = self.cleaned_data
        told = given["begins_on"] or given["purpose"]
        engagement = Engagement(given["begins_on"], given["purpose"]) if told else None
        return {
            "role": Role(given["role"]),
            "unit": given["unit"],
            "ends_on": given["ends_on"],
            "engagement": engagement,
        }


class PersonForm(GrantForm):
    """A new person with the first role."""

    name = forms.CharField(
        label="Name", max_length=150, error_messages={"required": "Give the person's name"}
    )
    email = forms.EmailField(
        label="E-mail address",
        help_text="The person signs in with it.",
        error_messages={"required": "Give the address to sign in with"},
    )
    field_order = ["name", "email", "role", "unit", "ends_on", "begins_on", "purpose"]

    def clean_email(self) -> str:
        """Refuse an address that somebody has already."""
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError("Somebody with this address is here already")
        return email


class UnitForm(forms.Form):
    """A new unit below another one."""

    name = forms.CharField(
        label="Name", max_length=200, error_messages={"required": "Give the unit's name"}
    )
    parent = UnitChoice(
        label="Below",
        queryset=BusinessUnit.objects.none(),
        empty_label=None,
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        assert isinstance(parent, UnitChoice)  # noqa: S101 - declared above
        parent.queryset = units_with(actor, Capability.CONFIGURE).order_by("path")

    def clean(self) -> dict[str, Any]:
        """Refuse a name that a unit beside it has."""
        given = super().clean() or {}
        beside = BusinessUnit.objects.filter(parent=given.get("parent"), name=given.get("name"))
        if given.get("parent") and beside.exists():
            self.add_error("name", f"{given['parent']} has a unit of this name already")
        return given


class RenameForm(forms.Form):
    """Another name for a unit."""

    name = forms.CharField(
        label="Name", max_length=200, error_messages={"required": "Give the unit's name"}
    )
    row_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, unit: BusinessUnit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit

    def clean_name(self) -> str:
        """Refuse a name that a unit beside it has."""
        name: str = self.cleaned_data["name"]
        beside = BusinessUnit.objects.filter(parent=self.unit.parent_id, name=name)
        if beside.exclude(pk=self.unit.pk).exists():
            raise forms.ValidationError("A unit beside it has this name already")
        return name
