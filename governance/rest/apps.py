"""Django's registration of this stage."""

from django.apps import AppConfig


class RestConfig(AppConfig):
    name = "governance.rest"
    default_auto_field = "django.db.models.BigAutoField"
