"""Settings of the tests: a machine of one's own, and a broker in memory unless one is given."""

import os

os.environ.setdefault("MUSTER_MODE", "local")
os.environ.setdefault("BROKER_URL", "memory://")

from governance.settings import *  # noqa: F403
