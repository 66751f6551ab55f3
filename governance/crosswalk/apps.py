"""Django's registration of this stage."""

from django.apps import AppConfig


class CrosswalkConfig(AppConfig):
    name = "governance.crosswalk"
    default_auto_field = "django.db.models.BigAutoField"
