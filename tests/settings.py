"""Settings of the tests: a machine of one's own, and a broker in memory unless one is given."""

import os

os.environ.setdefault("MUSTER_MODE", "local")
os.environ.setdefault("BROKER_URL", "memory://")

from governance.settings import *  # noqa: F403

if os.environ.get("MUSTER_TEST_BROKER_URL", "").startswith("amqp"):
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"  # as the workers of the tests declare it

WHITENOISE_AUTOREFRESH = True  # a new client looks for no files until one asks for them
