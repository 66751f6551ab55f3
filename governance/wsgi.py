"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")

application = get_wsgi_application()

from governance.checkpoints.starting import look_at_start  # noqa: E402 - needs the settings

look_at_start()
