"""The fields of an AI system in one place: what they are called, and which may be changed.

Forms, serializers, the system page and the columns of lists read them here.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One field: its name in the model, its words, and what to type."""

    name: str
    label: str
    hint: str = ""
    group: str = "What it is"
    editable: bool = True


FIELDS: tuple[Field, ...] = (
    Field("name", "Name", "What people call it."),
    Field("intended_purpose", "Intended purpose", "What it is for, in one or two sentences."),
    Field("outputs", "Outputs", "What it gives: a score, a text, a decision."),
    Field("architecture", "Architecture"),
    Field("stage", "Stage", "Where it stands today."),
    Field("unit", "Business unit", group="Who answers for it"),
    Field("owner", "Owner", "One person who answers for it, not a team.", "Who answers for it"),
    Field("our_roles", "Our roles", "Under the EU AI Act, Art. 3(3) to (8).", "Who answers for it"),
    Field("vendor", "Vendor", "Who supplies it; empty when it is our own.", "Who answers for it"),
    Field("data_categories", "Data", group="Data and people"),
    Field("people_affected", "People affected", group="Data and people"),
    Field("countries", "Countries", "Two letters each, like DE, IT, SE.", "Data and people"),
    Field("initiated_on", "Started", group="Dates"),
    Field("live_since", "Live since", group="Dates"),
    Field("retired_on", "Retired", group="Dates", editable=False),
    Field("impact_flags", "Impact flags", group="Where it comes from", editable=False),
    Field("origin", "Origin", group="Where it comes from", editable=False),
    Field("source", "Source", group="Where it comes from", editable=False),
    Field("external_key", "External key", group="Where it comes from", editable=False),
    Field("distinct_because", "Not a duplicate because", group="Where it comes from"),
)
BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}
EDITABLE: tuple[str, ...] = tuple(field.name for field in FIELDS if field.editable)

VERSION_FIELDS: tuple[Field, ...] = (
    Field("label", "Version", "Like 3.2.1."),
    Field("provider", "Model provider", "Like openai, aws_bedrock or your vendor's name."),
    Field("model_id", "Model id", "Exactly as it is called, with its date or hash."),
    Field("region", "Region", "Where it is served, like eu-west-1."),
    Field("prompt_sha256", "SHA-256 of the prompts", "64 hexadecimal digits; empty without any."),
    Field("notes", "What changes, and why"),
    Field("training_data_ref", "Training data", "Where the data it was trained on is described."),
    Field("provider_retires_on", "Ends at the provider", "Empty: the day that was published."),
)
BESIDE_THE_BUNDLE = VERSION_FIELDS[-3:]  # what may change until the version is proposed
