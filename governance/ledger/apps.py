"""Django's registration of this stage."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "governance.ledger"
    default_auto_field = "django.db.models.BigAutoField"
