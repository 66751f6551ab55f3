"""The navigation of a person: what exists, what the person may use, what waits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.db.models import Subquery
from django.urls import Resolver404, resolve

from governance.accounts.access import live_memberships
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import CAPABILITIES, ROLE_WORDS, Capability, Role

Counts = dict[str, Callable[[User], int]]


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


MAP: list[tuple[str, list[NavItem]]] = [
    (
        "",
        [
            NavItem("Today", "layout-dashboard", "/"),
            NavItem("AI systems", "boxes", "/systems/"),
            NavItem("Model updates", "git-pull-request-arrow", "/updates/"),
        ],
    ),
    (
        "Assure",
        [
            NavItem("Classification", "scale", "/classification/"),
            NavItem("RACI", "grid-3x3", "/raci/"),
            NavItem("Agreements", "handshake", "/agreements/"),
            NavItem("Vendors", "building-2", "/vendors/"),
        ],
    ),
    ("Bring in", [NavItem("Import", "upload", "/imports/", Capability.IMPORT)]),
    (
        "Prove",
        [
            NavItem("Evidence packs", "file-archive", "/packs/"),
            NavItem("Ledger", "fingerprint", "/ledger/"),
        ],
    ),
]
SETTINGS = NavItem("Settings", "settings", "/settings/")
SETTINGS_PAGES = [
    NavItem("Profile", "user-round", "/settings/"),
    NavItem("People and roles", "users-round", "/settings/people/", Capability.CONFIGURE),
    NavItem("Business units", "network", "/settings/units/", Capability.CONFIGURE),
    NavItem("Tokens", "key-round", "/settings/tokens/"),
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
    """Return the navigation; `counts` says by address how much waits there."""
    organisation, roles = _standing(user)
    abilities = frozenset[Capability]().union(*(CAPABILITIES[role] for role in roles))

    def shown(item: NavItem) -> bool:
        return exists(item.url) and (item.needs is None or item.needs in abilities)

    def filled(item: NavItem) -> NavItem:
        waiting = counts[item.url](user) if item.url in counts else 0
        return _marked(item, path, waiting)

    groups = [NavGroup(label, [filled(i) for i in items if shown(i)]) for label, items in MAP]
    return Navigation(
        organisation=organisation,
        role=_role_words(roles),
        groups=[group for group in groups if group.items],
        settings=_marked(SETTINGS, path, 0),
        settings_pages=[_in_menu(i, path) for i in SETTINGS_PAGES if shown(i)],
        find_url=FIND_URL,
        abilities=abilities,
    )


def _standing(user: User) -> tuple[str, list[Role]]:
    """Return the organisation's name and the person's roles, in one query."""
    root = BusinessUnit.objects.filter(parent__isnull=True).values("name")[:1]
    rows = live_memberships(user).annotate(organisation=Subquery(root))
    found = list(rows.order_by().values_list("organisation", "role"))
    held = {role for _, role in found}
    return (found[0][0] if found else ""), [role for role in Role if role in held]


def _role_words(roles: list[Role]) -> str:
    return ", ".join(ROLE_WORDS[role] for role in roles[:2]) or "No role yet"


def _in_menu(item: NavItem, path: str) -> NavItem:
    """Return a line of the settings menu; the first page is not the home of the others."""
    marked = _marked(item, path, 0)
    is_home = item.url == SETTINGS.url
    return item if is_home and path != item.url else marked


def _marked(item: NavItem, path: str, count: int) -> NavItem:
    inside = item.url != "/" and path.startswith(item.url)
    current = "page" if path == item.url else "true" if inside else ""
    return NavItem(item.label, item.icon, item.url, item.needs, count, current)
