"""Django's registration of this stage."""

from django.apps import AppConfig


class ObligationsConfig(AppConfig):
    name = "governance.obligations"
    default_auto_field = "django.db.models.BigAutoField"
