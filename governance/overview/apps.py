"""Django's registration of this stage."""

from django.apps import AppConfig


class OverviewConfig(AppConfig):
    name = "governance.overview"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the builder of packs choose systems as the list of systems does."""
        from governance.audit_packs.choosing import LISTS, REGISTER
        from governance.overview.register import listed

        LISTS[REGISTER] = listed
