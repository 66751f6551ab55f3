"""Django's registration of this stage."""

from django.apps import AppConfig


class RaciConfig(AppConfig):
    name = "raci.matrices"
    label = "raci"
    default_auto_field = "django.db.models.BigAutoField"
