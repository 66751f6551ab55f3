"""Valkey or Redis as Celery's broker: a worker goes on after it was away (see broker.py)."""

from kombu.transport import redis

from governance.broker import GivesBack


class Channel(GivesBack, redis.Channel):
    """The stock channel that gives slots back."""


class Transport(redis.Transport):
    """The stock transport over such channels."""

    Channel = Channel
