"""Where the settings come from: the environment, or the instance that bin/start runs here."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

SAMPLE_KEY = "sample-key-for-development-only-0123456789-abcdefghijklmnop"
SHORTEST_KEY = 40
HOLD_SECONDS = 3600  # how long a broker waits for a worker that took a message and fell silent
LOCAL_DATABASE = "postgresql://muster:muster@127.0.0.1:5432/muster"


def environment(folder: Path) -> dict[str, str]:
    """Return what is set in the environment, over what a running bin/start has published.

    A database named by the environment means another installation: nothing else is read.
    """
    given = {key: value for key, value in os.environ.items() if value}
    return given if "DATABASE_URL" in given else published(folder) | given


def published(folder: Path) -> dict[str, str]:
    """Return the settings of the instance that was started last and still runs, or nothing."""
    files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files:
        with suppress(OSError, ValueError, KeyError):
            instance = json.loads(file.read_text())
            os.kill(instance["pid"], 0)
            return dict(instance["env"])
    return {}


def problems(env: Mapping[str, str]) -> list[str]:
    """Return a sentence for everything that must not be so in production."""
    key, hosts = env.get("SECRET_KEY", SAMPLE_KEY), env.get("ALLOWED_HOSTS", "")
    checks = {
        "DATABASE_URL must name the database.": not env.get("DATABASE_URL"),
        f"SECRET_KEY must be a secret of at least {SHORTEST_KEY} characters.": (
            key == SAMPLE_KEY or len(key) < SHORTEST_KEY
        ),
        "DEBUG must not be on.": env.get("DEBUG") == "1",
        "ALLOWED_HOSTS must list the host names, without *.": not hosts or "*" in hosts,
        "BASE_URL must begin with https://.": not env.get("BASE_URL", "").startswith("https://"),
    }
    return [sentence for sentence, wrong in checks.items() if wrong]


def refusal(env: Mapping[str, str]) -> str:
    """Return why this may not start as production, or an empty text."""
    found = problems(env)
    if not found:
        return ""
    return (
        f"Muster does not start in production like this: {' '.join(found)} See docs/deploy.md; "
        "on a machine of your own use bin/start, or set MUSTER_MODE=local."
    )


def database(url: str, *, pool: bool = False) -> dict[str, Any]:
    """Return Django's settings for a PostgreSQL address; its query holds libpq's options."""
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    if pool:
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def broker_options(url: str, database_url: str) -> dict[str, Any]:
    """Return the transport's options; `pgmq://database` is the database itself."""
    scheme, host = urlsplit(url).scheme, urlsplit(url).netloc
    if scheme == "pgmq":
        own = host in ("", "database")
        return {
            "conn_string": database_url if own else "postgresql" + url.removeprefix("pgmq"),
            "init_extension": False,
            "visibility_timeout": HOLD_SECONDS,
            "polling_interval": 0.02,  # the stock second allows two tasks a second
            "poll_interval_ms": 100,
            "pool_size": 4,
            "pool_timeout": 3,
        }
    if scheme in ("redis", "rediss"):
        return {
            "visibility_timeout": HOLD_SECONDS,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
        }
    return {"confirm_publish": True} if scheme in ("amqp", "amqps") else {}
