"""What can be said of a duty on a page: which form asks, which action takes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.forms import Form

from governance.accounts.access import may, require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.obligations import actions, forms
from governance.obligations.answering import may_speak, require_word
from governance.obligations.models import Duty
from governance.obligations.rules import DUTY_TRANSITIONS, OPEN, DutyStatus

S = DutyStatus


@dataclass(frozen=True)
class Verb:
    """One thing to say: its page, and from which statuses it can be said."""

    form: Callable[..., Form]
    act: Callable[..., Any]
    title: str
    submit: str
    icon: str
    statuses: frozenset[DutyStatus]
    lead: str = ""
    decides: bool = False  # for another person than who proposed
    takes_file: bool = False
    is_main: bool = False


def _to(status: DutyStatus) -> frozenset[DutyStatus]:
    return frozenset(source for source, to in DUTY_TRANSITIONS.items() if status in to)


def show(duty: Duty, *, actor: User, item: Any, seen: int | None = None) -> None:
    """Put evidence that is there behind the duty."""
    actions.show_evidence(duty, item=item, actor=actor)


ANY = frozenset(S)
MET = "Only evidence that counts today carries this: if it runs out, the duty is missing again."
KEPT = "It is kept with the system, and stands behind this duty."
AWAY = "If nothing else that counts shows the duty, it is not met any more."
SHOWN = OPEN | {S.MET, S.PROPOSED}
VERBS = {
    "approve": Verb(
        form=forms.ApproveForm,
        act=actions.approve_not_applicable,
        title="Agree that it does not apply",
        submit="Agree",
        icon="check",
        statuses=frozenset({S.PROPOSED}),
        decides=True,
        is_main=True,
    ),
    "refuse": Verb(
        form=forms.BecauseForm,
        act=actions.refuse_not_applicable,
        title="Say that it does apply",
        submit="It does apply",
        icon="undo-2",
        statuses=frozenset({S.PROPOSED}),
        decides=True,
    ),
    "meet": Verb(
        form=forms.MeetForm,
        act=actions.meet_duty,
        title="Say that it is met",
        submit="It is met",
        icon="circle-check",
        statuses=_to(S.MET),
        lead=MET,
        is_main=True,
    ),
    "start": Verb(
        form=forms.StartForm,
        act=actions.start_duty,
        title="Say that somebody works on it",
        submit="In progress",
        icon="circle-dot",
        statuses=_to(S.IN_PROGRESS),
    ),
    "wait": Verb(
        form=forms.WaitForm,
        act=actions.let_wait,
        title="Let it wait",
        submit="It waits",
        icon="hourglass",
        statuses=_to(S.WAITING),
    ),
    "propose": Verb(
        form=forms.ProposeForm,
        act=actions.propose_not_applicable,
        title="Say that it does not apply",
        submit="It does not apply",
        icon="minus",
        statuses=_to(S.PROPOSED),
    ),
    "reopen": Verb(
        form=forms.BecauseForm,
        act=actions.reopen_duty,
        title="Open it again",
        submit="Open it again",
        icon="undo-2",
        statuses=_to(S.MISSING),
    ),
    "plan": Verb(
        form=forms.PlanForm,
        act=actions.plan_check,
        title="Plan the next check",
        submit="Plan it",
        icon="calendar-clock",
        statuses=ANY,
    ),
    "attach": Verb(
        form=forms.AttachForm,
        act=actions.attach_evidence,
        title="Attach evidence",
        submit="Attach it",
        icon="paperclip",
        statuses=SHOWN,
        lead=KEPT,
        takes_file=True,
    ),
    "show": Verb(
        form=forms.ShowForm,
        act=show,
        title="Use evidence of the system",
        submit="Use it",
        icon="link",
        statuses=SHOWN,
    ),
    "detach": Verb(
        form=forms.DetachForm,
        act=actions.detach_evidence,
        title="Take evidence away from this duty",
        submit="Take it away",
        icon="undo-2",
        statuses=SHOWN,
        lead=AWAY,
    ),
}


def require_say(verb: Verb, duty: Duty, user: User) -> None:
    """Raise PermissionDenied, in words, unless this is for the person to say of the duty."""
    if verb.decides:
        require(user, Capability.CLASSIFY, duty.system.unit)
    else:
        require_word(user, duty)


def verbs_for(duty: Duty, user: User) -> dict[str, Verb]:
    """Return what the person can say of a duty as it stands, by the name in the address."""
    if duty.ended_by_id is not None or duty.system.is_retired:
        return {}
    speaks = may_speak(user, duty)
    decides = may(user, Capability.CLASSIFY, duty.system.unit) and duty.proposed_by_id != user.pk
    found = {
        name: verb
        for name, verb in VERBS.items()
        if duty.status in verb.statuses and (decides if verb.decides else speaks)
    }
    if duty.status == S.PROPOSED and decides:
        found.pop("reopen", None)  # to disagree says the same, and who it was
    return found
