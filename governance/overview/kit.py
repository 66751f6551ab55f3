"""Samples for the kit page: every part once, with invented content."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone


class SampleForm(forms.Form):
    """A form that shows each kind of control, and its errors."""

    owner = forms.ChoiceField(
        label="Who owns it?",
        help_text="One person who answers for it, not a team.",
        choices=[("", "Choose a person"), ("mira", "Mira Rossi")],
        error_messages={"required": "Choose who owns the system"},
    )
    live_since = forms.DateField(
        label="When does it go live?",
        widget=forms.TextInput,
        error_messages={"invalid": "Go-live date must be a real date, like 2026-12-04"},
    )
    people = forms.MultipleChoiceField(
        label="Who is affected?",
        required=False,
        choices=[("customers", "Customers"), ("employees", "Employees")],
        widget=forms.CheckboxSelectMultiple,
    )
    purpose = forms.CharField(label="What is it for?", required=False, widget=forms.Textarea)
    confirmed = forms.BooleanField(label="I have read all 6 changes", required=False)


def samples() -> dict[str, Any]:
    """Return what the kit page shows."""
    today = timezone.localdate()
    form = SampleForm({"owner": "", "live_since": "31 11 2026"})
    form.is_valid()
    rows = [
        ("Claims triage scorer", "AIS-047", "high", (4, 3, 7), "Tomás Lindqvist", 1, True),
        ("CV screening assistant", "AIS-014", "high", (7, 2, 1), "Mira Rossi", -2, True),
        ("Campaign image studio", "AIS-022", "limited", (5, 4, 3), "Tomás Lindqvist", 15, False),
        ("Retail credit scorer", "AIS-009", "high", (7, 4, 2), "Sofia Brandt", 8, False),
        ("Meeting notes", "AIS-031", None, (0, 0, 0), "Sofia Brandt", 40, False),
    ]
    return {
        "form": form,
        "rows": [(*row[:5], today + timedelta(days=row[5]), row[6]) for row in rows],
        "tiers": ["prohibited", "high", "limited", "minimal", "gpai", "out_of_scope", None],
        "states": ["met", "progress", "missing", "wait", "na"],
        "days": [today + timedelta(days=days) for days in (-2, 0, 3, 35, 500)],
        "moment": timezone.now() - timedelta(minutes=14),
        "segments": [
            {"url": "?tier=high", "label": "High-risk", "count": 5, "current": True},
            {"url": "?owner=me", "label": "Mine", "count": 9, "current": False},
            {"url": "?", "label": "All", "count": 47, "current": False},
        ],
        "chips": [
            {"label": "Tier: High-risk", "url": "?gaps=1"},
            {"label": "Has gaps", "url": "?tier=high"},
        ],
        "mix": [("high", 6), ("limited", 15), ("minimal", 21), ("none", 5)],
        "entries": [
            {"initials": "IH", "name": "Ines Halvorsen", "sentence": "signed the classification",
             "url": "#", "number": 8412, "at": timezone.now() - timedelta(hours=3)},
            {"initials": "MR", "name": "Mira Rossi", "sentence": "changed the intended purpose",
             "url": "#", "number": None, "at": timezone.now() - timedelta(days=20)},
        ],
    }  # fmt: skip
