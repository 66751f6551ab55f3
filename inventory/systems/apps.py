"""Django's registration of this stage."""

from django.apps import AppConfig


class SystemsConfig(AppConfig):
    name = "inventory.systems"
    default_auto_field = "django.db.models.BigAutoField"
