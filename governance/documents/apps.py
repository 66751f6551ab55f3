"""The stage of documents."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "governance.documents"
    default_auto_field = "django.db.models.BigAutoField"
