"""Questions about packs and their answers: on the record, never changed."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from governance.accounts.models import User
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.sharing_rules import ANSWER_WITHIN, MOST_LETTERS
from inventory.systems.models import AISystem


class PackQuestionQuerySet(models.QuerySet["PackQuestion"]):
    """Who sees which question, and which still wait."""

    def visible_to(self, user: User) -> Self:
        """Return the questions about packs that the person sees, and about systems they own:
        who owns a system answers for it, also where the pack tells of others.
        """
        if not user.is_active:
            return self.none()
        seen = EvidencePack.objects.visible_to(user).values("pk")
        return self.filter(Q(pack__in=seen) | Q(system__owner=user))

    def waiting(self) -> Self:
        """Return the questions that nobody answered."""
        return self.filter(answers__isnull=True)

    def overdue(self) -> Self:
        """Return those that waited longer than an answer may take."""
        return self.waiting().filter(asked_at__lt=timezone.now() - ANSWER_WITHIN)


class PackQuestion(models.Model):
    """What somebody who may see a pack asks about it, a system or an entry in it."""

    pack = models.ForeignKey(EvidencePack, on_delete=models.PROTECT, related_name="questions")
    system = models.ForeignKey(
        AISystem,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="pack_questions",
    )
    entry = models.BigIntegerField(null=True, blank=True)  # its number in the ledger
    text = models.CharField(max_length=MOST_LETTERS)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pack_questions")
    asked_at = models.DateTimeField(auto_now_add=True)

    objects = PackQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="question_says_something"),
            models.CheckConstraint(
                condition=Q(entry__isnull=True) | Q(entry__gte=0), name="question_entry_number"
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """Return the short id, such as EQ-001."""
        return f"EQ-{self.pk:03d}"

    @property
    def due_at(self) -> datetime:
        """Return until when it is to be answered."""
        return self.asked_at + ANSWER_WITHIN

    @property
    def is_late(self) -> bool:
        """Return whether its time is over; whether it was answered is another matter."""
        return self.due_at < timezone.now()


class PackAnswer(models.Model):
    """An answer on the record; a better one is another one."""

    question = models.ForeignKey(PackQuestion, on_delete=models.PROTECT, related_name="answers")
    text = models.CharField(max_length=MOST_LETTERS)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pack_answers")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="answer_says_something")]

    def __str__(self) -> str:
        return f"Answer to {self.question}"
