"""Django's registration of this stage."""

from django.apps import AppConfig


class OverviewConfig(AppConfig):
    name = "governance.overview"
    default_auto_field = "django.db.models.BigAutoField"
