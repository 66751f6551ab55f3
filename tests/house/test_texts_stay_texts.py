"""What people type is shown as they typed it: no page runs it, no spreadsheet reckons with it."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from governance.accounts.actions import change_own_name
from governance.accounts.unit_actions import rename_unit
from governance.classification.actions import answer_facts
from governance.classification.preview_actions import request_preview
from governance.classification.saying import Said
from governance.documents.actions import write_entry
from governance.documents.queries import draft_of
from governance.documents.rules import Kind, Place
from governance.evidence.actions import add_evidence
from governance.incidents.actions import correct_incident, record_step
from governance.obligations.actions import follow, let_wait, show_evidence
from governance.obligations.models import Duty
from inventory.systems.actions import change_system
from tests.classification.conftest import sign
from tests.house.routes import PUBLIC, THINGS, address, routes, things

POISON = (
    """=<script>document.title="XSS"</script>"><img src=x onerror=alert(1)>'{{7*7}}</textarea>"""
)
RUN = ("<script>document", "<img src=x", "'{{7*7}}</textarea>")
MORE = (
    *("classify/tr.interacts_directly/", "classify/tr.ai_obvious/", "classifications/2/"),
    *("classifications/compare/?a=1&b=now", "classifications/2/trace/", "documents/annex-iv/"),
    *("documents/annex-viii-a/file/csv/", "documents/annex-viii-c/file/csv/"),
)
PAGES = [
    route
    for route in routes()
    if route.name not in {*PUBLIC, "api_nothing"}
    and not route.pattern.startswith("api/")
    and (not route.takes or route.kind in THINGS)
]


@pytest.fixture
def poisoned(
    system,
    claims,
    owner,
    officer,
    second_officer,
    administrator,
    assessment_in_claims,
    incident_in_claims,
) -> Duty:
    """A system about which everything that can be typed was typed by somebody who means ill."""
    change_system(system, actor=officer, name=POISON, intended_purpose=POISON)
    change_own_name(name=POISON[:140], actor=owner)
    rename_unit(claims, name=POISON, actor=administrator)
    file = SimpleUploadedFile(f"{POISON[1:]}.html", POISON.encode())
    item = add_evidence(system, actor=owner, title=POISON, note=POISON, upload=file)
    answer_facts(
        system,
        facts={"tr.interacts_directly": True},
        actor=owner,
        said=Said(because=POISON, evidence=(item,)),
    )
    follow(sign(system, officer, reason=POISON), actor=officer)
    answer_facts(
        system, facts={"tr.ai_obvious": None}, actor=officer, said=Said(asked=owner, note=POISON)
    )
    item_of_annex_iv = draft_of(system, Kind.ANNEX_IV).missing[0].key
    write_entry(system, Place(Kind.ANNEX_IV, item_of_annex_iv), text=POISON, actor=owner)
    request_preview(actor=second_officer, title=POISON, before_text="enacted")
    correct_incident(
        incident_in_claims, actor=owner, reason=POISON, title=POISON, description=POISON
    )
    record_step(
        incident_in_claims, kind="initial_report", done_at=timezone.now(), actor=owner,
        authority=POISON, number=POISON[:100], note=POISON,
    )  # fmt: skip
    duty = Duty.objects.get(system=system, obligation="art4")
    show_evidence(duty, item=item, actor=owner)
    let_wait(duty, waits_for=POISON, actor=owner)
    return duty


@pytest.fixture
def answers(poisoned, officer, as_user, request) -> dict[str, tuple[str, str]]:
    """What kind of text every page answers with, and the text."""
    ref, client = poisoned.system.ref, as_user(officer)
    addresses = [
        address(route, things(route, request.getfixturevalue) if route.takes else {})
        for route in PAGES
    ]
    addresses += [f"/systems/{ref}/{rest}" for rest in MORE]
    found = {}
    for url in addresses:
        answer = client.get(url)
        found[url] = (answer["Content-Type"], b"".join(answer).decode(errors="replace"))
    return found


def test_no_page_runs_and_no_table_reckons_with_what_somebody_typed(answers):
    pages = {url: text for url, (kind, text) in answers.items() if "html" in kind}
    tables = {url: text for url, (kind, text) in answers.items() if "csv" in kind}
    ran = [f"{url}: {sign}" for url, text in pages.items() for sign in RUN if sign in text]
    reckoned = [
        f"{url}: {cell[:20]}"
        for url, text in tables.items()
        for row in csv.reader(io.StringIO(text))
        for cell in row
        if cell.startswith(("=", "+", "-", "@"))
    ]

    assert ran == reckoned == []
    assert sum("&lt;script&gt;document" in text for text in pages.values()) > 15
    assert sum("'=<script>" in text for text in tables.values()) > 1
