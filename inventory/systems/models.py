"""AI systems, their model versions, and single-object sharing."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Regex
from django.urls import reverse
from guardian.models import UserObjectPermissionBase

from governance.accounts.access import guests_who_left, visible_units
from governance.accounts.models import BusinessUnit, User
from governance.common.states import choices
from inventory.systems.pin_models import PinPattern
from inventory.systems.rules import Architecture, DataCategory, Origin, OurRole, People, Stage
from inventory.vendors.models import Agreement, Vendor

__all__ = [
    "AISystem",
    "ModelVersion",
    "PinPattern",
    "SavedView",
    "SystemShare",
    "VersionContributor",
]


class FoldedName(Func):
    """A name without case and punctuation, as the index `system_folded_name` keeps it."""

    function = "regexp_replace"
    template = "%(function)s(%(expressions)s, '[^[:alnum:]]+', '', 'g')"
    output_field = models.CharField()


VIEW = "view_aisystem"  # the one permission that sharing gives
COUNTRIES = r"^([A-Z]{2}(,[A-Z]{2})*)?$"


class AISystemQuerySet(models.QuerySet["AISystem"]):
    """Which systems a person may see: by unit, and those shared one by one."""

    def visible_to(self, user: User) -> QuerySet["AISystem"]:
        """Return systems of the person's units and those shared with the person.

        An inactive person sees nothing; an auditor sees what was shared only while let in; a
        permission given for all systems at once counts for nothing (only grants on one do).
        """
        if not user.is_active:
            return self.none()
        shared = shared_with(user)
        return self.filter(
            Q(unit__in=visible_units(user).values("pk"))
            | Q(pk__in=shared.values("content_object_id"))
        )


class AISystem(models.Model):
    """An AI system the organisation has, builds or plans."""

    ref = models.CharField(max_length=16, unique=True, editable=False)  # AIS-014
    name = models.CharField(max_length=400)
    intended_purpose = models.TextField(blank=True, max_length=10_000)
    outputs = models.TextField(blank=True, max_length=10_000)
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="systems")
    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="owned_systems"
    )
    our_roles = ArrayField(
        models.CharField(max_length=32, choices=choices(OurRole)), default=list, blank=True
    )
    stage = models.CharField(max_length=16, choices=choices(Stage), default=Stage.IDEA)
    vendor = models.ForeignKey(
        Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="systems"
    )
    architecture = models.CharField(
        max_length=16, choices=choices(Architecture), default=Architecture.UNKNOWN
    )
    data_categories = ArrayField(
        models.CharField(max_length=32, choices=choices(DataCategory)), default=list, blank=True
    )
    people_affected = ArrayField(
        models.CharField(max_length=16, choices=choices(People)), default=list, blank=True
    )
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)  # ISO 3166-1
    initiated_on = models.DateField(null=True, blank=True)
    live_since = models.DateField(null=True, blank=True)
    retired_on = models.DateField(null=True, blank=True)
    impact_flags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    agreements = models.ManyToManyField(Agreement, blank=True, related_name="systems")
    origin = models.CharField(max_length=16, choices=choices(Origin), default=Origin.MANUAL)
    source = models.CharField(max_length=100, blank=True)  # where the external key comes from
    external_key = models.CharField(max_length=300, blank=True)
    source_facts = models.JSONField(default=dict, blank=True)  # unmapped columns, as they came
    distinct_because = models.TextField(blank=True)  # why this is not the look-alike that was shown
    row_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    searched = models.GeneratedField(
        expression=SearchVector("ref", "name", "intended_purpose", "external_key", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = AISystemQuerySet.as_manager()

    class Meta:
        verbose_name = "AI system"
        ordering = [Lower("name"), "pk"]
        indexes = [
            models.Index(fields=["name", "id"], name="system_name"),  # the API's order
            models.Index(Lower("name"), "id", name="system_name_order"),
            models.Index("unit", Lower("name"), "id", name="system_unit_order"),
            models.Index("stage", Lower("name"), "id", name="system_stage_order"),
            GinIndex(fields=["searched"], name="system_searched"),
            models.Index(FoldedName(Lower("name")), name="system_folded_name"),
            models.Index(fields=["-changed_at", "-id"], name="system_changed"),
            models.Index("owner", Lower("name"), "id", name="system_owner_order"),
            models.Index(
                fields=["external_key"],
                name="system_external_key",
                opclasses=["varchar_pattern_ops"],
                condition=~Q(external_key=""),
            ),
            GinIndex(fields=["data_categories"], name="system_data"),
            GinIndex(fields=["our_roles"], name="system_roles"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=list(Stage)), name="system_stage_known"),
            models.CheckConstraint(condition=~Q(name=""), name="system_named"),
            models.UniqueConstraint(
                fields=["source", "external_key"],
                condition=~Q(external_key=""),
                name="system_key_once",
            ),
            models.CheckConstraint(
                condition=Regex(
                    Func(
                        F("countries"),
                        Value(","),
                        function="array_to_string",
                        output_field=models.TextField(),
                    ),
                    COUNTRIES,
                ),
                name="system_countries_iso",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the system's page."""
        return reverse("overview:system", args=[self.ref])

    @property
    def is_retired(self) -> bool:
        """Return whether the system is kept only to be read."""
        return self.stage == Stage.RETIRED


def shared_with(user: User) -> QuerySet["SystemShare"]:
    """Return what is shared with a person now: with an auditor, while one of the roles counts."""
    shares = SystemShare.objects.filter(user=user, permission__codename=VIEW)
    return shares.exclude(user__in=guests_who_left().values("pk"))


class SystemShare(UserObjectPermissionBase):
    """A grant to read one system, direct: it goes when the system goes."""

    content_object = models.ForeignKey(AISystem, on_delete=models.CASCADE)


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    """Versions are seen with their system."""

    def visible_to(self, user: User) -> QuerySet["ModelVersion"]:
        """Return the versions of systems the person sees."""
        return self.filter(system__in=AISystem.objects.visible_to(user).values("pk"))


class ModelVersion(models.Model):
    """What exactly a system runs, or is to run: a release bundle, which never changes.

    The database refuses another bundle, label or system for a row, and its end. The columns
    provider, model_id, region and prompt_sha256 repeat the bundle, for lists and searches.
    """

    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="versions")
    label = models.CharField(max_length=40)  # 3.2.1
    provider = models.CharField(max_length=40)  # a key of the pin table, or the provider's name
    model_id = models.CharField(max_length=300)
    region = models.CharField(max_length=60, blank=True)
    prompt_sha256 = models.CharField(max_length=64, blank=True)
    notes = models.TextField(blank=True, max_length=10_000)  # what changes, and why
    bundle = models.JSONField(default=dict, editable=False)  # what decides behaviour
    texts = models.JSONField(default=dict, blank=True, editable=False)  # of prompts and tools
    digest = models.CharField(max_length=64, editable=False)  # of the bundle (RFC 8785, SHA-256)
    parent = models.ForeignKey(  # the version it was made from
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    training_data_ref = models.CharField(max_length=500, blank=True)
    provider_retires_on = models.DateField(null=True, blank=True)  # as published, or as given
    frozen_at = models.DateTimeField(null=True, blank=True, editable=False)
    row_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["system", "label"], name="version_label_once"),
            models.UniqueConstraint(fields=["system", "digest"], name="version_digest_once"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")), name="version_not_own_parent"
            ),
        ]
        indexes = [
            models.Index(
                fields=["provider_retires_on"],
                condition=Q(provider_retires_on__isnull=False),
                name="version_retires",
            ),
            models.Index(fields=["digest"], name="version_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.label}"

    @property
    def ref(self) -> str:
        """Return the system's ref with the label: AIS-014 3.2.1."""
        return f"{self.system.ref} {self.label}"


class VersionContributor(models.Model):
    """Somebody who made or edited a version, and so may not approve it."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="contributors")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="contributions")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "user"], name="contributor_once")]

    def __str__(self) -> str:
        return f"{self.user} on {self.version}"


class SavedView(models.Model):
    """A list as one person wants it again: a name for a query string."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2_000, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name
