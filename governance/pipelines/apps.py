"""Django's registration of this stage."""

from django.apps import AppConfig


class PipelinesConfig(AppConfig):
    name = "governance.pipelines"
