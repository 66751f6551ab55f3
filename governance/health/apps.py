"""Django's registration of this stage."""

from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "governance.health"
