"""Django's registration of this stage."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "governance.retention"
    default_auto_field = "django.db.models.BigAutoField"
