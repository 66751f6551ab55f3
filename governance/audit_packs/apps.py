"""Django's registration of this stage."""

from django.apps import AppConfig


class AuditPacksConfig(AppConfig):
    name = "governance.audit_packs"
    default_auto_field = "django.db.models.BigAutoField"
