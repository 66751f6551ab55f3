"""Django's registration of this stage."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "governance.accounts"
    default_auto_field = "django.db.models.BigAutoField"
