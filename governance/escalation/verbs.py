"""What can be said to an item on a page: which form asks, which action takes it."""

from collections.abc import Callable
from dataclasses import dataclass

from governance.accounts.models import User
from governance.escalation import actions, forms
from governance.escalation.models import Item
from governance.escalation.queries import may_handle
from governance.escalation.rules import OPEN_STATUSES, ItemStatus

S = ItemStatus


@dataclass(frozen=True)
class Verb:
    """One thing to say: its page, its words, and from which statuses it can be said."""

    form: Callable[..., forms.SayForm]
    act: Callable[..., None]
    title: str
    button: str
    submit: str
    icon: str
    lead: str
    done: str
    statuses: frozenset[ItemStatus] = OPEN_STATUSES


VERBS = {
    "acknowledge": Verb(
        form=forms.AcknowledgeForm,
        act=actions.acknowledge,
        title="Acknowledge",
        button="Acknowledge",
        submit="Acknowledge",
        icon="check",
        lead="You say that you work on it. It climbs no further until that runs out.",
        done="Acknowledged. It climbs no further until that runs out.",
    ),
    "snooze": Verb(
        form=forms.SnoozeForm,
        act=actions.snooze,
        title="Snooze",
        button="Snooze…",
        submit="Snooze it",
        icon="clock",
        lead="It is silent until then, and begins to climb again.",
        done="It is silent until then.",
    ),
    "reassign": Verb(
        form=forms.ReassignForm,
        act=actions.reassign,
        title="Hand it over",
        button="Hand over…",
        submit="Hand it over",
        icon="arrow-up-right",
        lead="It begins anew with them: they are told at once, and it climbs from there.",
        done="Handed over. They are told now.",
    ),
    "resolve": Verb(
        form=forms.ResolveForm,
        act=actions.resolve,
        title="Resolve",
        button="Resolve…",
        submit="Resolve it",
        icon="circle-check",
        lead="Nobody is told of it any more.",
        done="Resolved. Nobody is told of it any more.",
    ),
    "reopen": Verb(
        form=forms.ReopenForm,
        act=actions.reopen,
        title="Open it again",
        button="Open it again…",
        submit="Open it again",
        icon="undo-2",
        lead="It begins to climb again, from the first level.",
        done="Open again. Its first level is told next.",
        statuses=frozenset({S.RESOLVED}),
    ),
}


def verbs_for(item: Item, user: User) -> dict[str, Verb]:
    """Return what the person can say to an item as it stands, by the name in the address."""
    if not may_handle(user, item):
        return {}
    return {name: verb for name, verb in VERBS.items() if item.status in verb.statuses}
