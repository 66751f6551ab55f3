"""The queue: what waits for whom, what runs, what is decided; filtered by the address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet

from governance.accounts.access import units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals.lifecycle import (
    LIVE,
    OPEN,
    WORDS,
    ChangeClass,
    Environment,
    State,
    Tier,
)
from governance.approvals.models import Release, Vote
from governance.approvals.quorum import (
    ACTIVITIES,
    HIGH_DATA,
    LIMITED_DATA,
    PERSONAL_ONLY,
    REQUIRED,
    Cast,
    Slot,
    Verdict,
    count,
    rule_for,
)
from governance.approvals.seats import FOR_ROLES
from inventory.systems.models import VersionContributor
from raci.people.queries import spoken_for

PERSONAL = tuple(sorted(HIGH_DATA | LIMITED_DATA))  # of the data that a DPO is asked about
ASKED = (State.IN_REVIEW, State.EMERGENCY_ACTIVE)  # somebody's voice is missing
BY_ROLE: dict[str, str] = {  # with the activity in which somebody may act for the holder
    Slot.VAL: ACTIVITIES[Slot.VAL],
    **dict.fromkeys((Slot.DPO, Slot.BS, Slot.LEG, Slot.EXEC), FOR_ROLES),
}
SHOWS = ("mine", "waiting", "running", "decided")
ENVIRONMENT_WORDS = {"prod": "Production", "staging": "Staging", "test": "Test"}
TIER_WORDS = {"minimal": "Minimal", "limited": "Limited", "high": "High"}
SLOT_SHORT = {
    Slot.PO: "CHG-01",
    Slot.VAL: "validator",
    Slot.DPO: "DPO",
    Slot.BS: "sponsor",
    Slot.LEG: "legal",
    Slot.EXEC: "board",
}


def waiting_for(user: User) -> QuerySet[Release]:
    """Return what waits for a voice that the person has, the oldest first; one query.

    The person answers for updates (CHG-01), holds a role that is asked or stands in for whoever
    does and is away, or may decide where nobody is named. Whoever proposed it, worked on it or
    has spoken is not asked.
    """
    made = VersionContributor.objects.filter(version=OuterRef("version"), user=user)
    said = Vote.objects.filter(release=OuterRef("pk"), person=user, void_at__isnull=True)
    unnamed = Q(assigned_to__isnull=True, system__unit__in=units_with(user, Capability.APPROVE))
    rows = Release.objects.filter(
        _lacks(Slot.PO) & (Q(assigned_to=user) | unnamed) | _by_role(user), status__in=ASKED
    )
    rows = rows.exclude(submitted_by=user).exclude(activated_by=user)
    return rows.filter(~Exists(made), ~Exists(said)).order_by("submitted_at", "pk")


def _by_role(user: User) -> Q:
    """Return what asks for a role that the person speaks for, while nobody has spoken in it."""
    found = Q(pk__in=[])
    for role, unit in spoken_for(user, BY_ROLE):
        slot = Slot(role)
        found |= Q(system__unit__path__contains=[unit]) & asks(slot) & _lacks(slot)
    return found


def _lacks(slot: Slot) -> Q:
    given = Vote.objects.filter(release=OuterRef("pk"), slot=slot, yes=True, void_at__isnull=True)
    return ~Q(Exists(given))


def asks(slot: Slot) -> Q:
    """Return the releases whose quorum asks for a voice, as the table of quorums has it."""
    found = Q(pk__in=[])
    for (change, tier), slots in REQUIRED.items():
        if slot in slots:
            case = Q(change_class=change, risk_tier=tier)
            if change == ChangeClass.MAJOR and slot in PERSONAL_ONLY:
                case &= Q(system__data_categories__overlap=list(PERSONAL))
            found |= case
    return found


@dataclass(frozen=True)
class Wish:
    """What the address asks for; values that nothing knows are left out."""

    show: str = "waiting"
    environment: str = ""
    tier: str = ""
    state: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Wish":
        """Return what an address asks for."""

        def known(name: str, values: Iterable[str]) -> str:
            value = given.get(name, "")
            return value if value in values else ""

        return cls(
            known("show", SHOWS) or "waiting",
            known("environment", list(Environment)),
            known("tier", list(Tier)),
            known("state", list(State)),
        )

    def address(self, **over: str) -> str:
        """Return the query string, with some values changed."""
        own = {"show": self.show, "environment": self.environment, "tier": self.tier}
        pairs = {**own, "state": self.state, **over}
        return "?" + urlencode({name: value for name, value in pairs.items() if value})

    @property
    def is_filtered(self) -> bool:
        """Return whether anything narrows the list."""
        return bool(self.environment or self.tier or self.state)


def rows_for(user: User, wish: Wish) -> dict[str, QuerySet[Release]]:
    """Return what each view of the queue shows the person, narrowed by the filters."""
    seen = Release.objects.visible_to(user).with_all()
    sets = {
        "mine": seen.filter(pk__in=waiting_for(user).order_by().values("pk")).order_by(
            "submitted_at", "pk"
        ),
        "waiting": seen.waiting(),
        "running": seen.filter(status__in=LIVE | {State.SUSPENDED, State.SCHEDULED}).order_by(
            "system__name", "environment", "task", "pk"
        ),
        "decided": seen.decided(),
    }
    return {name: _narrow(rows, wish) for name, rows in sets.items()}


def _narrow(rows: QuerySet[Release], wish: Wish) -> QuerySet[Release]:
    if wish.environment:
        rows = rows.filter(environment=wish.environment)
    if wish.tier:
        rows = rows.filter(risk_tier=wish.tier)
    return rows.filter(status=wish.state) if wish.state else rows


@dataclass(frozen=True)
class Line:
    """A release in the queue, with how far its quorum is."""

    release: Release
    verdict: Verdict
    is_mine: bool

    @property
    def missing(self) -> str:
        """Return whose yes is missing, in few words."""
        return ", ".join(SLOT_SHORT[slot] for slot in self.verdict.missing)

    @property
    def of_all(self) -> str:
        """Return n of m; empty where nobody has to agree."""
        asked = len(self.verdict.rule.slots)
        return f"{len(self.verdict.filled)} of {asked}" if asked else ""

    @property
    def counts(self) -> bool:
        """Return whether the quorum is what it waits for."""
        return self.release.state in OPEN or self.release.state == State.EMERGENCY_ACTIVE


def lines(releases: Iterable[Release], user: User) -> list[Line]:
    """Return releases with their quorums and whether they wait for the person; two queries."""
    rows = list(releases)
    votes: dict[int, list[Cast]] = {}
    cast = Vote.objects.filter(release__in=rows, void_at__isnull=True).order_by("at", "pk")
    for pk, person, slot, yes in cast.values_list("release_id", "person_id", "slot", "yes"):
        votes.setdefault(pk, []).append(Cast(person, Slot(slot), yes))
    ids = [row.pk for row in rows]
    mine = set(waiting_for(user).filter(pk__in=ids).order_by().values_list("pk", flat=True))
    return [Line(row, quorum_of(row, votes.get(row.pk, ())), row.pk in mine) for row in rows]


def quorum_of(release: Release, votes: Iterable[Cast]) -> Verdict:
    """Return how far the quorum of a release is, by votes that were read already."""
    change = ChangeClass(release.change_class or ChangeClass.SUBSTANTIAL)
    personal = bool(set(PERSONAL) & set(release.system.data_categories))
    return count(rule_for(change, Tier(release.risk_tier), personal_data=personal), votes)


def segments(wish: Wish, counts: Mapping[str, int]) -> list[dict[str, object]]:
    """Return the views of the queue as links with their counts."""
    words = {"mine": "For you", "waiting": "Waiting", "running": "Running", "decided": "Decided"}
    return [
        {
            "url": wish.address(show=name, state=""),
            "label": words[name],
            "count": counts[name],
            "current": name == wish.show,
        }
        for name in SHOWS
    ]


def choices(wish: Wish) -> list[dict[str, object]]:
    """Return the filters as selects: name, words, options (value, words, chosen)."""
    of = {
        "environment": ("Environment", ENVIRONMENT_WORDS),
        "tier": ("Tier", TIER_WORDS),
        "state": ("State", {state.value: words for state, words in WORDS.items()}),
    }
    return [
        {
            "name": name,
            "label": label,
            "options": [
                (value, text, getattr(wish, name) == value) for value, text in known.items()
            ],
        }
        for name, (label, known) in of.items()
    ]
