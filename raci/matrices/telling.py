"""Telling people that their letters changed, or that a matrix waits for them."""

from collections.abc import Iterable, Mapping

from django.db.models import Q
from django.utils.timezone import localdate, now

from governance.accounts.models import Membership, User
from governance.accounts.rules import Capability, roles_with
from governance.notices.actions import Wish, tell
from governance.notices.rules import Channel, Severity
from raci.matrices import queries
from raci.matrices.catalogue import catalogue
from raci.matrices.checking import address
from raci.matrices.inheriting import read_for
from raci.matrices.models import Matrix
from raci.matrices.rules import MatrixStatus
from raci.matrices.schemes import Letter, spoken

Held = Mapping[int, Mapping[str, Letter]]  # person → activity → letter


def held_by_people(matrix: Matrix) -> Held:
    """Return the letters of each person today; a default's roles are nobody's yet."""
    fresh = Matrix.objects.with_grid().get(pk=matrix.pk)
    held: dict[int, dict[str, Letter]] = {}
    for code, row in read_for(fresh, fresh, queries.directory([fresh])).rows.items():
        for slot, letter in row.items():
            if slot.person:
                held.setdefault(slot.person, {})[code] = letter
    return held


def tell_changed(matrix: Matrix, before: Held, *, actor: User) -> int:
    """Tell everybody whose letters are others than before; return how many people that is.

    Whoever changed them knows. Must be called in the transaction of the change.
    """
    after = held_by_people(matrix)
    changed = {
        pk: lines
        for pk in {*before, *after} - {actor.pk}
        if (lines := _lines(before.get(pk, {}), after.get(pk, {})))
    }
    people = User.objects.filter(pk__in=changed, is_active=True, is_service=False)
    place = matrix.system or matrix.unit
    subject = f"{actor.name} changed your letters for {place}"
    when = "It is in force." if matrix.status == MatrixStatus.ACTIVE else "It is a draft so far."
    told = {person: (*changed[person.pk], when) for person in people}
    _tell(matrix, "changed", subject, told)
    return len(told)


def _lines(before: Mapping[str, Letter], after: Mapping[str, Letter]) -> tuple[str, ...]:
    """Return a line for each activity in which a person has another letter."""
    codes = [code for code in {**before, **after} if before.get(code) != after.get(code)]
    activities = catalogue().activities
    words = {
        code: f"{spoken(after.get(code, '')) or 'nothing'}, "
        f"before {spoken(before.get(code, '')) or 'nothing'}"
        for code in codes
    }
    return tuple(f"{code} {activities[code].title}: {words[code]}" for code in sorted(codes))


def tell_reviewers(matrix: Matrix, *, actor: User) -> None:
    """Tell everybody who may review a matrix that it waits."""
    may_assign = Membership.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=localdate()),
        unit__in=matrix.home.path,
        role__in=roles_with(Capability.ASSIGN),
    )
    people = User.objects.filter(
        pk__in=may_assign.values("user"), is_active=True, is_service=False
    ).exclude(pk__in=matrix.authors.values("pk"))
    subject = f"Review who answers for {matrix.system or matrix.unit}"
    lines = (f"{actor.name} sent version {matrix.version} for review.",)
    _tell(matrix, "review", subject, dict.fromkeys(people.exclude(pk=actor.pk), lines))


def tell_returned(matrix: Matrix, *, actor: User) -> None:
    """Tell who sent a matrix that it came back, and why."""
    sender = matrix.submitted_by
    if sender and sender != actor and sender.is_active:
        subject = f"{actor.name} sent the matrix of {matrix.system or matrix.unit} back"
        _tell(matrix, "returned", subject, {sender: (matrix.returned_reason,)})


def _tell(matrix: Matrix, what: str, subject: str, told: Mapping[User, Iterable[str]]) -> None:
    item, at = f"raci:{matrix.pk}:{matrix.row_version}:{what}", now()
    tell(
        (
            Wish(
                item=item,
                step=0,
                loop=0,
                channel=channel,
                severity=Severity.INFO,
                subject=subject,
                lines=tuple(lines),
                url=address(matrix),
                person=person,
            )
            for person, lines in told.items()
            for channel in (Channel.APP, Channel.EMAIL)
        ),
        at=at,
    )
