"""Settings of the tests: a machine of one's own, and a broker in memory unless one is given."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("MUSTER_MODE", "local")
os.environ.setdefault("BROKER_URL", "memory://")

from governance.settings import *  # noqa: F403

if os.environ.get("MUSTER_TEST_BROKER_URL", "").startswith("amqp"):
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"  # as the workers of the tests declare it

# A key of one's own for each run, made when the first head is signed.
ERASURES = Path(tempfile.mkdtemp(prefix="muster-erasures-"))
LOG_KEY_FILE = Path(tempfile.mkdtemp(prefix="muster-keys-")) / "log.key"
WHITENOISE_AUTOREFRESH = True  # a new client looks for no files until one asks for them
CHECKPOINT_SINKS = []  # nothing leaves this machine but where a test says so
