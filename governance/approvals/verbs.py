"""The steps that people take with a release: words, the form, and the action behind each button."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from governance.approvals import actions, run_actions
from governance.approvals.forms import (
    CanaryForm,
    EmergencyForm,
    MayReasonForm,
    PlainForm,
    ReasonForm,
    RetireForm,
    ScheduleForm,
)
from governance.approvals.lifecycle import Event

Run = Callable[..., Any]


@dataclass(frozen=True)
class Verb:
    """One step: its name in the address, its words, what follows, its form, its action."""

    name: str
    event: Event
    label: str
    icon: str
    follows: str
    run: Run
    form: type[forms.Form] = PlainForm
    said: str = ""  # what the person reads afterwards
    is_danger: bool = False
    is_main: bool = False


VERBS: tuple[Verb, ...] = (
    Verb("submit", Event.SUBMIT, "Propose it", "arrow-up-right",
         "The version is frozen, the evidence is looked at, and the time for the decision runs.",
         actions.propose, MayReasonForm, "is proposed", is_main=True),
    Verb("withdraw", Event.WITHDRAW, "Withdraw the proposal", "undo-2",
         "Nobody decides about it any more. It can be proposed again.",
         actions.withdraw, MayReasonForm, "is withdrawn"),
    Verb("reopen", Event.REOPEN, "Propose it again", "refresh-cw",
         "A new release of the same version begins as a draft; its votes begin anew.",
         actions.reopen, PlainForm, "is proposed again"),
    Verb("schedule", Event.SCHEDULE, "Schedule", "calendar-clock",
         "It goes live in this window, if everything still stands then.",
         run_actions.schedule, ScheduleForm, "is scheduled"),
    Verb("activate", Event.ACTIVATE, "Activate", "circle-check",
         "It goes live now. What ran in its place is superseded in the same moment.",
         run_actions.activate, PlainForm, "is active", is_main=True),
    Verb("canary", Event.START_CANARY, "Start a canary", "eye",
         "A part of the traffic goes through it, beside what runs, until it is promoted.",
         run_actions.start_canary, CanaryForm, "runs as a canary"),
    Verb("promote", Event.PROMOTE, "Promote", "arrow-up-right",
         "The canary takes all of the traffic; what ran beside it is superseded.",
         run_actions.promote, PlainForm, "is active", is_main=True),
    Verb("suspend", Event.SUSPEND, "Suspend", "ban",
         "It stops now. Nothing takes its place until it is resumed or rolled back.",
         run_actions.suspend, ReasonForm, "is suspended", is_danger=True),
    Verb("resume", Event.RESUME, "Resume", "circle-dot",
         "It runs again as it is.",
         run_actions.resume, ReasonForm, "is active again", is_main=True),
    Verb("rollback", Event.ROLLBACK, "Roll back", "undo-2",
         "The release named below runs again in the same moment.",
         run_actions.rollback, ReasonForm, "is rolled back", is_danger=True),
    Verb("emergency", Event.EMERGENCY_ACTIVATE, "Activate in an emergency", "triangle-alert",
         "It goes live without a quorum for at most 72 hours, and is reviewed within two working "
         "days. Both of you answer for it.",
         run_actions.emergency_activate, EmergencyForm, "is active in an emergency",
         is_danger=True),
    Verb("second", Event.EMERGENCY_ACTIVATE, "Agree to an emergency", "users-round",
         "Within a day somebody else may let it go live without a quorum. Both of you answer "
         "for it.",
         run_actions.second, ReasonForm, "may go live in an emergency"),
    Verb("retire", Event.RETIRE, "Retire", "circle-minus",
         "It never runs again. This cannot be undone.",
         run_actions.retire, RetireForm, "is retired", is_danger=True),
)  # fmt: skip
BY_NAME = {verb.name: verb for verb in VERBS}
SECOND = BY_NAME["second"]  # no event of the table: it only prepares one
BY_EVENT = {verb.event: verb for verb in VERBS if verb.name != SECOND.name}
DECIDES = (Event.APPROVE, Event.RETRO_APPROVE, Event.RECERTIFY)  # one of them by the state
REFUSES = (Event.REJECT, Event.RETRO_REJECT)
DECIDE_WORDS = {
    Event.APPROVE: ("Approve and sign", "Send back"),
    Event.RETRO_APPROVE: ("Approve afterwards and sign", "Refuse and go back"),
    Event.RECERTIFY: ("Recertify and sign", ""),
}
