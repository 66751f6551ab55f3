"""What follows from an approval, in sentences that somebody can check."""

from dataclasses import dataclass

from governance.approvals.lifecycle import RUNNING, VALID_MONTHS, State, Tier
from governance.approvals.measured import CostDelta, Measured, cost_delta
from governance.approvals.models import Release
from governance.classification import queries as classification
from governance.common.templatetags.ui import tier_words
from governance.obligations.models import Duty
from inventory.systems.models import AISystem, ModelVersion
from raci.matrices.models import Matrix, Party
from raci.matrices.queries import directory, person_of
from raci.matrices.rules import MatrixStatus
from raci.matrices.schemes import Letter

MOST_DUTIES = 6


@dataclass(frozen=True)
class Line:
    """A consequence, with the page that shows why; `is_change` where something moves."""

    label: str
    words: str
    url: str = ""
    link: str = ""
    is_change: bool = False


@dataclass(frozen=True)
class Remedy:
    """What the wish for another model mends: S44, the mistaken remedy."""

    is_asked: bool  # the model changes
    gap: str
    is_measured: bool
    costs: list[CostDelta]

    @property
    def is_doubtful(self) -> bool:
        """Return whether a reviewer should ask what gap this mends."""
        return self.is_asked and not (self.gap and self.is_measured)


def remedy(release: Release, running: ModelVersion | None, shown: list[Measured]) -> Remedy:
    """Return whether another model is asked for, which gap it mends, and what it costs."""
    version = release.version
    other = running is not None and (running.provider, running.model_id) != (
        version.provider,
        version.model_id,
    )
    measured = any(one.compared is not None for one in shown)
    return Remedy(other, release.gap_addressed, measured, cost_delta(version, running))


def consequences(release: Release, running: Release | None, target: Release | None) -> list[Line]:
    """Return what follows if it is approved and goes live."""
    found = [_superseded(release, running), _tier(release.system), _duties(release.system)]
    found += [_told(release.system), _validity(release)]
    if release.state not in (State.RETIRED, State.REJECTED, State.WITHDRAWN):
        found.append(_way_back(target))
    return [line for line in found if line.words]


def _superseded(release: Release, running: Release | None) -> Line:
    if release.state in RUNNING:
        return Line("Replaces", f"Nothing any more: it runs in {release.place} now.")
    if running is None:
        return Line("Replaces", f"Nothing runs in {release.place}: it is the first.")
    words = f"{running.version.label} is superseded in {release.place} in the same moment."
    return Line("Replaces", words, f"/updates/{running.ref}/", running.ref, is_change=True)


def _tier(system: AISystem) -> Line:
    url = f"/systems/{system.ref}/classify/trace/"
    about = classification.on_system(system)
    now = about.provisional
    if about.assessment is None:
        return Line("Tier", "Nobody has signed a classification.", url, "The trace", is_change=True)
    if classification.facts_changed_since(about.assessment):
        tier = now.classification.tier
        today = tier_words(tier).lower() if tier else "less than is needed"
        signed = tier_words(about.assessment.tier).lower()
        words = f"Signed as {signed}, but facts changed since: they say {today} today."
        return Line("Tier", words, url, "The trace", is_change=True)
    words = f"No change: {tier_words(about.assessment.tier).lower()}, by the same facts."
    return Line("Tier", words, url, "The trace")


def _duties(system: AISystem) -> Line:
    rows = Duty.objects.applying().filter(system=system, evidence__isnull=False).distinct()
    names = [row.citation for row in rows.order_by("article", "pk")[: MOST_DUTIES + 1]]
    if not names:
        return Line("Obligations", "")
    more = " and more" if len(names) > MOST_DUTIES else ""
    words = (
        f"{', '.join(names[:MOST_DUTIES])}{more} rest on evidence about what ran before: look "
        "whether it still shows what it must."
    )
    url = f"/obligations/?system={system.ref}"
    return Line("Obligations", words, url, "Obligations", is_change=True)


def _told(system: AISystem) -> Line:
    names = informed(system, "CHG-01")
    if not names:
        return Line("To tell", "The matrix names nobody to inform (CHG-01).")
    return Line("To tell", f"{', '.join(names)}, by the matrix (CHG-01).")


def informed(system: AISystem, code: str) -> list[str]:
    """Return the names of who is informed of an activity, by the matrix in force."""
    matrix = (
        Matrix.objects.filter(system=system, status=MatrixStatus.ACTIVE)
        .select_related("system__owner", "system__unit")
        .first()
    )
    if matrix is None:
        return []
    columns = Party.objects.filter(
        assignments__activity=code, assignments__letter=Letter.I, matrix=matrix
    ).select_related("person")
    people = directory([matrix])
    found = [person_of(column, matrix, people) for column in columns]
    return list(dict.fromkeys(person.name for person in found if person))


def _validity(release: Release) -> Line:
    months = VALID_MONTHS[Tier(release.risk_tier)]
    words = f"{months} months from the last voice, as for every release of the {release.risk_tier}"
    return Line("Holds for", f"{words} tier.")


def _way_back(target: Release | None) -> Line:
    if target is None:
        return Line("Way back", "None yet: nothing ran before that could run again.")
    words = f"{target.version.label}, {target.words.lower()}."
    return Line("Way back", words, f"/updates/{target.ref}/", target.ref)
