"""The form of a breach."""

from django import forms

from governance.pipelines.rollback import Decided

CHOICES = [(Decided.ROLL_BACK.value, "Roll back"), (Decided.KEEP.value, "Keep it running")]


class BreachForm(forms.Form):
    """Roll back or keep, with the reason; the button that was pressed is the choice."""

    choice = forms.ChoiceField(choices=CHOICES)
    reason = forms.CharField(max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))
