"""Search over everything that has a name or a number, within what the person may see."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q
from django.urls import reverse

from governance.accounts.access import live_memberships
from governance.accounts.models import User
from governance.accounts.queries import people_for
from governance.accounts.rules import Capability
from governance.approvals.models import Release
from governance.audit_packs.models import EvidencePack
from governance.incidents.models import Incident
from governance.overview.ledger import entry_numbered
from governance.overview.nav import Navigation
from inventory.systems.models import AISystem, ModelVersion
from inventory.vendors.models import Agreement, Vendor

SHOWN = 8
LONGEST = 200
MOST_WORDS = 8


@dataclass(frozen=True)
class Hit:
    """One thing that was found."""

    icon: str
    title: str
    url: str
    ref: str = ""
    note: str = ""


@dataclass(frozen=True)
class Found:
    """Things of one kind, and where the rest of them is."""

    kind: str
    hits: list[Hit]
    more_url: str = ""

    @property
    def is_cut(self) -> bool:
        """Return whether there may be more than are shown."""
        return bool(self.more_url) and len(self.hits) == SHOWN


def find(user: User, text: str, nav: Navigation) -> list[Found]:
    """Return what matches, by kind; a constant number of queries, each cut off early."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text[:LONGEST])
    text = " ".join(printable.split())
    if not text:
        return []
    kinds = [
        Found("Pages", list(_pages(text, nav))),
        Found("Ledger", list(_entries(user, text))),
        Found("AI systems", list(_systems(user, text)), f"/systems/?{urlencode({'q': text})}"),
        Found("Incidents", list(_incidents(user, text))),
        Found("Vendors", list(_vendors(user, text))),
        Found("Agreements", list(_agreements(user, text))),
        Found("People", list(_people(user, text, nav))),
        Found("Model versions", list(_versions(user, text))),
        Found("Model updates", list(_releases(user, text))),
        Found("Evidence packs", list(_packs(user, text))),
    ]
    return [found for found in kinds if found.hits]


def prefixes(text: str) -> SearchQuery | None:
    """Return a search for all words of a text, each as a beginning; None without a word."""
    words = [re.sub(r"['\\]", "", word) for word in text.lower().split()[:MOST_WORDS]]
    words = [word for word in words if re.search(r"[^\W_]", word)]
    if not words:
        return None
    return SearchQuery(
        " & ".join(f"'{word}':*" for word in words), search_type="raw", config="simple"
    )


def _pages(text: str, nav: Navigation) -> Iterable[Hit]:
    lines = [item for group in nav.groups for item in group.items]
    for item in [*lines, *nav.settings_pages]:
        if text.lower() in item.label.lower():
            yield Hit(item.icon, item.label, item.url)


def _entries(user: User, text: str) -> Iterable[Hit]:
    number = re.fullmatch(r"#?(\d{1,18})", text)
    if number and (entry := entry_numbered(user, int(number[1]))):
        url = reverse("overview:ledger_entry", args=[int(number[1])])
        yield Hit("fingerprint", f"Entry #{number[1]}", url, note=entry.action)


def _systems(user: User, text: str) -> Iterable[Hit]:
    visible = AISystem.objects.visible_to(user).select_related("unit")
    matches = Q(ref=text.upper())
    if words := prefixes(text):
        matches |= Q(searched=words)
    for system in visible.filter(matches).order_by("name", "pk")[:SHOWN]:
        yield Hit("boxes", system.name, f"/systems/{system.ref}/", system.ref, system.unit.name)


def _incidents(user: User, text: str) -> Iterable[Hit]:
    named = Q(title__icontains=text) | Q(ref__iexact=text)
    rows = Incident.objects.visible_to(user).filter(named).select_related("system")
    for incident in rows[:SHOWN]:
        url = f"/incidents/{incident.ref}/"
        yield Hit("triangle-alert", incident.title, url, incident.ref, incident.system.name)


def _vendors(user: User, text: str) -> Iterable[Hit]:
    rows = Vendor.objects.visible_to(user).filter(Q(name__icontains=text) | Q(ref__iexact=text))
    for vendor in rows[:SHOWN]:
        yield Hit("building-2", vendor.name, f"/vendors/{vendor.ref}/", vendor.ref)


def _agreements(user: User, text: str) -> Iterable[Hit]:
    named = Q(title__icontains=text) | Q(vendor__name__icontains=text) | Q(ref__iexact=text)
    rows = Agreement.objects.visible_to(user).filter(named).select_related("vendor")
    for agreement in rows[:SHOWN]:
        words = f"{agreement.kind} with {agreement.vendor}"
        yield Hit("handshake", words, f"/agreements/{agreement.ref}/", agreement.ref)


def _people(user: User, text: str, nav: Navigation) -> Iterable[Hit]:
    """Yield people: administrators get to the person, others to the systems the person owns."""
    if Capability.CONFIGURE in nav.abilities:
        for person in people_for(user, text).prefetch_related(None)[:SHOWN]:
            url = reverse("accounts:person", args=[person.pk])
            yield Hit("user-round", person.name, url, note=person.email)
    elif live_memberships(user).exists():
        owned = AISystem.objects.visible_to(user).order_by().values("owner_id")
        for person in User.objects.filter(name__icontains=text, pk__in=owned)[:SHOWN]:
            url = f"/systems/?owner={person.handle}"
            yield Hit("user-round", person.name, url, note="systems owned")


def _versions(user: User, text: str) -> Iterable[Hit]:
    named = Q(label__iexact=text) | Q(model_id__icontains=text)
    rows = ModelVersion.objects.visible_to(user).filter(named).select_related("system")
    for version in rows[:SHOWN]:
        url = f"/systems/{version.system.ref}/"
        yield Hit("git-compare-arrows", version.system.name, url, version.ref, version.model_id)


def _releases(user: User, text: str) -> Iterable[Hit]:
    rows = Release.objects.visible_to(user).filter(Q(ref__iexact=text) | Q(digest__iexact=text))
    for release in rows.select_related("version__system")[:SHOWN]:
        url, note = f"/updates/{release.ref}/", f"{release.words}, {release.place}"
        yield Hit("git-pull-request-arrow", str(release.version), url, release.ref, note)


def _packs(user: User, text: str) -> Iterable[Hit]:
    for pack in EvidencePack.objects.visible_to(user).filter(ref__istartswith=text)[:SHOWN]:
        note = pack.get_status_display()
        yield Hit("file-archive", f"Evidence pack {pack.ref}", f"/packs/{pack.ref}/", note=note)
