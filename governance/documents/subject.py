"""What the registry knows about one system, as frozen values. Django-free."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OUR_OWN = "own"  # as the provider of a model version


@dataclass(frozen=True)
class Supplier:
    """The vendor of the system."""

    ref: str
    name: str


@dataclass(frozen=True)
class Version:
    """A model version, with who approved it and when."""

    label: str
    provider: str
    model_id: str
    region: str = ""
    digest: str = ""
    notes: str = ""
    approved_by: str = ""
    approved_on: str = ""  # YYYY-MM-DD

    @property
    def model(self) -> str:
        """Return the model and whose it is."""
        whose = self.provider.replace("_", " ")
        return f"{self.model_id}, our own" if whose == OUR_OWN else f"{self.model_id} of {whose}"

    @property
    def source(self) -> str:
        """Return where a value that is read here comes from."""
        return f"version {self.label}"


@dataclass(frozen=True)
class Contract:
    """An agreement that covers the system."""

    ref: str
    kind: str
    vendor: str


@dataclass(frozen=True)
class Shown:
    """Evidence that counts behind a duty of the system."""

    ref: str
    title: str
    citation: tuple[str, ...]  # of the duty


@dataclass(frozen=True)
class Classified:
    """What the classification says: the signed one, or the answers as they stand."""

    facts: Mapping[str, Any]  # given answers, without those nobody is sure of
    result: Mapping[str, Any]  # explained, as a signature freezes it
    facts_digest: str
    pack_version: str
    ref: str = ""  # AIS-014 C2; empty: nobody has signed
    signed_by: str = ""
    signed_on: str = ""  # YYYY-MM-DD
    reason: str = ""
    stale: tuple[str, ...] = ()  # in words, why it is not what would be signed today

    @property
    def is_signed(self) -> bool:
        """Return whether somebody signed it."""
        return bool(self.ref)

    @property
    def source(self) -> str:
        """Return where a value that is read here comes from."""
        return f"signed classification {self.ref}" if self.ref else "answers, not signed yet"

    @property
    def duties(self) -> dict[str, Mapping[str, Any]]:
        """Return the obligations by id."""
        return {duty["id"]: duty for duty in self.result["duties"]}

    @property
    def open_questions(self) -> int:
        """Return how many answers can still change the classification."""
        return len(self.result.get("open_questions") or ())

    @property
    def roles(self) -> tuple[str, ...]:
        """Return our roles by the facts."""
        return tuple(self.result["roles"])


@dataclass(frozen=True)
class Written:
    """What a person wrote for one item of one document."""

    text: str
    author: str
    on: str  # YYYY-MM-DD
    evidence: str = ""

    @property
    def source(self) -> str:
        """Return who says so, and what shows it."""
        shown = f", see {self.evidence}" if self.evidence else ""
        return f"written by {self.author} on {self.on}{shown}"


@dataclass(frozen=True)
class Filed:
    """A signed document of the same system."""

    ref: str
    signed_on: str


@dataclass(frozen=True)
class Subject:
    """One system with everything that its documents may draw on."""

    ref: str
    name: str
    organisation: str
    purpose: str = ""
    stage: str = "idea"
    roles: tuple[str, ...] = ()  # by the register
    data: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    architecture: str = "unknown"
    countries: tuple[str, ...] = ()
    live_since: str = ""
    retired_on: str = ""
    vendor: Supplier | None = None
    versions: tuple[Version, ...] = ()  # newest first
    contracts: tuple[Contract, ...] = ()
    classified: Classified | None = None
    matrix: str = ""  # the ref of the matrix in force
    accountable: Mapping[str, str] = field(default_factory=dict)  # activity → who
    filed: Mapping[str, Filed] = field(default_factory=dict)  # kind → the signed one
    shown: Mapping[str, tuple[Shown, ...]] = field(default_factory=dict)  # duty → its evidence
    written: Mapping[tuple[str, str], Written] = field(default_factory=dict)  # kind, item → text

    @property
    def our_roles(self) -> tuple[str, ...]:
        """Return our roles: by the classification, else by the register."""
        return self.classified.roles if self.classified else self.roles

    @property
    def approved(self) -> tuple[Version, ...]:
        """Return the versions that were approved, newest first."""
        return tuple(version for version in self.versions if version.approved_by)
