"""Django's registration of this stage."""

from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "governance.evaluations"
    default_auto_field = "django.db.models.BigAutoField"
