"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")

application = get_wsgi_application()

# These need the settings.
from governance.checkpoints.starting import look_at_start  # noqa: E402
from governance.classification.queries import engine  # noqa: E402
from governance.common.warming import warm  # noqa: E402
from governance.crosswalk.reading import catalogue  # noqa: E402

look_at_start()
warm(engine, catalogue)
