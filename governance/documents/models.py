"""What people wrote for items of documents, and the documents they signed."""

from django.db import models
from django.db.models import Q, QuerySet

from governance.accounts.models import User
from governance.common.states import choices
from governance.documents.rules import Kind, LawText
from governance.evidence.models import EvidenceItem
from inventory.systems.models import AISystem

CURRENT = Q(superseded_at__isnull=True)


class DocumentEntryQuerySet(models.QuerySet["DocumentEntry"]):
    """Entries are seen with their system."""

    def visible_to(self, user: User) -> QuerySet["DocumentEntry"]:
        """Return the entries of systems the person sees."""
        return self.filter(system__in=AISystem.objects.visible_to(user).values("pk"))


class DocumentEntry(models.Model):
    """A text for one item that the registry cannot know, with who wrote it and when."""

    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="document_entries")
    kind = models.CharField(max_length=20, choices=choices(Kind))
    item = models.CharField(max_length=40)  # a key of the document's list
    text = models.TextField(max_length=10_000)
    evidence = models.ForeignKey(
        EvidenceItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="document_entries")
    written_at = models.DateTimeField()
    row_version = models.PositiveIntegerField(default=1)

    objects = DocumentEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "document entries"
        ordering = ["kind", "item", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["system", "kind", "item"], name="entry_once"),
            models.CheckConstraint(condition=~Q(text=""), name="entry_has_text"),
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="entry_kind_known"),
        ]

    def __str__(self) -> str:
        return f"Item {self.item} of {self.kind}, {self.system}"


class SignedDocumentQuerySet(models.QuerySet["SignedDocument"]):
    """Signed documents are seen with their system."""

    def visible_to(self, user: User) -> "SignedDocumentQuerySet":
        """Return the documents of systems the person sees."""
        return self.filter(system__in=AISystem.objects.visible_to(user).values("pk"))

    def current(self) -> "SignedDocumentQuerySet":
        """Return those that no later one of their kind has replaced."""
        return self.filter(CURRENT)


class SignedDocument(models.Model):
    """A document somebody signed: frozen, with all it said and the law it rests on.

    Only `superseded_at` may change afterwards, once; the database sees to it.
    """

    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="documents")
    number = models.PositiveIntegerField()  # counts within the system, from 1
    kind = models.CharField(max_length=20, choices=choices(Kind))
    law_text = models.CharField(max_length=10, choices=choices(LawText))
    content = models.JSONField()  # see Document.content()
    digest = models.CharField(max_length=64)  # of the content
    pack_version = models.CharField(max_length=64)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="signed_documents")
    reason = models.TextField(max_length=10_000)
    signed_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = SignedDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["system", "number"], name="document_number_once"),
            models.UniqueConstraint(
                fields=["system", "kind"], condition=CURRENT, name="document_one_current"
            ),
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="document_kind_known"),
            models.CheckConstraint(
                condition=Q(law_text__in=list(LawText)), name="document_text_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="document_has_reason"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """Return the system's ref with the number: AIS-014 D1."""
        return f"{self.system.ref} D{self.number}"
