"""Django's registration of this stage."""

from django.apps import AppConfig


class EscalationConfig(AppConfig):
    name = "governance.escalation"
