"""Comparing the record with what lies outside before a process begins its work."""

import logging
from threading import Thread
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

from governance.checkpoints.outside import look
from governance.checkpoints.sinks.configured import ConfigurationError, sinks

log = logging.getLogger(__name__)
MOST_SECONDS = 10.0  # a place that hangs holds no start up; the clock looks again in a minute


def look_at_start(**_: Any) -> None:
    """Compare once, for ten seconds at most; a database that is away is no hindrance here.

    Raises ImproperlyConfigured for a place that is written in no form we know.
    """
    try:
        sinks()
    except ConfigurationError as error:
        raise ImproperlyConfigured(f"CHECKPOINT_SINKS: {error}") from error
    thread = Thread(target=_look, name="look-outside", daemon=True)
    thread.start()
    thread.join(MOST_SECONDS)


def _look() -> None:
    """Look, and leave no connection behind that a process forked from this one could share."""
    try:
        look()
    except DatabaseError as error:
        log.warning("The record was not compared with what lies outside: %s", type(error).__name__)
    finally:
        for connection in connections.all(initialized_only=True):
            connection.close()
            if hasattr(connection, "close_pool"):
                connection.close_pool()
