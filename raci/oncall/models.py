"""Schedules with their layers, overrides, swaps, handovers and calendar links.

What decided who was on call is never changed or deleted: a changed layer ends and a new one
begins, so that who it was can be told for any past moment.
"""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Prefetch, Q
from django.urls import reverse

from governance.accounts.access import visible_units
from governance.accounts.models import BusinessUnit, User
from governance.common.states import choices
from raci.oncall.coverage import SEARCH
from raci.oncall.rules import Every, SwapStatus

ENDS_LATER = Q(until__gt=F("since"))


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    """A schedule is seen by all it serves, its people, and who is asked to stand in."""

    def visible_to(self, user: User) -> "ScheduleQuerySet":
        """Return the schedules of the own units, those above, and those one takes part in."""
        above = visible_units(user).annotate(
            ancestor=models.Func(
                F("path"), function="unnest", output_field=models.BigIntegerField()
            )
        )
        mine = Member.objects.filter(person=user, layer__until__isnull=True, person__is_active=True)
        alive = [SwapStatus.ASKED, SwapStatus.ACCEPTED]
        asked = Swap.objects.filter(taker=user, status__in=alive, taker__is_active=True)
        return self.filter(
            Q(unit__in=above.values("ancestor"))
            | Q(pk__in=mine.values("layer__schedule"))
            | Q(pk__in=asked.values("schedule"))
        )

    def open(self) -> "ScheduleQuerySet":
        """Return the schedules that are in use."""
        return self.filter(closed_at__isnull=True)

    def with_plan(self, since: datetime, until: datetime) -> "ScheduleQuerySet":
        """Return schedules with what decides who is on call in a time, in constant queries."""
        wide = {"since__lt": until + SEARCH, "until__gt": since - SEARCH}
        swaps = Swap.objects.filter(
            Q(**wide) | Q(**{f"back_{key}": at for key, at in wide.items()})
        )
        rows = {
            "layers": Layer.objects.filter(Q(until__isnull=True) | Q(until__gt=since - SEARCH)),
            "layers__members": Member.objects.select_related("person"),
            "overrides": Override.objects.filter(**wide).select_related("person"),
            "swaps": swaps.select_related("giver", "taker"),
            "handovers": Handover.objects.filter(confirmed_at__gt=since - SEARCH).select_related(
                "incoming"
            ),
        }
        found = [Prefetch(name, queryset=queryset) for name, queryset in rows.items()]
        return self.select_related("unit").prefetch_related(*found)


class Schedule(models.Model):
    """Who is on call in a role, for a unit and all below it that have no schedule of their own."""

    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="schedules")
    role = models.CharField(max_length=16)  # a code of the catalogue: OC, IC, …
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=64)  # IANA; it never changes, or the past would
    confirms = models.BooleanField(default=False)  # whether handovers have to be confirmed
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    row_version = models.PositiveIntegerField(default=1)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "role"],
                condition=Q(closed_at__isnull=True),
                name="schedule_one_open",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="schedule_named"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page of the schedule."""
        return reverse("oncall:schedule", args=[self.pk])


class Layer(models.Model):
    """A rotation of a schedule; later positions count before earlier ones."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="layers")
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=8, choices=choices(Every), default=Every.WEEKS)
    every = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(999)]
    )
    starts_on = models.DateField()  # day of the first handover, in the schedule's zone
    handover_at = models.TimeField()
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    begins = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)
    since = models.DateTimeField(null=True, blank=True)  # counts from here on; none: ever since
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(unit__in=list(Every)), name="layer_unit_known"),
            models.CheckConstraint(condition=Q(every__range=(1, 999)), name="layer_every"),
            models.CheckConstraint(
                condition=Q(begins__isnull=True, ends__isnull=True)
                | Q(begins__isnull=False, ends__isnull=False),
                name="layer_hours_whole",
            ),
            models.CheckConstraint(
                condition=Q(weekdays__contained_by=list(range(7))), name="layer_weekdays"
            ),
            models.UniqueConstraint(
                fields=["schedule", "position"],
                condition=Q(until__isnull=True),
                name="layer_position_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A person in the rotation of a layer."""

    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="on_call_turns")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["layer", "person"], name="member_once"),
            models.UniqueConstraint(fields=["layer", "position"], name="member_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.layer}"


class Override(models.Model):
    """One person for a time, whatever the layers say."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="overrides")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="on_call_overrides")
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    uid = models.CharField(max_length=255, blank=True)  # of the event it was imported from
    made_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.CheckConstraint(condition=ENDS_LATER, name="override_ends_later"),
            models.UniqueConstraint(
                fields=["schedule", "uid"],
                condition=~Q(uid="") & Q(withdrawn_at__isnull=True),
                name="override_event_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} instead"


class Swap(models.Model):
    """One person asks another to stand in, and may take a time of the other's in return."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="swaps")
    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="swaps_asked")
    taker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="swaps_offered")
    since = models.DateTimeField()
    until = models.DateTimeField()
    back_since = models.DateTimeField(null=True, blank=True)
    back_until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=12, choices=choices(SwapStatus), default=SwapStatus.ASKED)
    asked_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # refused or withdrawn

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.CheckConstraint(condition=ENDS_LATER, name="swap_ends_later"),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="swap_of_two"),
            models.CheckConstraint(
                condition=Q(back_since__isnull=True, back_until__isnull=True)
                | Q(back_until__gt=F("back_since")),
                name="swap_back_ends_later",
            ),
            models.CheckConstraint(
                condition=Q(status__in=list(SwapStatus)), name="swap_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=SwapStatus.ACCEPTED)
                | Q(accepted_at__isnull=False, ended_at__isnull=True),
                name="swap_accepted_at",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[SwapStatus.ASKED, SwapStatus.ACCEPTED])
                ^ Q(ended_at__isnull=False),
                name="swap_ended_at",
            ),
        ]

    def __str__(self) -> str:
        return f"Swap of {self.giver} and {self.taker}"


class Handover(models.Model):
    """Somebody confirmed to have the pager, with what the one before left open."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="handovers")
    incoming = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pagers_taken")
    outgoing = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="pagers_given"
    )
    shift_since = models.DateTimeField()
    confirmed_at = models.DateTimeField()
    note = models.TextField(max_length=2_000, blank=True)

    class Meta:
        ordering = ["-confirmed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "incoming", "shift_since"], name="handover_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incoming} has the pager of {self.schedule}"


class OnCallLink(models.Model):
    """A secret address under which a calendar program reads shifts; only its digest is kept.

    With a schedule it shows that one, else all shifts of the person who made it.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="on_call_links")
    schedule = models.ForeignKey(
        Schedule, null=True, blank=True, on_delete=models.PROTECT, related_name="links"
    )
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "schedule"],
                condition=Q(revoked_at__isnull=True),
                nulls_distinct=False,
                name="oncall_link_one_live",
            ),
        ]

    def __str__(self) -> str:
        return f"Calendar of {self.schedule or self.user}"
