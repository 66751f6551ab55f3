"""Django's registration of this stage."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "governance.demo"
    default_auto_field = "django.db.models.BigAutoField"
