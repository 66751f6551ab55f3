"""Django's registration of this stage."""

from django.apps import AppConfig


class OnCallConfig(AppConfig):
    name = "raci.oncall"
    label = "oncall"
    default_auto_field = "django.db.models.BigAutoField"
