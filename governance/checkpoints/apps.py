"""Django's registration of this stage."""

from django.apps import AppConfig


class CheckpointsConfig(AppConfig):
    name = "governance.checkpoints"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let workers compare the record when they start, and wait while it is in doubt."""
        from celery.signals import worker_ready

        from governance.celery import GATES
        from governance.checkpoints.standing import holds_back
        from governance.checkpoints.starting import look_at_start

        GATES.append(holds_back)
        worker_ready.connect(look_at_start)
