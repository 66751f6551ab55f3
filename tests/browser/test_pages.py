"""The tour: every page, for each role, at two sizes, light and dark."""

import pytest

from governance.accounts.rules import Role
from tests.browser.checks import check_axe, check_quiet, check_width
from tests.browser.conftest import SIZES, Opener
from tests.browser.pages import NOBODY_SIGNED_IN, VISITS, Visit
from tests.browser.world import World

MODES = [(size, scheme) for size in SIZES for scheme in ("light", "dark")]
BY_ROLE = [(visit, role) for visit in VISITS for role in visit.roles]


def look(visit: Visit, role: Role | None, world: World, open_as: Opener) -> None:
    """Open a page in all modes and check it; later roles of a page are checked in one mode."""
    user = world.people[role] if role else None
    first = role is None or role == visit.roles[0]
    for size, scheme in MODES if first else MODES[-1:]:
        page = open_as(user, world.base, size, color_scheme=scheme)
        response = page.goto(visit.path.format(**world.refs))
        assert response is not None
        assert response.status == visit.status
        check_quiet(page, visit.status)
        check_width(page)
        check_axe(page)


@pytest.mark.parametrize(("visit", "role"), BY_ROLE, ids=lambda part: getattr(part, "path", part))
def test_page_is_accessible_quiet_and_fits(visit, role, world, open_as):
    look(visit, role, world, open_as)


@pytest.mark.parametrize("visit", NOBODY_SIGNED_IN, ids=lambda visit: visit.path)
def test_page_before_sign_in_is_accessible_quiet_and_fits(visit, world, open_as):
    look(visit, None, world, open_as)
