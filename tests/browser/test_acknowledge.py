"""From the mail to the button: a real mail server, a real page, and a link that works once."""

import re
from email.message import EmailMessage
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from governance.escalation.models import Item
from governance.escalation.plans import LevelWish, policy_plan
from governance.escalation.rules import ClockKind, ItemStatus
from governance.escalation.sweeping import sweep
from governance.notices.delivery import deliver_mail
from governance.notices.rules import Severity
from tests.browser.checks import check_axe, check_width
from tests.browser.walk import main, press
from tests.escalation.conftest import due, opened
from tests.notices.receivers import mail_server, text_of

LINK = re.compile(r"Acknowledge: (\S+)")


@pytest.fixture
def climbing(system, owner) -> Item:
    """A critical item of Mira Rossi that climbs until somebody answers."""
    levels = [LevelWish(15, ("responsible",))]
    plan = policy_plan(levels, code="test", loops=0, clock=ClockKind.ALWAYS)
    return opened(due(system, owner, severity=Severity.CRITICAL), plan)


@pytest.fixture
def mail(live_server, climbing, settings) -> EmailMessage:
    """The mail about it, as the mail server took it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.BASE_URL = live_server.url
    with mail_server() as mailbox:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailbox.port
        settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = False, ""
        sweep()
        deliver_mail()
        (taken,) = mailbox.mails
    return taken


def scan(link: str, method: str) -> int:
    """Open a link as a scanner of mails does, without cookies; return the status."""
    parts = urlsplit(link)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request(method, parts.path)
        return connection.getresponse().status
    finally:
        connection.close()


def link_of(mail: EmailMessage) -> str:
    """Return the acknowledge link, which both parts of the mail carry."""
    found = LINK.search(text_of(mail, "plain"))
    assert found
    assert found[1] in text_of(mail, "html")
    return found[1]


def test_the_link_of_a_mail_acknowledges_by_its_button_only_and_once(
    mail, climbing, page_as, owner
):
    link = link_of(mail)
    assert [scan(link, method) for method in ("GET", "HEAD", "GET", "HEAD")] == [200] * 4
    climbing.refresh_from_db()
    assert climbing.status == ItemStatus.NOTIFIED

    page = page_as()
    page.goto(link)
    check_axe(page)
    check_width(page)
    press(page, f"Acknowledge {climbing.ref}")
    expect(main(page)).to_contain_text(f"{climbing.ref} is acknowledged")
    climbing.refresh_from_db()
    assert (climbing.status, climbing.acked_by) == (ItemStatus.ACKNOWLEDGED, owner)

    again = page_as(size="phone")
    answer = again.goto(link)
    expect(main(again)).to_contain_text("It was used before, and works once.")
    expect(main(again).get_by_role("button")).to_have_count(0)
    assert answer
    assert answer.status == 410
    check_width(again)


def test_two_tabs_with_one_link_acknowledge_once(mail, climbing, page_as):
    link = link_of(mail)
    first, second = page_as(), page_as()
    for page in (first, second):
        page.goto(link)
    for page in (first, second):
        press(page, f"Acknowledge {climbing.ref}")

    expect(main(first)).to_contain_text("is acknowledged")
    expect(main(second)).to_contain_text("It was used before, and works once.")
