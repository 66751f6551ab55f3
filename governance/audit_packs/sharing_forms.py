"""What people type about who gets a pack, its last day, questions and answers."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from governance.accounts.models import User
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.sharing_actions import Outside
from governance.audit_packs.sharing_rules import MOST_LETTERS
from governance.common.forms import DayInput
from inventory.systems.models import AISystem


class RecipientForm(forms.Form):
    """A person with an account, or somebody outside, and a last day."""

    person = forms.ModelChoiceField(
        User.objects.none(),
        label="Person with an account",
        required=False,
        empty_label="Somebody without an account",
        help_text="They see the pack here and are told of it.",
    )
    name = forms.CharField(
        label="Name of somebody without an account",
        required=False,
        max_length=150,
        help_text="They are written down; hand the file over yourself.",
    )
    email = forms.EmailField(label="Their e-mail address", required=False)
    until = forms.DateField(
        label="Last day",
        widget=DayInput,
        error_messages={"required": "Give the last day"},
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse both, neither, and a name without an address."""
        given = super().clean() or {}
        outside = given.get("name") or given.get("email")
        if given.get("person") and outside:
            self.add_error("name", "Choose a person, or name somebody without an account, not both")
        elif not given.get("person") and "email" not in self.errors:
            if not given.get("name"):
                self.add_error("name" if outside else "person", "Say who gets the pack")
            elif not given.get("email"):
                self.add_error("email", "Give the address of who gets the pack")
        return given

    def request(self) -> dict[str, Any]:
        """Return what the action needs, of a valid form."""
        given = self.cleaned_data
        to = given["person"] or Outside(given["name"], given["email"].lower())
        return {"to": to, "until": given["until"]}


class LastDayForm(forms.Form):
    """Another last day of handing a pack out."""

    on = forms.DateField(
        label="Last day",
        widget=DayInput,
        help_text="After it only compliance officers and administrators of its units download it.",
        error_messages={"required": "Give the last day"},
    )


class WithdrawalForm(forms.Form):
    """Why a pack is not to be relied on any more."""

    reason = forms.CharField(
        label="Reason",
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Whoever looks at the pack, checks it or wants to download it reads this.",
        error_messages={"required": "Say why it is withdrawn"},
    )


class QuestionForm(forms.Form):
    """A question about a pack, or a system or an entry in it."""

    text = forms.CharField(
        label="Question",
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="It goes on record with your name, and into the next pack about this.",
        error_messages={"required": "Write the question"},
    )
    system = forms.ModelChoiceField(
        AISystem.objects.none(),
        label="About the system",
        required=False,
        empty_label="The pack as a whole",
        to_field_name="ref",
    )
    entry = forms.IntegerField(
        label="About the ledger entry",
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        help_text="Its number, such as 8412.",
    )

    def __init__(self, *args: Any, pack: EvidencePack, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        systems = pack.systems.order_by("name", "pk")
        self.fields["system"].queryset = systems  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """An answer on the record."""

    text = forms.CharField(
        label="Answer",
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="It stays on record with your name as it is; a second one can follow.",
        error_messages={"required": "Write the answer"},
    )
