"""What the page of one pack shows to one person."""

from typing import Any

from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.question_models import PackQuestion
from governance.audit_packs.question_queries import with_answers
from governance.audit_packs.rules import PackStatus
from governance.audit_packs.section_rules import SECTION_WORDS, chosen
from governance.audit_packs.sharing_queries import may_everywhere, standing, visible_recipients
from governance.ledger.models import Entry
from governance.ledger.queries import number_of

MOST_DOWNLOADS = 20
MOST_RECIPIENTS = 50
MOST_QUESTIONS = 20
MOST_REFS = 20


def told(pack: EvidencePack, user: User) -> dict[str, Any]:
    """Return what a person reads about a pack; nothing here lets them do anything.

    Who got the pack and fetched it is told to who sees all its units; who was given the pack
    alone reads of their own part only.
    """
    downloads, kept = pack.downloads.all(), chosen(pack.scope)
    if not EvidencePack.objects.known_whole(user).filter(pk=pack.pk).exists():
        downloads = downloads.filter(user=user)
    recipients = visible_recipients(user).filter(pack=pack)
    return {
        "pack": pack,
        "number": _number(pack, "pack.sealed"),
        "now": standing(pack),
        "chosen_by": _chosen_by(pack),
        "left_out": [words for part, words in SECTION_WORDS.items() if part not in kept],
        "downloads": downloads.select_related("user")[:MOST_DOWNLOADS],
        "recipients": recipients.select_related("person", "given_by", "ended_by")[:MOST_RECIPIENTS],
        "questions": with_answers(PackQuestion.objects.filter(pack=pack))[:MOST_QUESTIONS],
        "may_download": pack.status == PackStatus.SEALED and may_download(pack, user),
    }


def may_download(pack: EvidencePack, user: User) -> bool:
    """Return whether the person, who sees the pack, gets its file."""
    now = standing(pack)
    keeps = now.is_expired and may_everywhere(user, Capability.HAND_OUT, pack)
    return now.withdrawal is None and (not now.is_expired or keeps)


def abilities(pack: EvidencePack, user: User) -> dict[str, bool]:
    """Return what the person may do about the pack."""
    is_sealed, now = pack.status == PackStatus.SEALED, standing(pack)
    is_open = is_sealed and now.withdrawal is None
    may_hand_out = is_open and may_everywhere(user, Capability.HAND_OUT, pack)
    return {
        "may_hand_out": may_hand_out,
        "may_share": may_hand_out and not now.is_expired,
        "may_withdraw": is_open and may_everywhere(user, Capability.WITHDRAW, pack),
        "may_question": is_sealed,
    }


def _chosen_by(pack: EvidencePack) -> str:
    """Return in words how the systems of a pack were chosen."""
    if name := pack.scope.get("name"):
        return f"every one of {name} and the units below it, when it was asked for"
    if query := pack.scope.get("list"):
        return f"those that the list of systems showed at ?{query}"
    refs = list(pack.systems.order_by("ref").values_list("ref", flat=True)[: MOST_REFS + 1])
    more = f" and {pack.total - MOST_REFS:,} more" if len(refs) > MOST_REFS else ""
    return f"named: {', '.join(refs[:MOST_REFS])}{more}"


def _number(pack: EvidencePack, action: str) -> int | None:
    entry = Entry.objects.filter(
        object_type="evidencepack", object_id=str(pack.pk), action=action
    ).first()
    return number_of(entry) if entry else None
