"""Django's registration of this stage."""

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "governance.calendars"
    default_auto_field = "django.db.models.BigAutoField"
