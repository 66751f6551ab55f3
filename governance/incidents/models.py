"""Serious incidents and the append-only list of what was done about them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse

from governance.accounts.models import User
from governance.common.states import choices
from governance.evidence.models import EvidenceItem
from governance.incidents.rules import OPEN_STATUSES, Case, Effect, IncidentStatus, Regime
from inventory.systems.models import AISystem

NOT_DOUBTED = Q(doubted_by__isnull=True, doubted_at__isnull=True, doubted_because="")
DOUBTED = Q(doubted_by__isnull=False, doubted_at__isnull=False) & ~Q(doubted_because="")
ENDED = Q(status__in=[IncidentStatus.CLOSED, IncidentStatus.NOT_SERIOUS])


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Incidents are seen with their system."""

    def visible_to(self, user: User) -> "IncidentQuerySet":
        """Return the incidents of systems the person sees.

        There are few incidents beside many systems: each one's system is looked up by itself,
        where a join would walk all systems of the organisation.
        """
        seen = AISystem.objects.visible_to(user).order_by().filter(pk=OuterRef("system"))
        return self.alias(seen=Subquery(seen.values("pk")[:1])).filter(seen__isnull=False)

    def running(self) -> "IncidentQuerySet":
        """Return those that are neither closed nor found not to be serious."""
        return self.filter(status__in=OPEN_STATUSES)


class Incident(models.Model):
    """A serious incident of a system, from the moment somebody of ours knew."""

    ref = models.CharField(max_length=16, unique=True, editable=False)  # INC-001
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="incidents")
    title = models.CharField(max_length=200)
    description = models.TextField(max_length=10_000)
    effects = ArrayField(
        models.CharField(max_length=40, choices=choices(Effect)), default=list, blank=True
    )
    widespread = models.BooleanField(default=False)  # widespread infringement, Art. 3(61)
    regime = models.CharField(max_length=16, choices=choices(Regime), default=Regime.NONE)
    sectoral_route = models.TextField(blank=True, max_length=2_000)
    occurred_from = models.DateTimeField(null=True, blank=True)  # unknown when empty
    occurred_until = models.DateTimeField(null=True, blank=True)
    aware_at = models.DateTimeField()  # the clock starts here
    zone = models.CharField(max_length=64)  # in whose calendar days are counted
    status = models.CharField(
        max_length=16, choices=choices(IncidentStatus), default=IncidentStatus.OPEN
    )
    reported_at = models.DateTimeField(null=True, blank=True)  # the first report
    doubted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    doubted_at = models.DateTimeField(null=True, blank=True)
    doubted_because = models.TextField(blank=True, max_length=10_000)  # why it is not serious
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="incidents")
    registered_at = models.DateTimeField()
    row_version = models.PositiveIntegerField(default=1)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-aware_at", "-pk"]
        indexes = [
            models.Index(
                fields=["aware_at"],
                condition=Q(status__in=OPEN_STATUSES),
                name="incident_running",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=list(IncidentStatus)), name="incident_status_known"
            ),
            models.CheckConstraint(
                condition=Q(regime__in=list(Regime)), name="incident_regime_known"
            ),
            models.CheckConstraint(
                condition=Q(widespread=True) | Q(effects__len__gt=0), name="incident_grounded"
            ),
            models.CheckConstraint(condition=NOT_DOUBTED ^ DOUBTED, name="incident_doubt_whole"),
            models.CheckConstraint(
                condition=ENDED ^ Q(ended_at__isnull=True, ended_by__isnull=True),
                name="incident_end_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status=IncidentStatus.NOT_SERIOUS) | ~Q(ended_by=F("doubted_by")),
                name="incident_two_people",
            ),
            models.CheckConstraint(
                condition=Q(occurred_from__isnull=True)
                | Q(occurred_until__isnull=True)
                | Q(occurred_until__gte=F("occurred_from")),
                name="incident_period",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        """Return the address of the incident's page."""
        return reverse("incidents:incident", args=[self.ref])

    @property
    def clock_zone(self) -> ZoneInfo:
        """Return the zone in whose calendar days are counted."""
        return ZoneInfo(self.zone)

    @property
    def aware_there(self) -> datetime:
        """Return the moment of awareness in the incident's own zone."""
        return self.aware_at.astimezone(self.clock_zone)

    @property
    def is_running(self) -> bool:
        """Return whether something is still to be done."""
        return self.status in OPEN_STATUSES

    @property
    def case(self) -> Case:
        """Return what the clock depends on."""
        return Case(
            effects=frozenset(Effect(one) for one in self.effects),
            widespread=self.widespread,
            regime=Regime(self.regime),
            aware_at=self.aware_at,
            zone=self.clock_zone,
        )


class IncidentStep(models.Model):
    """Something that a person did about an incident, or a correction of what it says.

    It is never changed and never deleted; the database sees to it.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=24)  # of steps.yaml, or "corrected"
    done_at = models.DateTimeField()
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="incident_steps")
    authority = models.CharField(max_length=200, blank=True)  # who got it
    number = models.CharField(max_length=100, blank=True)  # as the authority numbers it
    note = models.TextField(blank=True, max_length=20_000)  # the report's text, or why
    changes = models.JSONField(default=dict, blank=True)  # of a correction: field → from, to
    evidence = models.ManyToManyField(EvidenceItem, through="StepProof", related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["recorded_at", "pk"]

    def __str__(self) -> str:
        return f"{self.incident}: {self.kind}"


class StepProof(models.Model):
    """A piece of evidence about a step, given when the step was recorded and kept with it."""

    step = models.ForeignKey(IncidentStep, on_delete=models.PROTECT, related_name="proofs")
    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["step", "item"], name="step_proof_once")]

    def __str__(self) -> str:
        return f"{self.item} for {self.step}"
