"""The fields of vendors and agreements in one place: what they are called and what to type."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One field: its name in the model, its words, and what to type."""

    name: str
    label: str
    hint: str = ""


VENDOR_FIELDS: tuple[Field, ...] = (
    Field("name", "Name", "The legal name, as the agreement has it."),
    Field("kind", "Kind", "What they are to us."),
    Field("country", "Country", "Two letters, like IE."),
    Field("website", "Website"),
)
AGREEMENT_FIELDS: tuple[Field, ...] = (
    Field("kind", "Kind", "DPA under Art. 28 GDPR, BAA under 45 CFR 164.504(e), and others."),
    Field("title", "Title", "What the document calls itself."),
    Field("vendor", "Vendor"),
    Field("unit", "Business unit", "Who keeps it; units below read it too."),
    Field("our_party", "Our party", "The legal entity that signs for us."),
    Field("signed_on", "Signed on", "Empty while it is a draft."),
    Field("effective_from", "In force from"),
    Field("expires_on", "Last day in force", "Empty when it has no end."),
    Field("notice_days", "Notice in days", "How long before the end notice has to be given."),
)
