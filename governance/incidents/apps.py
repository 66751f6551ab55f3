"""Django's registration of this stage."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "governance.incidents"
    default_auto_field = "django.db.models.BigAutoField"
