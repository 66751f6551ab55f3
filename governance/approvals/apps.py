"""Django's registration of this stage."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "governance.approvals"
    default_auto_field = "django.db.models.BigAutoField"
