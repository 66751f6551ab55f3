"""The record as a person may read it: which entries, found by what, page by page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from governance.accounts.access import live_memberships, people_behind, visible_units
from governance.accounts.models import BusinessUnit, User
from governance.checkpoints.verification import verify_signed
from governance.common.errors import DomainError
from governance.ledger.actions import record, sequence_all
from governance.ledger.models import Entry, LeafSequence
from governance.ledger.phrases import SENTENCES
from governance.ledger.queries import Row, body, rows
from governance.ledger.verification import Report
from inventory.systems.models import AISystem

PAGE = 50
COUNTED = 10_000  # beyond, a list says "more than"
MOST_ON_A_PAGE = 200_000  # entries that are checked while the browser waits
LOOK = {"class": "input"}
RECKONED = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(9000, 1, 1))]
KINDS = sorted({action.split(".")[0] for action in SENTENCES})


def visible_entries(user: User) -> QuerySet[Entry]:
    """Return the entries a person may read.

    A role in the organisation itself shows all. Others see the entries of their units, and
    those about a system they see now, also from when it belonged to another unit.
    """
    units = visible_units(user)
    if units.filter(parent__isnull=True).exists():
        return Entry.objects.all()
    systems = AISystem.objects.visible_to(user).order_by().values(key=Cast("pk", CharField()))
    return Entry.objects.filter(
        Q(unit_id__in=units.order_by().values("pk"))
        | Q(object_type="aisystem", object_id__in=systems)
    )


class EntryFilter(forms.Form):
    """What the list is narrowed to; lives in the address."""

    system = forms.CharField(
        required=False, max_length=40, label="System", widget=forms.TextInput(attrs=LOOK)
    )
    person = forms.CharField(
        required=False, max_length=150, label="Person", widget=forms.TextInput(attrs=LOOK)
    )
    kind = forms.ChoiceField(
        required=False,
        label="Kind",
        choices=[("", "All kinds"), *((kind, kind.capitalize()) for kind in KINDS)],
        widget=forms.Select(attrs={"class": "select"}),
    )
    since = forms.DateField(
        required=False,
        label="From",
        widget=forms.DateInput(attrs=LOOK | {"type": "date"}),
        validators=RECKONED,
    )
    until = forms.DateField(
        required=False,
        label="To",
        widget=forms.DateInput(attrs=LOOK | {"type": "date"}),
        validators=RECKONED,
    )

    def apply(self, entries: QuerySet[Entry]) -> QuerySet[Entry]:
        """Return the entries that match; none while the filter itself is wrong."""
        if not self.is_valid():
            return entries.none()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        for name, value in asked.items():
            entries = entries.filter(CONDITIONS[name](value))
        return entries


def _of_person(name: str) -> Q:
    found = Q(name__icontains=name) | Q(email__iexact=name)
    return Q(actor_ref__in=User.objects.filter(found).order_by().values("handle"))


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


CONDITIONS: dict[str, Callable[[Any], Q]] = {
    "system": lambda ref: Q(object_ref=ref.upper()) | Q(object_ref__startswith=f"{ref.upper()} "),
    "person": _of_person,
    "kind": lambda kind: Q(action__startswith=f"{kind}."),
    "since": lambda day: Q(at__gte=_midnight(day)),
    "until": lambda day: Q(at__lt=_midnight(day + timedelta(days=1))),
}


@dataclass(frozen=True)
class Page:
    """Up to 50 entries, newest first, with the queries of the pages beside it."""

    rows: list[Row]
    words: str
    newer: str
    older: str


def page(entries: QuerySet[Entry], asked: dict[str, str]) -> Page:
    """Return one page; `before` or `after` in `asked` is the id of the entry at its edge."""
    kept = {name: value for name, value in asked.items() if name not in ("before", "after")}
    before, after = _edge(asked.get("before")), _edge(asked.get("after"))
    if after:
        found = list(entries.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:51])
        shown, newer, older = found[:PAGE][::-1], len(found) > PAGE, True
    else:
        reach = entries.filter(pk__lt=before) if before else entries
        found = list(reach.order_by("-pk").values_list("pk", flat=True)[: PAGE + 1])
        shown, newer, older = found[:PAGE], bool(before), len(found) > PAGE
    return Page(
        rows=rows(Entry.objects.filter(pk__in=shown).order_by("-pk"), people_behind),
        words=_counted(entries),
        newer="?" + urlencode(kept | {"after": shown[0]}) if newer and shown else "",
        older="?" + urlencode(kept | {"before": shown[-1]}) if older and shown else "",
    )


def _edge(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def _counted(entries: QuerySet[Entry]) -> str:
    count = entries.order_by()[: COUNTED + 1].count()
    if count > COUNTED:
        return f"More than {COUNTED:,} entries, newest first"
    return f"{count:,} {'entry' if count == 1 else 'entries, newest first'}"


def entry_numbered(user: User, number: int) -> Entry | None:
    """Return the entry of that number, or None where there is none that the person may read."""
    leaf = LeafSequence.objects.filter(seq=number).values("entry_id")
    return visible_entries(user).filter(pk__in=leaf).first()


@dataclass(frozen=True)
class LastCheck:
    """When the record was last checked, and what was found."""

    at: datetime
    size: int
    root: str
    fault: str


def last_check() -> LastCheck | None:
    """Return the newest check that somebody ran from a page, None before the first."""
    checks = Entry.objects.filter(action="ledger.checked", object_type="businessunit")
    entry = checks.filter(object_id__in=_organisation_key()).order_by("-pk").first()
    if entry is None:
        return None
    data = body(entry)["data"]
    found = data.get("ledger") or data["found"]
    return LastCheck(entry.at, found["size"], found["root"], data.get("fault", ""))


def _organisation_key() -> QuerySet[Any]:
    root = BusinessUnit.objects.filter(parent__isnull=True).order_by()
    return root.values(key=Cast("pk", CharField()))


def check(user: User) -> Report:
    """Check the whole record now, and record that and what was found.

    Raises PermissionDenied for somebody without a role, and DomainError when it is too long to
    be checked while a browser waits.
    """
    if not live_memberships(user).exists():
        raise PermissionDenied("Only somebody with a role has the record checked.")
    sequence_all()
    if (size := LeafSequence.objects.count()) > MOST_ON_A_PAGE:
        raise DomainError(
            f"The record has {size:,} entries; more than {MOST_ON_A_PAGE:,} are checked from the "
            "command line: manage.py verify_ledger."
        )
    report = verify_signed()
    found = {"size": report.size, "root": report.root}
    data = {"found": found, "fault": str(report.fault)} if report.fault else {"ledger": found}
    with transaction.atomic():
        root = BusinessUnit.objects.get(parent__isnull=True)
        record("ledger.checked", subject=root, actor=user, data=data)
    return report
