"""Who holds which role, who may do what, absences, and delegations."""

from datetime import datetime
from typing import Self, TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from governance.accounts.access import serving_units, visible_units
from governance.accounts.models import BusinessUnit, User
from governance.common.states import choices
from raci.people.rules import AbsenceKind, DelegationStatus, Rank

H = TypeVar("H", bound=models.Model)


class TsTzRange(Func):
    """The time from one moment until another."""

    function = "tstzrange"
    output_field = models.Field()


class SeatRange(Func):
    """A range that meets another only where unit and role are the same.

    PostgreSQL excludes equal texts only with an extension that not every server has.
    """

    template = (
        "int8range(hashtextextended(%(expressions)s), hashtextextended(%(expressions)s), '[]')"
    )
    arg_joiner = ", "
    output_field = models.Field()


def people_serving(user: User) -> models.QuerySet[User]:
    """Return the people who have or hold a role where the person sees something, and the person."""
    member = Q(memberships__unit__in=visible_units(user).values("pk"))
    holding = Q(held_roles__unit__in=serving_units(user))
    return User.objects.filter(Q(pk=user.pk) | member | holding)


class HoldingQuerySet(models.QuerySet[H]):
    """Rows that count from a moment until another, in a unit and all below it."""

    def at(self, moment: datetime) -> Self:
        """Return the rows that count at a moment."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=moment), since__lte=moment)

    def now(self) -> Self:
        """Return the rows that count now."""
        return self.at(timezone.now())

    def visible_to(self, user: User) -> Self:
        """Return the rows of units that the person sees, and of all above them."""
        return self.filter(unit__in=serving_units(user))


class SeatQuerySet(HoldingQuerySet["RoleHolder"]):
    """Who held which role when."""


class AuthorityQuerySet(HoldingQuerySet["Authority"]):
    """Who might do what when."""


class RoleHolder(models.Model):
    """Who holds a role in a unit and all below it, from a day on; or stands in for who does."""

    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="role_holders")
    role = models.CharField(max_length=16)  # a code of the vocabulary
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="held_roles")
    rank = models.CharField(max_length=16, choices=choices(Rank), default=Rank.PRIMARY)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)  # the first moment after
    fte_share = models.DecimalField(max_digits=3, decimal_places=2, null=True, blank=True)
    delivery_only = models.BooleanField(default=False)  # measured on delivery and nothing else

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ["unit", "role", "-rank", "since", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(rank__in=list(Rank)), name="holder_rank_known"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="holder_ends_after"
            ),
            models.CheckConstraint(
                condition=Q(fte_share__isnull=True) | Q(fte_share__gt=0, fte_share__lte=1),
                name="holder_share_of_one",
            ),
            models.UniqueConstraint(
                fields=["unit", "role", "person"],
                condition=Q(until__isnull=True, rank=Rank.DEPUTY),
                name="holder_deputy_once",
            ),
            ExclusionConstraint(
                name="holder_one_at_a_time",
                expressions=[
                    (SeatRange("role", "unit_id"), RangeOperators.OVERLAPS),
                    (TsTzRange("since", "until"), RangeOperators.OVERLAPS),
                ],
                condition=Q(rank=Rank.PRIMARY),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} as {self.role} in {self.unit}"


class Authority(models.Model):
    """What a person is empowered to do in a unit and all below it, until it is taken away."""

    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="authorities")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="authorities")
    kind = models.CharField(max_length=32)  # a code of the vocabulary
    limit = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)  # ISO 4217, of the limit
    granted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="granted_authorities"
    )
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    objects = AuthorityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "authorities"
        ordering = ["unit", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "person", "kind"],
                condition=Q(until__isnull=True),
                name="authority_one_now",
            ),
            models.CheckConstraint(
                condition=Q(limit__isnull=True, currency="")
                | Q(limit__gt=0, currency__regex="^[A-Z]{3}$"),
                name="authority_limit_in_money",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.kind} in {self.unit}"


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Delegations are seen by both sides, and by whom the giver's roles serve."""

    def visible_to(self, user: User) -> "DelegationQuerySet":
        """Return the delegations the person may see."""
        people = people_serving(user).values("pk")
        return self.filter(Q(giver=user) | Q(taker=user) | Q(giver__in=people))

    def open(self) -> "DelegationQuerySet":
        """Return what is proposed or accepted and has not ended."""
        live = [DelegationStatus.PROPOSED, DelegationStatus.ACCEPTED]
        return self.filter(status__in=live, ends_at__gt=timezone.now())


class Delegation(models.Model):
    """Somebody acts for somebody else for a time, once they have accepted it."""

    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations_given")
    taker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations_taken")
    activities = ArrayField(models.CharField(max_length=16), default=list, blank=True)  # none: all
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.TextField(max_length=2_000)
    status = models.CharField(
        max_length=16, choices=choices(DelegationStatus), default=DelegationStatus.PROPOSED
    )
    proposed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="delegations_proposed"
    )
    proposed_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=list(DelegationStatus)), name="delegation_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(giver=F("taker")), name="delegation_to_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="delegation_ends_after"
            ),
            models.CheckConstraint(
                condition=~Q(status=DelegationStatus.ACCEPTED) | Q(accepted_at__isnull=False),
                name="delegation_accepted_at",
            ),
            models.CheckConstraint(
                condition=Q(status=DelegationStatus.REFUSED) ^ Q(refused_at__isnull=True),
                name="delegation_refused_at",
            ),
            models.CheckConstraint(
                condition=Q(status=DelegationStatus.WITHDRAWN) ^ Q(withdrawn_at__isnull=True),
                name="delegation_withdrawn_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taker} for {self.giver}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """An absence is seen by the person, and by whom the person's roles serve."""

    def visible_to(self, user: User) -> "AbsenceQuerySet":
        """Return the absences the person may see."""
        return self.filter(Q(person=user) | Q(person__in=people_serving(user).values("pk")))

    def ahead(self) -> "AbsenceQuerySet":
        """Return what runs or is still to come."""
        return self.filter(ends_at__gt=timezone.now(), cancelled_at__isnull=True)


class Absence(models.Model):
    """A time in which somebody does not answer. What is cancelled ended at that moment."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=64)  # in which it was entered
    kind = models.CharField(max_length=16, choices=choices(AbsenceKind), default=AbsenceKind.LEAVE)
    delegation = models.OneToOneField(
        Delegation, null=True, blank=True, on_delete=models.PROTECT, related_name="absence"
    )
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences_entered")
    entered_at = models.DateTimeField(auto_now_add=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=list(AbsenceKind)), name="absence_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after"
            ),
            models.CheckConstraint(condition=~Q(zone=""), name="absence_zone_named"),
        ]

    def __str__(self) -> str:
        return f"{self.person} is away"
