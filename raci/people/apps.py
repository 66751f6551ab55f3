"""Django's registration of this stage."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "raci.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
