"""Proof of who one is, at most 15 minutes old, before a decision that weighs.

Signing in by password leaves a proof in the session, and so does the password typed once more.
It belongs to one person and one session, and the database's clock dates it. Actions take it as
an argument: they know no request. A token has none, nor has a session that began otherwise.

Whoever decides without a fresh proof is asked in the answer itself: the page that refuses (403)
carries every field of the form and posts it to the same address with the password. So nothing
typed is lost, no half-made decision waits in a session, and a password never travels in a
redirect.
"""

from datetime import datetime

from allauth.core import ratelimit
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from governance.accounts.access import acting_user
from governance.accounts.models import User
from governance.accounts.rules import Proof
from governance.accounts.stepup_actions import confirm_identity
from governance.common.clock import database_now

PROVED = "proved"  # in the session
FIELD = "confirm_password"  # in a form
PASSWORD = "password"  # noqa: S105 - the name of a method


class ReauthenticationRequired(PermissionDenied):
    """The decision needs a fresh proof of who decides."""

    code = "reauthentication-required"


class NotConfirmed(ReauthenticationRequired):
    """The password was wrong; asked again."""


class TooManyTries(ReauthenticationRequired):
    """Passwords were tried too often; asked again later."""


def proof_of(request: HttpRequest) -> Proof | None:
    """Return the proof that the session holds, fresh or not; None for a token.

    Takes the password first if the form carries one, as the page that asks for it sends it.
    Raises NotConfirmed or TooManyTries when that password proves nothing.
    """
    if not _by_token(request) and request.method == "POST" and FIELD in request.POST:
        return confirm(request, request.POST[FIELD])
    return _kept(request)


def is_fresh(request: HttpRequest) -> bool:
    """Return whether the person proved who they are at most 15 minutes ago in this session."""
    proof = _kept(request)
    return proof is not None and proof.is_fresh(database_now())


def require_proof(proof: Proof | None, *, actor: User, where: str) -> Proof:
    """Return the proof if it is the actor's own and fresh; `where` names what is decided on.

    Raises ReauthenticationRequired, worded for the person, otherwise.
    """
    if proof is None or proof.person != actor.handle or not proof.is_fresh(database_now()):
        raise ReauthenticationRequired(
            f"Deciding on {where} needs your password, given in the last 15 minutes. Open {where} "
            "in the browser and decide there: an API token cannot confirm who you are."
        )
    return proof


def said_of(proof: Proof) -> dict[str, str]:
    """Return what an entry of the record says of a proof: by what, and when."""
    return {"method": proof.method, "at": proof.at.isoformat(timespec="seconds")}


def confirm(request: HttpRequest, password: str) -> Proof:
    """Take the password once more: the session holds a new proof, under a new key.

    Raises NotConfirmed for a wrong password, and TooManyTries after five tries in five minutes.
    """
    user = acting_user(request)
    if not ratelimit.consume(request, action="reauthenticate", user=user):
        raise TooManyTries("Too many tries. Wait five minutes, then give your password again.")
    if not confirm_identity(actor=user, password=password, method=PASSWORD):
        raise NotConfirmed("That is not your password.")
    update_session_auth_hash(request, user)  # whoever took the key of the session loses it
    return note_proof(request, user, PASSWORD)


def note_proof(request: HttpRequest, user: User, method: str) -> Proof:
    """Write into the session that the person proved who they are, now."""
    proof = Proof(user.handle, method, database_now())
    request.session[PROVED] = {
        "person": proof.person,
        "method": proof.method,
        "at": proof.at.isoformat(),
    }
    return proof


def _kept(request: HttpRequest) -> Proof | None:
    user, kept = acting_user(request), request.session.get(PROVED) or {}
    if _by_token(request) or kept.get("person") != user.handle:
        return None
    return Proof(user.handle, kept["method"], datetime.fromisoformat(kept["at"]))


def _by_token(request: HttpRequest) -> bool:
    """Return whether a bearer token speaks, whatever cookie came with it."""
    return getattr(request, "auth", None) is not None
