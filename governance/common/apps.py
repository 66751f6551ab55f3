"""Django's registration of this stage."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "governance.common"
