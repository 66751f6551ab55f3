"""What a change of people, cover or a classification broke in the matrices in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from governance.accounts.models import User
from raci.matrices.checking import findings_in, surroundings
from raci.matrices.models import Matrix
from raci.matrices.rules import Finding, MatrixStatus

MOST = 40  # matrices looked through at once
TOLD = 4  # effects told one by one


@dataclass(frozen=True)
class Effect:
    """A finding that was not there before, and the matrix it is about."""

    matrix: Matrix
    finding: Finding


def touched(
    user: User, people: Iterable[User], roles: Sequence[str] = (), system: str = ""
) -> QuerySet[Matrix]:
    """Return the matrices in force that the user sees and that a change may touch.

    Those in which these people or roles have a part, and that of a system, by its ref.
    """
    part = Q(parties__person__in=list(people)) | Q(parties__roles__overlap=list(roles))
    part |= Q(system__ref=system)
    in_force = Matrix.objects.visible_to(user).filter(
        part, status=MatrixStatus.ACTIVE, system__isnull=False
    )
    return Matrix.objects.with_grid().filter(pk__in=in_force.order_by().values("pk"))


class Watch:
    """Looks at matrices before a change, and says afterwards what it broke."""

    def __init__(
        self, user: User, people: Iterable[User], roles: Sequence[str] = (), system: str = ""
    ) -> None:
        self.rows = touched(user, people, roles, system).order_by("system_id", "pk")[:MOST]
        self.before = {_key(effect) for effect in self._look()}

    def broke(self) -> list[Effect]:
        """Return the findings that were not there before, errors first."""
        now = [effect for effect in self._look() if _key(effect) not in self.before]
        return sorted(now, key=lambda effect: not effect.finding.is_error)

    def _look(self) -> list[Effect]:
        rows = list(self.rows.all())
        around = surroundings(rows)
        return [Effect(row, finding) for row in rows for finding in findings_in(row, around)]


def _key(effect: Effect) -> tuple[int, str, str]:
    return effect.matrix.system_id or 0, effect.finding.rule, effect.finding.reason


def tell(request: HttpRequest, watch: Watch, done: str) -> None:
    """Say what was done, and what it broke."""
    broke = watch.broke()
    if not broke:
        messages.success(request, done)
        return
    messages.warning(request, f"{done} This left {len(broke)} to mend:")
    for effect in broke[:TOLD]:
        place = effect.matrix.system or effect.matrix
        messages.warning(request, f"{place}: {effect.finding.reason} {effect.finding.fix}")
