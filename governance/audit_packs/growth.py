"""From which earlier ledgers a pack shows that its own only grew: those that its readers hold.

Who will read a pack is not settled when it is sealed: it can be given to somebody later. So a
pack proves growth from the newest ledger in the hands of each who holds an earlier pack.
"""

from django.db.models import F, Q, QuerySet

from governance.audit_packs.models import EvidencePack, PackDownload, PackRecipient
from governance.audit_packs.rules import PackFormat, PackStatus

MOST_SHOWN = 200  # earlier ledgers, the newest of them; each takes about a kilobyte


def previous_size(pack: EvidencePack, size: int) -> int | None:
    """Return the size of the ledger that the readers of a pack of this size hold already.

    Of the newest that each named recipient holds it is the oldest; without such ones that of
    the newest earlier pack of the same person, or about the same.
    """
    earlier = _earlier(pack, size)
    named = [
        newest
        for row in pack.recipients.live().select_related("person")
        if (newest := _newest(earlier, _held_by(row))) is not None
    ]
    same = Q(requested_by=pack.requested_by) | Q(subject=pack.subject, unit=pack.unit)
    return min(named) if named else _newest(earlier, same)


def held_sizes(pack: EvidencePack, size: int) -> list[int]:
    """Return the sizes of the ledgers that people hold by earlier packs, smallest first.

    Of each person the newest that they asked for, that they were given, and that they fetched.
    """
    earlier = _earlier(pack, size)
    ids = earlier.order_by().values("pk")
    fetched = PackDownload.objects.filter(pack__in=ids).order_by("user_id", "-pack__ledger_size")
    given = PackRecipient.objects.filter(pack__in=ids)
    given = given.order_by("person_id", "email", "-pack__ledger_size")
    asked = earlier.order_by("requested_by_id", "-ledger_size").distinct("requested_by_id")
    sizes = {
        *fetched.distinct("user_id").values_list("pack__ledger_size", flat=True),
        *given.distinct("person_id", "email").values_list("pack__ledger_size", flat=True),
        *asked.values_list("ledger_size", flat=True),
    }
    return sorted(found for found in sizes if found is not None)[-MOST_SHOWN:]


def _earlier(pack: EvidencePack, size: int) -> QuerySet[EvidencePack]:
    known = EvidencePack.objects.filter(
        status=PackStatus.SEALED, format=PackFormat.BAG, ledger_size__lte=size
    )
    return known.exclude(pk=pack.pk)


def _held_by(recipient: PackRecipient) -> Q:
    """Return which packs somebody was given or fetched."""
    if recipient.person:
        theirs = {"recipients__person": recipient.person}
        return Q(**theirs) | Q(downloads__user=recipient.person)
    return Q(recipients__email=recipient.email)


def _newest(earlier: QuerySet[EvidencePack], which: Q) -> int | None:
    newest = earlier.filter(which).order_by(F("sealed_at").desc(), "-pk").first()
    return newest.ledger_size if newest else None
