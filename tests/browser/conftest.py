"""A real browser, a real server, and people who are signed in.

`page_as(user)` opens a page for one test; its database is emptied afterwards.
The tour in test_pages.py looks at every page of pages.py in one filled database.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client, override_settings
from django.test.utils import setup_databases, teardown_databases
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from governance.accounts.models import User
from tests.browser.checks import check_quiet_so_far, watch
from tests.browser.world import World, build
from tests.conftest import sign_in

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync", "--disable-quic"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
]
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a sandbox because tests may run as root."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"There is no browser at {CHROMIUM}: apt-get install chromium.")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def new_tab(chromium: Browser, user: User | None, base: str, size: str, **more: Any) -> Page:
    """Return a watched tab in a context of its own, signed in as a person."""
    width, height = SIZES[size]
    context = chromium.new_context(
        base_url=base,
        viewport={"width": width, "height": height},
        has_touch=size == "phone",
        is_mobile=size == "phone",
        reduced_motion="reduce",
        **more,
    )
    if user:
        context.add_cookies([session_cookie(user, base)])
    page = context.new_page()
    watch(page)
    return page


@pytest.fixture
def page_as(chromium: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a tab for a person at this test's own server."""
    pages = []

    def open_tab(user: User | None = None, size: str = "desktop", **more: Any) -> Page:
        pages.append(new_tab(chromium, user, live_server.url, size, **more))
        return pages[-1]

    yield open_tab
    for page in pages:
        page.context.close()


@pytest.fixture
def tab_of(
    page_as: Callable[..., Page], settings: Any, tmp_path: Path
) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a person's tab; each must have been quiet to the end."""
    settings.STORAGE = settings.MEDIA_ROOT = tmp_path / "storage"
    opened: list[tuple[Page, tuple[int, ...]]] = []

    def open_tab(user: User | None = None, *, refused: tuple[int, ...] = (), **more: Any) -> Page:
        page = page_as(user, **more)
        opened.append((page, refused))
        return page

    yield open_tab
    for page, refused in opened:
        check_quiet_so_far(page, *refused)


@pytest.fixture
def check_page(tab_of: Callable[..., Page], auditor: User) -> Page:
    """The page that checks a pack, as an auditor opens it."""
    page = tab_of(auditor)
    page.goto("/packs/check/")
    expect(page.get_by_role("button", name="Check", exact=True)).to_be_visible()
    return page


def session_cookie(user: User, base: str) -> dict[str, str]:
    """Return the cookie of a fresh session of a person."""
    client = sign_in(Client(), user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": base}


@pytest.fixture(scope="session")
def tour_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of the tests' own, also when no other test of this run asks for one."""
    name = str(connection.settings_dict["NAME"])
    if name.startswith("test_"):
        yield
        return
    with django_db_blocker.unblock():
        before = setup_databases(verbosity=0, interactive=False)
        yield
        with suppress(OperationalError):  # the server may hold it still; the next run replaces it
            teardown_databases(before, verbosity=0)


@pytest.fixture(scope="module")
def world(
    tour_database: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A filled organisation with a server, shared by the tests of a module that only look."""
    storage = tmp_path_factory.mktemp("storage")
    cheap = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    apart = override_settings(MEDIA_ROOT=storage, STORAGE=storage, PASSWORD_HASHERS=cheap)
    with django_db_blocker.unblock(), apart:
        server = LiveServer("localhost")
        server._live_server_modified_settings.enable()
        try:
            yield build(server.url)
        finally:
            server.stop()
            server._live_server_modified_settings.disable()
            call_command("flush", interactive=False, verbosity=0, allow_cascade=False)
