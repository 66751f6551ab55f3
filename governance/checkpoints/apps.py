"""Django's registration of this stage."""

from django.apps import AppConfig


class CheckpointsConfig(AppConfig):
    name = "governance.checkpoints"
    default_auto_field = "django.db.models.BigAutoField"
