"""Django's registration of this stage."""

from django.apps import AppConfig


class ClassificationConfig(AppConfig):
    name = "governance.classification"
    default_auto_field = "django.db.models.BigAutoField"
