"""What the register, versions, matrices and other documents say for an item.

Nothing is guessed: each function returns what is on record with its source, or nothing.
"""

from collections.abc import Mapping

from governance.documents.subject import OUR_OWN, Subject
from governance.documents.values import Know, Value, listed, said, words

NO_PERSONAL_DATA = "no_personal_data"
NOT_PERSONAL = {NO_PERSONAL_DATA, "confidential_business"}
IN_USE = ("limited", "production")
MEMBER_STATES = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip


# --- the register ---------------------------------------------------------------------------
def name(subject: Subject) -> tuple[Value, ...]:
    """Return the name of the system."""
    return said(subject.name, "register: name")


def reference(subject: Subject) -> tuple[Value, ...]:
    """Return the reference of the system, and of its newest approved version."""
    versions = subject.approved[:1]
    return said(subject.ref, "register: reference") + tuple(
        Value(f"Version {version.label}, digest {version.digest}", version.source)
        for version in versions
        if version.digest
    )


def purpose(subject: Subject) -> tuple[Value, ...]:
    """Return the intended purpose."""
    return said(subject.purpose, "register: intended purpose")


def provider(subject: Subject) -> tuple[Value, ...]:
    """Return who provides the system: we, or the vendor where we do not."""
    if "provider" in subject.our_roles:
        return said(subject.organisation, "register: organisation; our role is provider")
    if subject.vendor and subject.our_roles:
        return said(subject.vendor.name, f"register: vendor {subject.vendor.ref}")
    return ()


def deployer(subject: Subject) -> tuple[Value, ...]:
    """Return who uses the system: we, where that is our role."""
    if "deployer" not in subject.our_roles:
        return ()
    return said(subject.organisation, "register: organisation; our role is deployer")


def inputs(subject: Subject) -> tuple[Value, ...]:
    """Return the kinds of data."""
    return listed(subject.data, "register: data")


def people(subject: Subject) -> tuple[Value, ...]:
    """Return who is affected."""
    return listed(subject.people, "register: people affected")


def architecture(subject: Subject) -> tuple[Value, ...]:
    """Return the architecture, where somebody said it."""
    known = "" if subject.architecture == "unknown" else subject.architecture
    return said(words(known), "register: architecture")


def status(subject: Subject) -> tuple[Value, ...]:
    """Return whether the system is in service."""
    stage = f"register: stage {subject.stage}"
    if subject.stage == "retired":
        return said(f"No longer in service{_since(subject.retired_on)}", stage)
    if subject.stage in IN_USE:
        return said(f"In service{_since(subject.live_since)}", stage)
    return said(f"Not in service: {words(subject.stage)}", stage)


def _since(day: str) -> str:
    return f" since {day}" if day else ""


def member_states(subject: Subject) -> tuple[Value, ...]:
    """Return the countries of the register that are Member States."""
    return listed((c for c in subject.countries if c in MEMBER_STATES), "register: countries")


def period(subject: Subject) -> tuple[Value, ...]:
    """Return since when the system is used."""
    return said(
        f"In use since {subject.live_since}" if subject.live_since else "", "register: live since"
    )


def no_personal_data(subject: Subject) -> tuple[Value, ...]:
    """Return that no statement is needed, where the register says there are no personal data."""
    if subject.data != (NO_PERSONAL_DATA,):
        return ()
    return said("Not applicable: no personal data are processed.", "register: data")


def has_personal_data(subject: Subject) -> bool:
    """Return whether the register says that personal data are processed."""
    return bool(set(subject.data) - NOT_PERSONAL)


# --- versions and agreements ----------------------------------------------------------------
def lineage(subject: Subject) -> tuple[Value, ...]:
    """Return every version, newest first, with its approval."""
    return tuple(
        Value(
            f"{version.label}: {version.model}"
            + (f", approved by {version.approved_by} on {version.approved_on}"
               if version.approved_by else ", not approved"),
            version.source,
        )
        for version in subject.versions
    )  # fmt: skip


def running(subject: Subject) -> tuple[Value, ...]:
    """Return what the newest approved version runs."""
    return tuple(
        Value(
            version.model + (f" in {version.region}" if version.region else ""),
            version.source,
        )
        for version in subject.approved[:1]
    )


def tools(subject: Subject) -> tuple[Value, ...]:
    """Return the models of others that approved versions use, and the agreements about them."""
    others = {
        version.model: version
        for version in reversed(subject.approved)
        if version.provider != OUR_OWN
    }
    models = tuple(Value(model, version.source) for model, version in others.items())
    contracts = tuple(
        Value(f"{words(item.kind)} with {item.vendor}", f"agreement {item.ref}")
        for item in subject.contracts
    )
    return models + contracts if models else ()


def changes(subject: Subject) -> tuple[Value, ...]:
    """Return what each approved version changed, where its notes say so."""
    return tuple(
        Value(f"{version.label}, {version.approved_on}: {version.notes}", version.source)
        for version in subject.approved
        if version.notes
    )


# --- responsibilities and other documents ---------------------------------------------------
def accountable(activities: Mapping[str, str]) -> Know:
    """Return a filler: who is accountable for each of some activities."""

    def know(subject: Subject) -> tuple[Value, ...]:
        return tuple(
            Value(f"{subject.accountable[code]} is accountable for: {told}",
                  f"responsibility matrix {subject.matrix}, {code}")
            for code, told in activities.items() if code in subject.accountable
        )  # fmt: skip

    return know


def shown(duty: str) -> Know:
    """Return a filler: the evidence that counts behind a duty."""

    def know(subject: Subject) -> tuple[Value, ...]:
        return tuple(
            Value(f"{item.ref} {item.title}", f"evidence of the duty, {'; '.join(item.citation)}")
            for item in subject.shown.get(duty, ())
        )

    return know


def filed(kind: str, told: str) -> Know:
    """Return a filler: the signed document of a kind."""

    def know(subject: Subject) -> tuple[Value, ...]:
        found = subject.filed.get(kind)
        if found is None:
            return ()
        return said(f"{told} {found.ref}, signed on {found.signed_on}", f"document {found.ref}")

    return know
