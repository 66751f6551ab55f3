"""Django's registration of this stage."""

from django.apps import AppConfig


class AuditPacksConfig(AppConfig):
    name = "governance.audit_packs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let Django know the tables of questions, which stand on those of packs."""
        import governance.audit_packs.question_models  # noqa: F401
