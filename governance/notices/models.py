"""Notices with their tries, and what people chose about them."""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from governance.accounts.models import User
from governance.common.states import choices
from governance.notices.endpoint_models import Endpoint as Endpoint  # Django reads
from governance.notices.proof_models import AddressProof as AddressProof  # this module
from governance.notices.rules import DUE, Channel, NoticeState, Severity

IS_SENDING = Q(status=NoticeState.SENDING)
OPEN = sorted([*DUE, NoticeState.SENDING])  # in one order, or a migration would change by chance
IDLE = sorted([*DUE, NoticeState.DEAD, NoticeState.SUPPRESSED])
TO_PERSON = Q(person__isnull=False, endpoint__isnull=True)
TO_ENDPOINT = Q(person__isnull=True, endpoint__isnull=False)


class Preferences(models.Model):
    """What a person chose about notices; without a row the defaults of the installation hold."""

    person = models.OneToOneField(
        User, on_delete=models.PROTECT, related_name="notice_preferences", primary_key=True
    )
    zone = models.CharField(max_length=64)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    by_email = models.BooleanField(default=True)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "preferences"
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | (Q(quiet_from__isnull=False, quiet_until__isnull=False)),
                name="quiet_hours_whole",
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True) | ~Q(quiet_from=F("quiet_until")),
                name="quiet_hours_end",
            ),
        ]

    def __str__(self) -> str:
        return f"Notices of {self.person}"


class Pace(models.Model):
    """When a person was last sent mails; the row that a sweep holds while it chooses the next."""

    person = models.OneToOneField(
        User, on_delete=models.PROTECT, related_name="notice_pace", primary_key=True
    )
    sent = ArrayField(models.DateTimeField(), default=list)  # the last few
    bundled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Mails to {self.person}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    """A person's own notices."""

    def visible_to(self, user: User) -> "NoticeQuerySet":
        """Return what the person was told in the app."""
        return self.filter(person=user, channel=Channel.APP, person__is_active=True)

    def unread(self) -> "NoticeQuerySet":
        """Return what was not read yet."""
        return self.filter(channel=Channel.APP, read_at__isnull=True)

    def of_endpoints(self, user: User) -> "NoticeQuerySet":
        """Return what goes, or went, to endpoints the person sees."""
        return self.filter(endpoint__in=Endpoint.objects.visible_to(user).values("pk"))


class Notice(models.Model):
    """One thing told to one recipient by one channel; a repeat of its key is no second one."""

    item = models.CharField(max_length=200)  # what it is about: a key of the stage that tells
    step = models.PositiveIntegerField()
    loop = models.PositiveIntegerField()
    recipient = models.CharField(max_length=40)  # person:7 or endpoint:3
    channel = models.CharField(max_length=12, choices=choices(Channel))
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="notices")
    endpoint = models.ForeignKey(
        Endpoint, null=True, on_delete=models.PROTECT, related_name="notices"
    )
    severity = models.CharField(max_length=12, choices=choices(Severity))
    subject = models.CharField(max_length=200)
    lines = models.JSONField(default=list)
    url = models.CharField(max_length=500, blank=True)
    ack_url = models.CharField(max_length=1_000, blank=True)  # only mails show it
    kind = models.CharField(max_length=80)
    data = models.JSONField(default=dict)  # goes into the event of a webhook
    legal_clock_ends = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()  # when it may go
    status = models.CharField(max_length=12, choices=choices(NoticeState))
    attempts = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    claim = models.CharField(max_length=32, blank=True)
    into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="bundle")
    sent_at = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=200, blank=True)
    result = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "step", "loop", "recipient", "channel"], name="notice_once"
            ),
            models.CheckConstraint(
                condition=(Q(channel=Channel.WEBHOOK) & TO_ENDPOINT)
                | (Q(channel__in=[Channel.EMAIL, Channel.APP]) & TO_PERSON),
                name="notice_recipient",
            ),
            models.CheckConstraint(
                condition=Q(severity__in=list(Severity)), name="notice_severity_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=list(NoticeState)), name="notice_status_known"
            ),
            models.CheckConstraint(
                condition=(
                    IS_SENDING
                    & Q(leased_until__isnull=False, sent_at__isnull=True, into__isnull=True)
                )
                | (
                    Q(status=NoticeState.SENT)
                    & Q(leased_until__isnull=True, sent_at__isnull=False, into__isnull=True)
                )
                | (
                    Q(status=NoticeState.BUNDLED)
                    & Q(leased_until__isnull=True, sent_at__isnull=True, into__isnull=False)
                )
                | (
                    Q(status__in=IDLE)
                    & Q(leased_until__isnull=True, sent_at__isnull=True, into__isnull=True)
                ),
                name="notice_status_fits",
            ),
            models.CheckConstraint(
                condition=~Q(channel=Channel.APP)
                | Q(status__in=[NoticeState.SENT, NoticeState.SUPPRESSED]),
                name="notice_in_app_is_there",
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True) | Q(channel=Channel.APP), name="notice_read"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status__in=sorted(DUE)), name="notice_due"),
            models.Index(
                fields=["person", "due_at"],
                condition=Q(channel="email", status__in=OPEN),
                name="notice_mail_due",
            ),
            models.Index(
                fields=["endpoint", "due_at"],
                condition=Q(channel="webhook", status__in=OPEN),
                name="notice_event_due",
            ),
            models.Index(fields=["leased_until"], condition=IS_SENDING, name="notice_leased"),
            models.Index(
                fields=["person", "-created_at"],
                condition=Q(channel="app"),
                name="notice_in_app",
            ),
            models.Index(
                fields=["person"],
                condition=Q(channel="app", read_at__isnull=True),
                name="notice_unread",
            ),
            models.Index(fields=["endpoint", "-created_at"], name="notice_endpoint"),
        ]

    def __str__(self) -> str:
        return self.subject


class Batch(models.Model):
    """What one run of a sweep delivered, for the record."""

    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    sent = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()  # tried again later
    dead = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "batches"
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"Deliveries of {self.started_at:%Y-%m-%d %H:%M:%S}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """The log of tries."""

    def older_than(self, at: datetime) -> "DeliveryQuerySet":
        """Return tries before a moment."""
        return self.filter(at__lt=at)


class Delivery(models.Model):
    """One try to deliver a notice, and what came of it."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="deliveries")
    batch = models.ForeignKey(
        Batch, null=True, on_delete=models.PROTECT, related_name="deliveries"
    )  # none until the run that made it ended
    attempt = models.PositiveIntegerField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=choices(NoticeState))
    code = models.PositiveIntegerField(null=True)  # of SMTP or HTTP
    result = models.CharField(max_length=300)
    took_ms = models.PositiveIntegerField()

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=[NoticeState.SENT, NoticeState.FAILED, NoticeState.DEAD]),
                name="delivery_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["at"], name="delivery_at"),
            models.Index(fields=["id"], condition=Q(batch__isnull=True), name="delivery_loose"),
        ]

    def __str__(self) -> str:
        return f"Try {self.attempt} of {self.notice}"
