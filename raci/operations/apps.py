"""Django's registration of this stage."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "raci.operations"
    label = "operations"
    default_auto_field = "django.db.models.BigAutoField"
