"""Scopes and states of an evidence pack, and the limits of its building."""

from datetime import timedelta
from enum import StrEnum


class ScopeKind(StrEnum):
    SYSTEM = "system"
    SELECTION = "selection"
    PORTFOLIO = "portfolio"  # a unit and all below it


class PackStatus(StrEnum):
    REQUESTED = "requested"
    BUILDING = "building"
    SEALED = "sealed"
    FAILED = "failed"


S = PackStatus
PACK_TRANSITIONS: dict[PackStatus, frozenset[PackStatus]] = {
    S.REQUESTED: frozenset({S.BUILDING, S.FAILED}),
    S.BUILDING: frozenset({S.SEALED, S.FAILED}),
    S.SEALED: frozenset(),
    S.FAILED: frozenset(),
}

LEASE = timedelta(seconds=60)  # a worker that is silent for longer has lost the pack
MOST_ATTEMPTS = 3
MOST_SYSTEMS = 10_000
SCHEMA = "muster/pack/1"
