"""The clock of the sweeps, for a machine whose own clock may be put back.

Celery's beat waits until its next moment by the wall clock: put back by three hours, it would be
silent for three hours. Nothing would be lost, and nobody told.
"""

from datetime import timedelta
from typing import Any

from celery.beat import PersistentScheduler

STEP = timedelta(seconds=1)  # a smaller one is waited out


class Scheduler(PersistentScheduler):
    """Celery's scheduler; entries that ran in what is the future by now are due at once."""

    def tick(self, *arguments: Any, **options: Any) -> float:
        """Run what is due, and return the seconds until something is."""
        put_back = False
        for entry in self.schedule.values():
            now = entry.default_now()
            if entry.last_run_at and entry.last_run_at > now + STEP:
                entry.last_run_at = now - getattr(entry.schedule, "run_every", timedelta(0))
                put_back = True
        if put_back:
            self._heap = None  # its moments are those of the clock before
        return float(super().tick(*arguments, **options))
