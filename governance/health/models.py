"""Signs of life of the workers."""

from django.db import models


class Heartbeat(models.Model):
    """When a worker host last did a task of the clock's."""

    worker = models.CharField(max_length=200, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.worker} at {self.at:%Y-%m-%d %H:%M:%S}"
