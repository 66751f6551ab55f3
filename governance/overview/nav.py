"""The navigation of a person: what exists, what the person may use, what waits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Count, QuerySet, Subquery, Value
from django.urls import Resolver404, resolve

from governance.accounts.access import live_memberships
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import CAPABILITIES, ROLE_WORDS, Capability, Role

Counts = dict[str, Callable[[User], QuerySet[Any]]]  # by address: what waits there


@dataclass(frozen=True)
class NavItem:
    """A line of the left column."""

    label: str
    icon: str
    url: str
    needs: Capability | None = None
    count: int = 0
    current: str = ""  # page, true or nothing, as aria-current wants it


@dataclass(frozen=True)
class NavGroup:
    """Lines under one heading; the first group has none."""

    label: str
    items: list[NavItem]


@dataclass(frozen=True)
class Navigation:
    """All that the frame of a page shows about the person and the organisation."""

    organisation: str
    role: str
    groups: list[NavGroup]
    settings: NavItem
    settings_pages: list[NavItem]
    find_url: str
    abilities: frozenset[Capability]
    waiting: dict[str, int]  # by address

    @property
    def unread(self) -> int:
        """Return how many notices the person has not read."""
        return self.waiting.get(NOTICES_URL, 0)


@dataclass(frozen=True)
class Standing:
    """Who the person is here: organisation, roles, and how much waits at which address."""

    organisation: str
    roles: list[Role]
    waiting: dict[str, int]


NOTICES_URL = "/notices/"
ESCALATIONS_URL = "/escalations/"
REQUESTS_URL = "/packs/questions/"
MAP: list[tuple[str, list[NavItem]]] = [
    (
        "",
        [
            NavItem("Today", "layout-dashboard", "/"),
            NavItem("AI systems", "boxes", "/systems/"),
            NavItem("Model updates", "git-pull-request-arrow", "/updates/"),
            NavItem("Incidents", "triangle-alert", "/incidents/"),
            NavItem("Escalations", "hourglass", ESCALATIONS_URL),
        ],
    ),
    (
        "Assure",
        [
            NavItem("Classification", "scale", "/classification/"),
            NavItem("Obligations", "list-checks", "/obligations/"),
            NavItem("Frameworks", "layers", "/frameworks/"),
            NavItem("RACI", "grid-3x3", "/raci/"),
            NavItem("On call", "clock", "/raci/on-call/"),
            NavItem("Agreements", "handshake", "/agreements/"),
            NavItem("Vendors", "building-2", "/vendors/"),
        ],
    ),
    ("Bring in", [NavItem("Import", "upload", "/imports/", Capability.IMPORT)]),
    (
        "Prove",
        [
            NavItem("Evidence packs", "file-archive", "/packs/"),
            NavItem("Requests", "circle-help", REQUESTS_URL),
            NavItem("Ledger", "fingerprint", "/ledger/"),
        ],
    ),
]
ADDRESSES = {item.url for _label, items in MAP for item in items}
SETTINGS = NavItem("Settings", "settings", "/settings/")
SETTINGS_PAGES = [
    NavItem("Profile", "user-round", "/settings/"),
    NavItem("People and roles", "users-round", "/settings/people/", Capability.CONFIGURE),
    NavItem("Business units", "network", "/settings/units/", Capability.CONFIGURE),
    NavItem("Working hours", "clock", "/settings/working-hours/"),
    NavItem("Model ids", "layers", "/settings/model-ids/"),
    NavItem("Escalation", "hourglass", "/settings/escalation/"),
    NavItem("Retention", "hourglass", "/settings/retention/"),
    NavItem("Erasure", "trash-2", "/settings/erasure/", Capability.ERASE),
    NavItem("Tokens", "key-round", "/settings/tokens/"),
    NavItem("Notices", "bell", "/settings/notices/"),
    NavItem("Addresses", "user-round-check", "/settings/addresses/"),
    NavItem("Calendar", "calendar-clock", "/settings/calendar/"),
    NavItem("Webhooks", "link", "/settings/webhooks/", Capability.CONFIGURE),
]
FIND_URL = "/find/"


@cache
def exists(url: str) -> bool:
    """Return whether a page answers at this address in this installation."""
    try:
        resolve(url)
    except Resolver404:
        return False
    return True


def navigation(user: User, path: str, counts: Counts) -> Navigation:
    """Return the navigation in one query; `counts` says by address what waits there."""
    standing = _standing(user, counts)
    abilities = frozenset[Capability]().union(*(CAPABILITIES[role] for role in standing.roles))

    def shown(item: NavItem) -> bool:
        return exists(item.url) and (item.needs is None or item.needs in abilities)

    def filled(item: NavItem) -> NavItem:
        return _marked(item, path, standing.waiting.get(item.url, 0))

    groups = [NavGroup(label, [filled(i) for i in items if shown(i)]) for label, items in MAP]
    return Navigation(
        organisation=standing.organisation,
        role=_role_words(standing.roles),
        groups=[group for group in groups if group.items],
        settings=_marked(SETTINGS, path, 0),
        settings_pages=[_in_menu(i, path) for i in SETTINGS_PAGES if shown(i)],
        find_url=FIND_URL,
        abilities=abilities,
        waiting=standing.waiting,
    )


def _standing(user: User, counts: Counts) -> Standing:
    root = BusinessUnit.objects.filter(parent__isnull=True).values("name")[:1]
    waiting = {f"waiting_{at}": _count(rows(user)) for at, rows in enumerate(counts.values())}
    rows = live_memberships(user).order_by().annotate(organisation=Subquery(root), **waiting)
    found = list(rows.values_list("role", "organisation", *waiting))
    if not found:
        return Standing("", [], {})
    held = {role for role, *_ in found}
    numbers = [number or 0 for number in found[0][2:]]
    in_order = [role for role in Role if role in held]
    return Standing(found[0][1], in_order, dict(zip(counts, numbers, strict=True)))


def _count(rows: QuerySet[Any]) -> Subquery:
    """Return the number of rows as a subquery, null for none."""
    one = rows.order_by().values(one=Value(1))
    return Subquery(one.annotate(number=Count("pk", distinct=True)).values("number"))


def _role_words(roles: list[Role]) -> str:
    return ", ".join(ROLE_WORDS[role] for role in roles[:2]) or "No role yet"


def _in_menu(item: NavItem, path: str) -> NavItem:
    """Return a line of the settings menu; the first page is not the home of the others."""
    marked = _marked(item, path, 0)
    is_home = item.url == SETTINGS.url
    return item if is_home and path != item.url else marked


def _nearest(path: str) -> str:
    """Return the deepest address of the map that a page lies under; nothing for Today's own."""
    under = [url for url in ADDRESSES if url != "/" and path.startswith(url)]
    return max(under, key=len, default="")


def _marked(item: NavItem, path: str, count: int) -> NavItem:
    inside = item.url == _nearest(path) if item.url in ADDRESSES else path.startswith(item.url)
    current = "page" if path == item.url else "true" if inside else ""
    return NavItem(item.label, item.icon, item.url, item.needs, count, current)
