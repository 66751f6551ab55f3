"""What climbed about each system in a pack's period: how it ended, who was told, who answered."""

from collections import defaultdict
from typing import Any

from django.db.models import Q

from governance.audit_packs.models import EvidencePack
from governance.audit_packs.sections import Batch, Facts, iso
from governance.audit_packs.timeline import span
from governance.escalation.history import Line, timelines
from governance.escalation.models import Item
from governance.escalation.page import kind_words, names_by_id
from governance.escalation.rules import ItemStatus
from governance.notices.queries import Told

MOST = 50  # of one system, the newest


def escalations(batch: Batch, pack: EvidencePack) -> dict[int, list[Facts]]:
    """Return what was open about each system at some time of the period, the oldest first."""
    rows = Item.objects.filter(_in_period(pack), system__in=batch.ids)
    people = ("acked_by", "resolved_by", "plan")
    found: dict[int, list[Item]] = defaultdict(list)
    for item in rows.select_related(*people).order_by("system", "-opened_at", "-pk"):
        if item.system_id and len(found[item.system_id]) < MOST:
            found[item.system_id].append(item)
    told = [item for items in found.values() for item in items]
    lines = timelines(told) if told else {}
    names = names_by_id(pk for item in told for pk in item.whom)
    return {
        system: [_told(item, lines[item.pk], names) for item in reversed(items)]
        for system, items in found.items()
    }


def _in_period(pack: EvidencePack) -> Q:
    within = span(pack)
    opened = Q(opened_at__lt=within["at__lt"]) if "at__lt" in within else Q()
    since = within.get("at__gte")
    return opened & (Q(resolved_at__isnull=True) | Q(resolved_at__gte=since) if since else Q())


def _told(item: Item, lines: list[Line], names: dict[int, str]) -> Facts:
    return {
        "ref": item.ref,
        "kind": item.kind,
        "what": kind_words(item.kind),
        "title": item.title,
        "severity": item.severity,
        "status": item.status,
        "unhandled": item.status == ItemStatus.UNHANDLED,
        "level": item.level,
        "count": item.count,
        "due_at": iso(item.due_at),
        "opened_at": iso(item.opened_at),
        "responsible": [names[pk] for pk in item.whom if pk in names],
        "acknowledged_by": item.acked_by and item.acked_by.name,
        "resolved_at": iso(item.resolved_at),
        "resolved_by": item.resolved_by and item.resolved_by.name,
        "resolution": item.resolution,
        "plan": str(item.plan),
        "timeline": [_line(line) for line in lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "at": iso(line.at),
        "kind": line.kind.value,
        "words": line.words,
        "actor": line.actor and line.actor.name,
        "told": [_notice(one) for one in line.told],
    }


def _notice(one: Told) -> dict[str, Any]:
    return {
        "person": one.person,
        "endpoint": one.endpoint,
        "channel": one.channel,
        "state": one.state.value,
        "at": iso(one.at),
        "attempts": one.attempts,
        "message_id": one.message_id,
        "result": one.result,
    }
