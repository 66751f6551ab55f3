"""Kinds of vendors and agreements, and when an agreement holds."""

from datetime import date, timedelta
from enum import StrEnum


class VendorKind(StrEnum):
    VENDOR = "vendor"
    MODEL_PROVIDER = "model_provider"
    CLOUD = "cloud"
    SUB_PROCESSOR = "sub_processor"
    OWN_ENTITY = "own_entity"


class AgreementKind(StrEnum):
    DPA = "DPA"
    BAA = "BAA"
    SCC = "SCC"
    JOINT_CONTROLLER = "JOINT-CONTROLLER"
    NDA = "NDA"
    DUA = "DUA"
    MSA = "MSA"


class AgreementState(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"  # signed, not in force yet
    IN_FORCE = "in_force"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    ENDED = "ended"


HOLDS = frozenset({AgreementState.IN_FORCE, AgreementState.EXPIRING})
LEAST_WARNING_DAYS = 90


def notice_by(expires_on: date | None, notice_days: int) -> date | None:
    """Return the last day on which notice can be given, None without an end or a notice."""
    if expires_on is None or not notice_days:
        return None
    return expires_on - timedelta(days=notice_days)


def state_on(
    day: date,
    *,
    signed_on: date | None,
    effective_from: date | None,
    expires_on: date | None,
    notice_days: int,
    ended_on: date | None = None,
) -> AgreementState:
    """Return the state of an agreement on a day; derived, never stored.

    Expiring starts max(90, notice days + 30) days before the last day.
    """
    if ended_on is not None and day >= ended_on:
        return AgreementState.ENDED
    if signed_on is None or day < signed_on:
        return AgreementState.DRAFT
    if effective_from is None or day < effective_from:
        return AgreementState.SIGNED
    if expires_on is None:
        return AgreementState.IN_FORCE
    if day > expires_on:
        return AgreementState.EXPIRED
    warning = timedelta(days=max(LEAST_WARNING_DAYS, notice_days + 30))
    return AgreementState.EXPIRING if day >= expires_on - warning else AgreementState.IN_FORCE
