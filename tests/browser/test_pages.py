"""The tour: every page, for each role, at two sizes, light and dark."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from governance.accounts.rules import Role
from tests.browser.checks import CONTRAST, check_axe, check_quiet, check_width
from tests.browser.conftest import new_tab
from tests.browser.pages import NOBODY_SIGNED_IN, VISITS, Visit
from tests.browser.world import World

BY_ROLE = [(visit, role) for visit in VISITS for role in visit.roles]
# Each size is loaded once; the other scheme is switched to in place and checked for contrast.
MODES = [("desktop", "light", "dark"), ("phone", "dark", "light")]


@pytest.fixture(scope="module")
def tab_of(chromium: Browser, world: World) -> Iterator[Callable[..., Page]]:
    """Return a function that gives the tab of a person at a size, one for all pages."""
    tabs: dict[tuple[Role | None, str], Page] = {}

    def tab(role: Role | None, size: str) -> Page:
        if (role, size) not in tabs:
            person = world.people[role] if role else None
            tabs[role, size] = new_tab(chromium, person, world.base, size)
        return tabs[role, size]

    yield tab
    for page in tabs.values():
        page.context.close()


def look(visit: Visit, role: Role | None, world: World, tab_of: Callable[..., Page]) -> None:
    """Open a page in all modes and check it; further roles of a page look on the phone."""
    is_first = role is None or role == visit.roles[0]
    for size, scheme, other in MODES if is_first else MODES[-1:]:
        page = tab_of(role, size)
        page.emulate_media(color_scheme=scheme)
        response = page.goto(visit.path.format(**world.refs))
        assert response is not None
        assert response.status == visit.status
        check_quiet(page, visit.status)
        check_width(page)
        check_axe(page)
        page.emulate_media(color_scheme=other)
        check_axe(page, CONTRAST)


@pytest.mark.parametrize(("visit", "role"), BY_ROLE, ids=lambda part: getattr(part, "path", part))
def test_page_is_accessible_quiet_and_fits(visit, role, world, tab_of):
    look(visit, role, world, tab_of)


@pytest.mark.parametrize("visit", NOBODY_SIGNED_IN, ids=lambda visit: visit.path)
def test_page_before_sign_in_is_accessible_quiet_and_fits(visit, world, tab_of):
    look(visit, None, world, tab_of)
