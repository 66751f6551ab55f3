"""People, the tree of business units, and who has which role where."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from governance.accounts.rules import Role
from governance.common.states import choices


class UserManager(BaseUserManager["User"]):
    """Makes users; the e-mail address is the name they sign in with."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new user; without a password the account cannot sign in by one."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new user whom Django's own checks let through."""
        return self.create_user(email, password, is_superuser=True, **fields)


def new_handle() -> str:
    """Return a random name for a person in the ledger."""
    return uuid.uuid4().hex


class User(AbstractBaseUser, PermissionsMixin):
    """A person, or a service account that a person answers for."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150)
    handle = models.CharField(max_length=32, unique=True, default=new_handle, editable=False)
    is_active = models.BooleanField(default=True)
    is_service = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)
    row_version = models.PositiveIntegerField(default=1)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Return False: there is no Django admin here."""
        return False

    @property
    def initials(self) -> str:
        """Return up to two letters for the avatar."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


class BusinessUnit(models.Model):
    """A part of the organisation. The one without a parent is the organisation itself."""

    name = models.CharField(max_length=200)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = ArrayField(
        models.BigIntegerField(), default=list, editable=False
    )  # root first, self last
    external_key = models.CharField(max_length=200, blank=True)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name", "pk"]
        indexes = [GinIndex(fields=["path"], name="unit_path")]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="unit_name_once"),
            models.UniqueConstraint(
                Coalesce("parent", 0), condition=Q(parent__isnull=True), name="unit_one_root"
            ),
            models.UniqueConstraint(
                fields=["external_key"], condition=~Q(external_key=""), name="unit_key_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A role of a person in a unit, which also covers every unit below it."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=32, choices=choices(Role))
    begins_on = models.DateField(null=True, blank=True)  # first day that counts; auditors only
    ends_on = models.DateField(null=True, blank=True)  # last day that counts
    purpose = models.CharField(max_length=300, blank=True)  # what an auditor was engaged for
    granted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="granted_roles"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["unit", "role", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "unit", "role"], name="membership_once"),
            models.CheckConstraint(condition=Q(role__in=list(Role)), name="membership_role_known"),
            models.CheckConstraint(
                condition=~Q(role=Role.AUDITOR) | Q(ends_on__isnull=False), name="auditor_ends"
            ),
            models.CheckConstraint(
                condition=Q(begins_on__isnull=True)
                | (Q(role=Role.AUDITOR) & Q(ends_on__gte=F("begins_on"))),
                name="only_an_auditor_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} in {self.unit}"
