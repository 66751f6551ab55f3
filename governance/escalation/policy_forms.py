"""The form of a policy: its head, and its levels one below the other, added and removed by post."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from governance.accounts.models import BusinessUnit, User
from governance.calendars.models import Calendar
from governance.escalation.level_forms import LevelForm
from governance.escalation.models import Policy
from governance.escalation.policy_actions import PolicyWish
from governance.escalation.rules import MOST_LOOPS, ClockKind, Expiry
from governance.escalation.wording import (
    CLOCK_WORDS,
    EXPIRY_WORDS,
    SEVERITY_WORDS,
    TARGET_WORDS,
    sentence,
)
from governance.notices.rules import Severity
from inventory.systems.models import AISystem
from raci.matrices.catalogue import catalogue
from raci.oncall.models import Schedule
from raci.people.vocabulary import vocabulary

LEAST_SLOTS = 3
MOST_LEVELS = 10
FIRST_LEVELS: tuple[dict[str, Any], ...] = (
    {"delay": 15, "targets": ["responsible"], "channels": ["app", "email"]},
    {"delay": 15, "targets": ["deputy", "accountable"], "channels": ["app", "email"]},
    {"delay": 30, "targets": ["manager"], "channels": ["app", "email"]},
)
Raw = dict[str, Any]


class PolicyForm(forms.Form):
    """What a policy says beside its levels."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(max_length=120, help_text="“Critical items in Claims”.")
    unit = forms.ModelChoiceField(
        BusinessUnit.objects.none(),
        empty_label="Choose one",
        help_text="It serves this unit, and all below that have none of their own.",
    )
    severity = forms.ChoiceField(
        label="For items of this severity",
        required=False,
        choices=[("", "Every severity"), *[(one.value, w) for one, w in SEVERITY_WORDS.items()]],
    )
    clock = forms.ChoiceField(
        label="Time counts",
        choices=[(one.value, words) for one, words in CLOCK_WORDS.items()],
        initial=ClockKind.BUSINESS,
    )
    calendar = forms.ModelChoiceField(
        Calendar.objects.none(),
        label="Working hours",
        required=False,
        empty_label="Those of the unit",
    )
    loops = forms.IntegerField(
        label="How often the levels come again",
        min_value=0,
        max_value=MOST_LOOPS,
        initial=1,
        help_text="After the last time it is unhandled: never silent.",
    )
    ack = forms.ChoiceField(
        label="An acknowledgement holds",
        required=False,
        choices=[("", "By severity"), *[(one.value, w) for one, w in EXPIRY_WORDS.items()]],
    )
    sample = forms.ModelChoiceField(
        AISystem.objects.none(),
        label="Try it with the system",
        required=False,
        empty_label="Any of the unit",
    )

    def __init__(self, *args: Any, user: User, units: QuerySet[BusinessUnit], **more: Any) -> None:
        super().__init__(*args, **more)
        self._offer("unit", units.order_by("name", "pk"))
        self._offer("calendar", Calendar.objects.visible_to(user).order_by("name", "pk"))
        self._offer("sample", samples(user))

    def _offer(self, name: str, rows: QuerySet[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = rows


def samples(user: User) -> QuerySet[AISystem]:
    """Return the systems that a policy can be tried with: those with an owner."""
    rows = AISystem.objects.visible_to(user).filter(owner__isnull=False)
    return rows.select_related("unit", "owner").order_by("name", "pk")


class Draft:
    """A policy as it stands in the form: its head and its levels, typed or stored."""

    def __init__(
        self,
        user: User,
        units: QuerySet[BusinessUnit],
        *,
        posted: QueryDict | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.user, self.units, self.posted, self.policy = user, units, posted, policy
        self.raw = levels_in(posted) if posted is not None else stored_levels(policy)
        self.error = ""
        self._show(bound=posted is not None)

    def _show(self, *, bound: bool) -> None:
        """Make the forms of what stands there; unbound ones say nothing of mistakes."""
        head: Any = {"user": self.user, "units": self.units}
        if bound:
            self.form = PolicyForm(self.posted, **head)
        else:
            first = typed(self.posted) if self.posted is not None else stored(self.policy)
            self.form = PolicyForm(initial=first, **head)
        if self.policy is not None:
            self.form.fields["unit"].help_text = "A policy stays in its unit."
        offered = offered_targets(self.user, [raw["targets"] for raw in self.raw])
        self.levels = [self._level(at, raw, offered, bound) for at, raw in enumerate(self.raw)]

    def _level(self, at: int, raw: Raw, offered: Sequence[Any], bound: bool) -> LevelForm:
        slots = max(LEAST_SLOTS, len(raw["targets"]) + 1)
        pairs = {f"target_{n}": one for n, one in enumerate(raw["targets"], start=1)}
        values = {"delay": raw["delay"], "channels": raw["channels"], **pairs}
        more: Any = {"offered": offered, "slots": slots, "prefix": f"level-{at}"}
        if not bound:
            return LevelForm(initial=values, **more)
        return LevelForm({f"level-{at}-{name}": one for name, one in values.items()}, **more)

    def add(self) -> None:
        """Put one more level below the others."""
        if len(self.raw) < MOST_LEVELS:
            self.raw.append({"delay": 30, "targets": [], "channels": ["app", "email"]})
        self._show(bound=False)

    def remove(self, at: int) -> None:
        """Take a level away."""
        self.raw = [raw for number, raw in enumerate(self.raw) if number != at]
        self._show(bound=False)

    def is_valid(self) -> bool:
        """Return whether it could be saved; says what is wrong where it is."""
        good = [self.form.is_valid(), *[level.is_valid() for level in self.levels]]
        if not self.levels:
            self.form.add_error(
                None, "A policy without a level tells nobody, so it cannot be saved. Add a level."
            )
            return False
        return all(good)

    @property
    def has_errors(self) -> bool:
        """Return whether something is wrong."""
        return any(form.is_bound and form.errors for form in (self.form, *self.levels))

    @property
    def wish(self) -> PolicyWish:
        """Return the policy that the form asks for."""
        given = self.form.cleaned_data
        return PolicyWish(
            name=given["name"],
            unit=given["unit"],
            severity=Severity(given["severity"]) if given["severity"] else None,
            clock=ClockKind(given["clock"]),
            calendar=given["calendar"],
            loops=given["loops"],
            ack=Expiry(given["ack"]) if given["ack"] else None,
            levels=tuple(level.wish for level in self.levels),
        )


def levels_in(posted: QueryDict) -> list[Raw]:
    """Return the levels as they were typed, in their order."""
    count = posted.get("levels", "")
    number = int(count) if count.isascii() and count.isdecimal() and len(count) < 3 else 0
    return [_level_in(posted, f"level-{at}") for at in range(min(number, MOST_LEVELS))]


def _level_in(posted: QueryDict, prefix: str) -> Raw:
    names = sorted(name for name in posted if name.startswith(f"{prefix}-target_"))
    targets = [posted[name] for name in names[:20] if posted[name]]
    channels = posted.getlist(f"{prefix}-channels")
    return {"delay": posted.get(f"{prefix}-delay", ""), "targets": targets, "channels": channels}


def typed(posted: QueryDict) -> dict[str, Any]:
    """Return the head as it was typed."""
    return {name: posted.get(name, "") for name in PolicyForm.base_fields}


def stored(policy: Policy | None) -> dict[str, Any]:
    """Return the head of a policy; nothing for a new one."""
    if policy is None:
        return {}
    names = ("name", "severity", "clock", "loops", "ack", "row_version")
    found = {name: getattr(policy, name) for name in names}
    return found | {"unit": policy.unit_id, "calendar": policy.calendar_id}


def stored_levels(policy: Policy | None) -> list[Raw]:
    """Return the levels of a policy; the usual ones for a new one."""
    if policy is None:
        return [dict(level) for level in FIRST_LEVELS]
    return [
        {"delay": row.delay, "targets": list(row.targets), "channels": list(row.channels)}
        for row in policy.levels.all()
    ]


def offered_targets(
    user: User, chosen: Iterable[Sequence[str]] = ()
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return who can be told, in groups; what a level names already is among them."""
    roles = vocabulary()
    groups: Mapping[str, list[tuple[str, str]]] = {
        "By what it is about": [(one, sentence(words)) for one, words in TARGET_WORDS.items()],
        "Roles": [(f"role:{c}", w) for c, w in roles.roles.items() if c not in roles.groups],
        "On call": [
            (f"schedule:{pk}", name)
            for pk, name in Schedule.objects.visible_to(user)
            .open()
            .order_by("name", "pk")
            .values_list("pk", "name")
        ],
        "Authorities": [(f"authority:{c}", sentence(w)) for c, w in roles.authorities.items()],
        "Accountable by the matrix": [
            (f"activity:{code}:A", f"{code} {one.title}")
            for code, one in catalogue().activities.items()
        ],
        "People": [
            (f"person:{pk}", name)
            for pk, name in User.objects.filter(is_active=True, is_service=False)
            .order_by("name", "pk")
            .values_list("pk", "name")
        ],
    }
    known = {value for pairs in groups.values() for value, _ in pairs}
    others = {target for targets in chosen for target in targets if target not in known}
    found = [(label, pairs) for label, pairs in groups.items() if pairs]
    return [*found, ("As it was", [(one, one) for one in sorted(others)])] if others else found
