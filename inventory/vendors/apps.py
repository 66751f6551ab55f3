"""Django's registration of this stage."""

from django.apps import AppConfig


class VendorsConfig(AppConfig):
    name = "inventory.vendors"
    default_auto_field = "django.db.models.BigAutoField"
