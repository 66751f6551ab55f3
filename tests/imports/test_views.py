"""The import pages, as people of each role meet them."""

import json

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from inventory.imports.mapping import parse_mapping
from inventory.imports.models import ImportRun
from inventory.imports.rules import RunStatus
from inventory.imports.tasks import carry_out_import, sweep_imports
from inventory.systems.models import AISystem
from tests.imports.conftest import GOOD, HEADER, SAMPLE, csv_bytes, import_file, queued

pytestmark = pytest.mark.django_db
NAMED = ["System name", "Description", "Department", "Status", "Go-live date", "Budget"]
ROW = ["Fraud screen", "Finds fraud.", "Claims", "In production", "2024-02-01", "100"]


def upload(client, unit, content: bytes, name: str = "list.csv"):
    """Send a file to the upload page."""
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("imports:new"), {"file": file, "unit": unit.pk})


def page(client, name: str, run: ImportRun):
    """Return a page of a run."""
    return client.get(reverse(f"imports:{name}", args=[run.ref]))


def test_the_whole_way_from_a_file_to_systems(as_user, organisation, officer):
    client = as_user(officer)
    response = upload(client, organisation, csv_bytes(NAMED, ROW, ["", *ROW[1:]]))
    run = ImportRun.objects.get()
    assert response.url == reverse("imports:columns", args=[run.ref])

    form = page(client, "columns", run).context["form"]
    chosen = {name: value for name, value in form.initial.items() if value}
    assert chosen["field_name"] == "System name"
    chosen |= {"dates": "iso", "separator": ";", "unclear": "reject", "duplicates": "reject"}
    client.post(reverse("imports:columns", args=[run.ref]), chosen)

    preview = page(client, "run", run).content.decode()
    assert "1 new, 0 changed, 0 unchanged, 1 rejected" in preview
    assert "is empty; a system needs a name" in preview
    assert not AISystem.objects.exists()

    client.post(reverse("imports:confirm", args=[run.ref]))
    assert "Look again" in page(client, "run", run).content.decode()
    carry_out_import(run.pk)

    report = page(client, "run", run).content.decode()
    assert "1 created, 0 changed, 0 unchanged, 1 rejected" in report
    assert AISystem.objects.get().source_facts["Budget"] == "100"


def test_a_preset_is_chosen_on_the_page(as_user, organisation, officer):
    client = as_user(officer)
    upload(client, organisation, SAMPLE.read_bytes())
    run = ImportRun.objects.get()

    response = client.post(
        reverse("imports:columns", args=[run.ref]), {"preset": "us-federal-2024"}
    )
    assert response.status_code == 302
    assert "60 new" in page(client, "run", run).content.decode()


def test_a_preset_that_does_not_fit_is_refused_in_words(as_user, organisation, officer):
    client = as_user(officer)
    upload(client, organisation, csv_bytes(NAMED, ROW))
    run = ImportRun.objects.get()

    response = client.post(
        reverse("imports:columns", args=[run.ref]), {"preset": "us-federal-2024"}
    )
    assert response.status_code == 422
    assert "does not fit the mapping" in response.content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"%PDF-1.4", "PDF"), (b"PK\x03\x04 not a zip", "archive is damaged")],
)
def test_a_file_that_is_no_table_is_refused_at_the_field(
    as_user, organisation, officer, content, words
):
    response = upload(as_user(officer), organisation, content)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ImportRun.objects.exists()


def test_two_gigabytes_are_refused_before_the_body_is_read(as_user, officer):
    class Unread:
        def read(self, *_):
            pytest.fail("the body was read")

        readline = read

    response = as_user(officer).generic(
        "POST",
        reverse("imports:new"),
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(2 * 2**30),
        **{"wsgi.input": Unread()},
    )
    assert response.status_code == 413
    assert "too large" in response.content.decode()


def test_an_upload_needs_the_token_against_forgery(organisation, officer):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")

    assert upload(client, organisation, csv_bytes(NAMED, ROW)).status_code == 403
    assert not ImportRun.objects.exists()


@pytest.fixture
def finished(csv_file, claims, officer) -> ImportRun:
    """An import into Claims with one row taken and one refused."""
    return import_file(csv_file(GOOD, ["", *GOOD[1:]]), claims, officer)


PAGES = ["run", "columns", "corrected", "report", "mapping"]


@pytest.mark.parametrize("name", PAGES)
def test_an_import_of_another_unit_is_not_there(as_user, finished, stranger, name):
    assert page(as_user(stranger), name, finished).status_code == 404


@pytest.mark.parametrize("verb", ["confirm", "resume", "cancel"])
def test_who_may_only_read_cannot_carry_an_import_on(as_user, finished, auditor, verb):
    ImportRun.objects.update(status=RunStatus.FAILED, finished_at=None)

    response = as_user(auditor).post(reverse(f"imports:{verb}", args=[finished.ref]))
    assert response.status_code == 403
    assert ImportRun.objects.get().status == RunStatus.FAILED


def test_an_auditor_reads_the_report_and_finds_nothing_to_press(as_user, finished, auditor):
    text = page(as_user(auditor), "run", finished).content.decode()

    assert "1 created" in text
    assert "Import another file" not in text
    assert "Import a file" not in as_user(auditor).get(reverse("imports:list")).content.decode()


def test_a_system_owner_may_not_upload(as_user, owner):
    assert as_user(owner).get(reverse("imports:new")).status_code == 403


def test_refused_rows_report_and_mapping_can_be_downloaded(as_user, finished, officer):
    client = as_user(officer)

    refused = b"".join(page(client, "corrected", finished)).decode("utf-8-sig")
    assert refused.splitlines()[0] == ",".join(HEADER)
    assert refused.count("\r\n") == 2
    report = json.loads(page(client, "report", finished).content)
    assert [item["row"] for item in report["rejected"]] == [3]
    mapping = yaml.safe_load(page(client, "mapping", finished).content)
    assert parse_mapping(mapping).source == "test"


def test_an_import_that_has_begun_keeps_its_columns(as_user, finished, officer):
    assert page(as_user(officer), "columns", finished).status_code == 409


def test_htmx_gets_the_fragment_and_asks_again_only_while_it_waits(as_user, finished, officer):
    client = as_user(officer)
    url = reverse("imports:run", args=[finished.ref])

    done = client.get(url, headers={"HX-Request": "true"}).content.decode()
    ImportRun.objects.update(status=RunStatus.QUEUED, finished_at=None)
    waiting = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in done + waiting
    assert "hx-trigger" in waiting
    assert "hx-trigger" not in done


def test_the_sweep_starts_what_nobody_told_a_worker_of(
    csv_file, claims, officer, monkeypatch, settings
):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    queued(csv_file(GOOD), claims, officer)
    monkeypatch.setattr(carry_out_import, "delay", carry_out_import)

    sweep_imports()
    assert ImportRun.objects.get().status == RunStatus.DONE


def test_the_list_asks_a_constant_number_of_statements(
    as_user, finished, csv_file, claims, officer, django_assert_num_queries
):
    client = as_user(officer)
    with django_assert_num_queries(count_of(client)):
        client.get(reverse("imports:list"))
    for _ in range(5):
        import_file(csv_file(GOOD), claims, officer)

    with django_assert_num_queries(count_of(client)):
        client.get(reverse("imports:list"))


def count_of(client) -> int:
    """Return how many statements the list needs now."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("imports:list"))
    return len(captured)
