"""Django's registration of this stage."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "governance.evidence"
    default_auto_field = "django.db.models.BigAutoField"
