"""Settings of the tests: a machine of one's own, and a broker in memory unless one is given."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("MUSTER_MODE", "local")
os.environ.setdefault("BROKER_URL", "memory://")

from governance.settings import *  # noqa: F403

if os.environ.get("MUSTER_TEST_BROKER_URL", "").startswith("amqp"):
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"  # as the workers of the tests declare it

if "DATA_DIR" not in os.environ:  # a key and notes of this run's own, gone with it
    folder = Path(tempfile.mkdtemp(prefix="muster-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    LOG_KEY_FILE = folder / "log.key"
    ERASURES = folder / "erasures"
WHITENOISE_AUTOREFRESH = True  # a new client looks for no files until one asks for them
CHECKPOINT_SINKS = []  # nothing leaves this machine but where a test says so
