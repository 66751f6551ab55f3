"""Django's registration of this stage."""

from django.apps import AppConfig


class EscalationConfig(AppConfig):
    name = "governance.escalation"

    def ready(self) -> None:
        """Let the probe of the web process ask whether somebody looks for what is due."""
        from governance.escalation.watch_actions import readiness
        from governance.health.queries import CHECKS

        CHECKS["escalation"] = readiness
