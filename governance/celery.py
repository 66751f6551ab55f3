"""The Celery app: the row is the queue, Celery only makes it sooner."""

import logging
import logging.config
import os
from collections.abc import Callable
from typing import Any

import psycopg
from celery import Celery
from celery.contrib.django.task import DjangoTask
from celery.result import AsyncResult
from celery.signals import setup_logging
from celery.utils import uuid
from django.conf import settings
from kombu.exceptions import OperationalError
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")

logger = logging.getLogger(__name__)
GATES: list[Callable[[str], bool]] = []  # each says whether a task of that name has to wait


class RowTask(DjangoTask):
    """A task whose work is a row: a broker that is down delays it until the next sweep."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do the work, unless a gate says that it has to wait: then the next sweep asks again."""
        if any(gate(str(self.name)) for gate in GATES):
            return None
        return super().__call__(*args, **kwargs)

    def apply_async(self, *args: Any, **kwargs: Any) -> AsyncResult:
        """Send the message, or log that the broker did not take it."""
        try:
            return super().apply_async(*args, **kwargs)
        except (OperationalError, psycopg.Error, OSError) as error:
            logger.warning("%s was not sent and waits for the sweep: %r", self.name, error)
            return AsyncResult(uuid(), app=self.app)


@setup_logging.connect
def log_as_django_does(**_: Any) -> None:
    """Keep Celery from replacing the log settings."""
    logging.config.dictConfig(settings.LOGGING)


TRANSPORT_ALIASES["pgmq"] = "governance.broker:Transport"
TRANSPORT_ALIASES["redis"] = "governance.broker_redis:Transport"
TRANSPORT_ALIASES["rediss"] = "governance.broker_redis:Transport"

app = Celery("muster", task_cls=RowTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
