"""What people type into the pages of matrices."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from governance.accounts.models import BusinessUnit, User
from raci.matrices.catalogue import catalogue
from raci.matrices.grid import KIND_WORDS
from raci.matrices.rules import PartyKind
from raci.matrices.schemes import RACI, SCHEMES, listed


def people() -> QuerySet[User]:
    """Return whom one can name: everybody with an open account who is a person."""
    return User.objects.filter(is_active=True, is_service=False)


class ColumnForm(forms.Form):
    """A new column: a person, or a name with its kind."""

    person = forms.ModelChoiceField(queryset=User.objects.none(), required=False)
    label = forms.CharField(
        max_length=120, required=False, help_text="A team, mailbox, vendor or service, by name."
    )
    kind = forms.ChoiceField(
        label="Kind of the name",
        choices=[(kind.value, words) for kind, words in KIND_WORDS.items()],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Return the column; exactly one of person and label must be given."""
        data = super().clean() or self.cleaned_data
        if bool(data.get("person")) == bool(data.get("label")):
            raise forms.ValidationError("Choose a person, or type a name. Not both.")
        kind = PartyKind.PERSON if data.get("person") else PartyKind(data["kind"] or PartyKind.TEAM)
        return {**data, "kind": kind}


class RowsForm(forms.Form):
    """Which standard activities a matrix has."""

    codes = forms.MultipleChoiceField(
        label="Activities", widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["codes"].choices = [  # type: ignore[attr-defined]
            (code, f"{code} {activity.title}") for code, activity in catalogue().activities.items()
        ]


class SchemeForm(forms.Form):
    """Which letters a new default speaks; it keeps them for good."""

    scheme = forms.ChoiceField(
        label="Letters",
        choices=[
            (code, f"{code}: {listed([scheme.words[each].lower() for each in scheme.single])}")
            for code, scheme in SCHEMES.items()
        ],
        initial=RACI.code,
        help_text="It keeps them for good, and each system's matrix made from it has the same.",
    )


class HolderForm(forms.Form):
    """Who holds a role from now on."""

    role = forms.ChoiceField()
    person = forms.ModelChoiceField(
        queryset=User.objects.none(), required=False, empty_label="Nobody"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = list(catalogue().roles.items())  # type: ignore[attr-defined]
        self.fields["person"].queryset = people()  # type: ignore[attr-defined]


class AuthorityForm(forms.Form):
    """Who is empowered to do what."""

    person = forms.ModelChoiceField(queryset=User.objects.none())
    kind = forms.ChoiceField(label="Authority")
    limit = forms.DecimalField(
        label="Up to",
        max_digits=14,
        decimal_places=2,
        required=False,
        help_text="Empty: any amount.",
    )
    currency = forms.RegexField(
        "^[A-Z]{3}$", label="Currency", required=False, help_text="Like EUR."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(catalogue().authorities.items())
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]
        self.fields["person"].queryset = people()  # type: ignore[attr-defined]


class UnitForm(forms.Form):
    """The unit whose defaults are looked at."""

    unit = forms.ModelChoiceField(queryset=BusinessUnit.objects.none(), empty_label=None)

    def __init__(self, units: QuerySet[BusinessUnit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
