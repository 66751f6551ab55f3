"""Django's registration of this stage."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "inventory.imports"
    default_auto_field = "django.db.models.BigAutoField"
