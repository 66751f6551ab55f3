"""The AI Ops function of a unit: its lead, members, duties, hours and charter."""

from django.db import models
from django.db.models import Q

from governance.accounts.access import serving_units
from governance.accounts.models import BusinessUnit, User
from governance.common.states import choices
from raci.oncall.models import Schedule
from raci.operations.rules import OpsDuty

BY_PERSON, BY_ROLE = Q(person__isnull=False, role=""), Q(person__isnull=True) & ~Q(role="")


class FunctionQuerySet(models.QuerySet["AIOpsFunction"]):
    """A function is seen by everybody whom it serves."""

    def visible_to(self, user: User) -> "FunctionQuerySet":
        """Return the functions of units that the person sees, and of all above."""
        return self.filter(unit__in=serving_units(user))

    def with_people(self) -> "FunctionQuerySet":
        """Return functions with all that the rules look at, in a constant number of queries."""
        return self.select_related("unit", "lead", "schedule").prefetch_related(
            "members__person", "duties__person"
        )


class AIOpsFunction(models.Model):
    """Who runs the AI systems of a unit and of all below it."""

    unit = models.OneToOneField(BusinessUnit, on_delete=models.PROTECT, related_name="ops_function")
    lead = models.ForeignKey(User, on_delete=models.PROTECT, related_name="led_functions")
    hours = models.CharField(max_length=200)  # covered, in words; the schedule says who
    schedule = models.ForeignKey(
        Schedule, null=True, blank=True, on_delete=models.PROTECT, related_name="functions"
    )
    charter_title = models.CharField(max_length=200, blank=True)
    charter_link = models.URLField(max_length=2_000, blank=True)
    set_up_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    row_version = models.PositiveIntegerField(default=1)

    objects = FunctionQuerySet.as_manager()

    class Meta:
        verbose_name = "AI Ops function"
        ordering = ["unit__path", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(hours=""), name="function_says_hours"),
            models.CheckConstraint(
                condition=Q(charter_link="")
                | Q(charter_link__startswith="https://") & ~Q(charter_title=""),
                name="function_charter_named",
            ),
        ]

    def __str__(self) -> str:
        return f"AI Ops of {self.unit}"


class FunctionMember(models.Model):
    """Somebody who works in a function."""

    function = models.ForeignKey(AIOpsFunction, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="ops_memberships")

    class Meta:
        ordering = ["person__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["function", "person"], name="function_member_once")
        ]

    def __str__(self) -> str:
        return str(self.person)


class FunctionDuty(models.Model):
    """Who does one of the four duties: a person, or whoever holds a role."""

    function = models.ForeignKey(AIOpsFunction, on_delete=models.CASCADE, related_name="duties")
    duty = models.CharField(max_length=20, choices=choices(OpsDuty))
    person = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="ops_duties"
    )
    role = models.CharField(max_length=16, blank=True)  # a code of the vocabulary

    class Meta:
        verbose_name_plural = "function duties"
        ordering = ["duty", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["function", "duty"], name="function_duty_once"),
            models.CheckConstraint(condition=Q(duty__in=list(OpsDuty)), name="function_duty_known"),
            models.CheckConstraint(condition=BY_PERSON | BY_ROLE, name="function_duty_of_one"),
        ]

    def __str__(self) -> str:
        return f"{self.duty}: {self.person or self.role}"
