"""The responsibility matrices: their columns and letters."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from governance.accounts.access import serving_units
from governance.accounts.models import BusinessUnit, User
from governance.common.states import choices
from inventory.systems.models import AISystem
from raci.matrices.review_rules import Origin
from raci.matrices.rules import Declared, MatrixStatus, PartyKind
from raci.matrices.schemes import RACI, SCHEMES, Letter, Scheme

IS_PERSON = Q(kind=PartyKind.PERSON, person__isnull=False, label="")
IS_ROLE = Q(kind=PartyKind.ROLE, person__isnull=True, label="", roles__len=1)
OPEN = [MatrixStatus.DRAFT, MatrixStatus.IN_REVIEW]
LABELS = [PartyKind.TEAM, PartyKind.MAILBOX, PartyKind.VENDOR, PartyKind.SERVICE]
IS_LABEL = Q(kind__in=LABELS, person__isnull=True) & ~Q(label="")


class MatrixQuerySet(models.QuerySet["Matrix"]):
    """A system's matrix is seen with the system, a default by everybody it serves."""

    def visible_to(self, user: User) -> "MatrixQuerySet":
        """Return matrices of systems the person sees, and the defaults above the own units."""
        seen = AISystem.objects.visible_to(user).values("pk")
        return self.filter(Q(system__in=seen) | Q(unit__in=serving_units(user)))

    def current(self) -> "MatrixQuerySet":
        """Return what is worked with: each draft or what is in review, and each active matrix."""
        return self.filter(status__in=[*OPEN, MatrixStatus.ACTIVE])

    def open(self) -> "MatrixQuerySet":
        """Return what is not in force yet: drafts, and what waits for its review."""
        return self.filter(status__in=OPEN)

    def with_grid(self) -> "MatrixQuerySet":
        """Return matrices with all that a snapshot needs, in a constant number of queries."""
        return self.select_related("unit", "system__unit", "system__owner").prefetch_related(
            "parties__person", "assignments"
        )


class Matrix(models.Model):
    """Who does what: for one system, or as the default of a unit and all below it."""

    system = models.ForeignKey(
        AISystem, null=True, blank=True, on_delete=models.PROTECT, related_name="matrices"
    )
    unit = models.ForeignKey(  # of a default only
        BusinessUnit, null=True, blank=True, on_delete=models.PROTECT, related_name="matrices"
    )
    scheme = models.CharField(  # for good; the database refuses letters of another
        max_length=8, choices=[(code, code) for code in SCHEMES], default=RACI.code
    )
    version = models.PositiveIntegerField(default=1)
    status = models.CharField(
        max_length=16, choices=choices(MatrixStatus), default=MatrixStatus.DRAFT
    )
    origin = models.CharField(
        max_length=16, choices=choices(Origin), default=Origin.REVIEWED
    )  # how it comes into force
    activities = ArrayField(models.CharField(max_length=16), default=list)  # codes that have a row
    overridden = ArrayField(  # codes of rows that do not follow the default, dropped ones too
        models.CharField(max_length=16), default=list, blank=True
    )
    authors = models.ManyToManyField(User, related_name="drafted_matrices")  # may not review it
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="submitted_matrices"
    )
    returned_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="returned_matrices"
    )
    returned_reason = models.TextField(  # of who sent it back last
        max_length=2_000, blank=True, default=""
    )
    activated_at = models.DateTimeField(null=True, blank=True)
    activated_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="activated_matrices"
    )
    row_version = models.PositiveIntegerField(default=1)

    objects = MatrixQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "matrices"
        ordering = ["-version", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=list(MatrixStatus)), name="matrix_status_known"
            ),
            models.CheckConstraint(
                condition=Q(scheme__in=list(SCHEMES)), name="matrix_scheme_known"
            ),
            models.CheckConstraint(
                condition=Q(system__isnull=True) ^ Q(unit__isnull=True), name="matrix_one_scope"
            ),
            models.CheckConstraint(
                condition=Q(status__in=OPEN) ^ Q(activated_at__isnull=False),
                name="matrix_activated_at",
            ),
            models.CheckConstraint(
                condition=Q(origin__in=list(Origin)), name="matrix_origin_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=MatrixStatus.IN_REVIEW)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="matrix_submitted_by",
            ),
            models.CheckConstraint(
                condition=Q(activated_at__isnull=True)
                | ~Q(origin=Origin.REVIEWED)
                | (Q(submitted_by__isnull=False) & ~Q(submitted_by=F("activated_by"))),
                name="matrix_four_eyes",
            ),
            *[
                models.UniqueConstraint(
                    fields=[scope, *fields], condition=condition, name=f"matrix_{scope}_{name}"
                )
                for scope in ("system", "unit")
                for name, fields, condition in (
                    ("active", [], Q(status=MatrixStatus.ACTIVE)),
                    ("draft", [], Q(status__in=OPEN)),
                    ("version", ["version"], Q(**{f"{scope}__isnull": False})),
                )
            ],
        ]

    def __str__(self) -> str:
        return f"Matrix of {self.system or self.unit}, version {self.version}"

    @property
    def ref(self) -> str:
        """Return the system's ref, or DEFAULT, with the version: AIS-014 RACI 2."""
        return f"{self.system.ref if self.system else 'DEFAULT'} RACI {self.version}"

    @property
    def letters(self) -> Scheme:
        """Return the scheme: which letters the matrix may have, and their words."""
        return SCHEMES[self.scheme]

    @property
    def home(self) -> BusinessUnit:
        """Return the unit the matrix belongs to: the system's, or the default's own."""
        home = self.system.unit if self.system else self.unit
        assert home is not None  # noqa: S101 - the constraint matrix_one_scope
        return home


class Party(models.Model):
    """A column: a person, a role that nobody held when it was made, or a label."""

    matrix = models.ForeignKey(Matrix, on_delete=models.CASCADE, related_name="parties")
    kind = models.CharField(max_length=16, choices=choices(PartyKind))
    person = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="raci_columns"
    )
    label = models.CharField(max_length=120, blank=True)
    roles = ArrayField(models.CharField(max_length=16), default=list, blank=True)  # stood for
    position = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "parties"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=IS_PERSON | IS_ROLE | IS_LABEL, name="party_is_one"),
            models.UniqueConstraint(
                fields=["matrix", "person"],
                condition=Q(person__isnull=False),
                name="party_person_once",
            ),
            models.UniqueConstraint(
                fields=["matrix", "label"], condition=~Q(label=""), name="party_label_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.person or self.label or ", ".join(self.roles))


class Assignment(models.Model):
    """One letter of one party in one activity."""

    matrix = models.ForeignKey(Matrix, on_delete=models.CASCADE, related_name="assignments")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="assignments")
    activity = models.CharField(max_length=16)  # a code of the catalogue
    letter = models.CharField(max_length=2, choices=choices(Letter))

    class Meta:
        ordering = ["activity", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["party", "activity"], name="assignment_once"),
            models.CheckConstraint(
                condition=Q(letter__in=list(Letter)), name="assignment_letter_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party}: {self.letter} in {self.activity}"


class Attestation(models.Model):
    """Somebody accountable said that their rows of a matrix in force still hold."""

    matrix = models.ForeignKey(Matrix, on_delete=models.PROTECT, related_name="attestations")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="raci_attestations")
    activities = ArrayField(models.CharField(max_length=16))  # they were accountable for
    attested_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-attested_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.person} on {self.matrix}"


IS_CONFLICT = Q(rule=Declared.CONFLICT, person__isnull=False, activity="")
IS_CONTROL = Q(rule__in=[Declared.SEPARATION, Declared.FEW], person__isnull=True)


class Declaration(models.Model):
    """What was put on record about something that stays as it is, until it is ended.

    A conflict of interest of a person, or what a small organisation does instead of keeping
    duties separate.
    """

    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="declarations")
    rule = models.CharField(max_length=3, choices=choices(Declared))
    person = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="declarations"
    )
    activity = models.CharField(max_length=16, blank=True)  # the row a control is for; none: all
    text = models.TextField(max_length=2_000)
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="declared")
    declared_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["rule", "activity", "pk"]
        constraints = [
            models.CheckConstraint(condition=IS_CONFLICT | IS_CONTROL, name="declaration_about"),
            models.CheckConstraint(condition=~Q(text=""), name="declaration_says_something"),
            models.UniqueConstraint(
                fields=["system", "rule", "person", "activity"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="declaration_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} of {self.system}: {self.text}"
