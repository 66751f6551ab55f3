"""`manage.py import_systems`, with the sample, the published file, and a kill."""

import io
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from governance.accounts.models import BusinessUnit
from governance.ledger.models import Entry
from inventory.imports.models import ImportRun
from inventory.imports.rules import HINTS, RunStatus
from inventory.systems.models import AISystem
from tests.imports.conftest import GOOD, HEADER, MAPPING, ROOT, SAMPLE, csv_bytes, published_file
from tests.live import database_url

PRESET = "us-federal-2024"


def run_command(file: Path, tmp_path: Path, **options) -> dict:
    """Import and return the report."""
    path = tmp_path / "report.json"
    options = options or {"preset": PRESET}
    call_command("import_systems", str(file), report=path, stdout=io.StringIO(), **options)
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def mapping_file(tmp_path) -> Path:
    """A mapping as a user would write it."""
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(MAPPING, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.django_db
def test_the_sample_is_imported_whole_traps_included(organisation, tmp_path):
    report = run_command(SAMPLE, tmp_path)

    assert (report["rows"], report["created"], report["rejected"]) == (60, 60, [])
    assert {"changed", "unchanged", "units_created", "seconds"} <= set(report)
    assert AISystem.objects.values("external_key").distinct().count() == 60
    assert BusinessUnit.objects.filter(name="Department of Orchards").count() == 1
    assert AISystem.objects.filter(name__startswith="=HYPERLINK").exists()
    blank_bureau = AISystem.objects.get(name="Silent Bell Detector")
    assert blank_bureau.unit.name == "National Kite Administration"
    hints = AISystem.objects.get(name__startswith="Veritone").source_facts[HINTS]
    assert hints["Vendor named in the text"] == ["Veritone"]


@pytest.mark.django_db
def test_the_same_file_again_changes_nothing_and_records_nothing(organisation, tmp_path):
    run_command(SAMPLE, tmp_path)
    before = Entry.objects.count()

    report = run_command(SAMPLE, tmp_path)
    assert (report["unchanged"], report["created"], report["changed"]) == (60, 0, 0)
    assert Entry.objects.count() == before


@pytest.mark.django_db
def test_a_dry_run_says_what_would_happen_and_does_nothing(organisation, tmp_path):
    report = run_command(SAMPLE, tmp_path, preset=PRESET, dry_run=True)

    assert (report["created"], report["rejected"]) == (60, [])
    assert report["units_created"] > 5
    assert not AISystem.objects.exists()
    assert not ImportRun.objects.exists()
    assert BusinessUnit.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.seeded
def test_the_published_inventory_gives_a_system_for_every_row(organisation, tmp_path):
    report = run_command(published_file(), tmp_path)

    assert (report["rows"], report["created"], report["rejected"]) == (2133, 2133, [])
    stages = Counter(AISystem.objects.values_list("stage", flat=True))
    assert stages == {"production": 892, "idea": 807, "pilot": 287, "retired": 147}
    assert Entry.objects.filter(action="system.registered").count() == 2133
    assert AISystem.objects.filter(impact_flags__contains=["rights_impacting"]).count() == 326

    before = Entry.objects.count()
    again = run_command(published_file(), tmp_path)
    assert again["unchanged"] == 2133
    assert Entry.objects.count() == before


@pytest.mark.django_db
def test_the_actor_is_who_is_named_or_the_first_administrator(
    organisation, administrator, officer, csv_file, mapping_file, tmp_path
):
    run_command(csv_file(GOOD), tmp_path, mapping=mapping_file)
    run_command(
        csv_file(["B", *GOOD[1:]]), tmp_path, mapping=mapping_file, email="INES@halden.example"
    )

    actors = Entry.objects.filter(action="system.registered").values_list("actor_ref", flat=True)
    assert list(actors) == [administrator.handle, officer.handle]


@pytest.mark.django_db
def test_systems_go_below_the_unit_that_is_named(organisation, claims, csv_file, tmp_path):
    mapping_file = tmp_path / "flat.yaml"
    mapping_file.write_text(yaml.safe_dump(MAPPING | {"unit": []}), encoding="utf-8")

    run_command(csv_file(GOOD), tmp_path, mapping=mapping_file, unit="claims")
    assert AISystem.objects.get().unit == claims


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"preset": "us-federal"}, "There is no preset “us-federal”"),
        ({"preset": PRESET, "unit": "Nowhere"}, "There is no unit “Nowhere”"),
        ({"preset": PRESET, "email": "x@y.z"}, "Nobody here has the address"),
        ({"preset": PRESET, "email": "otto@halden.example"}, "does not let you import"),
        ({"mapping": Path("missing.yaml")}, "cannot be read"),
        ({"preset": PRESET, "dry_run": True, "file": "missing.csv"}, "missing.csv"),
        ({"preset": PRESET, "file": __file__}, "does not fit the mapping"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    organisation, auditor, tmp_path, options, words
):
    file = options.pop("file", SAMPLE)

    with pytest.raises(CommandError, match=words):
        run_command(file, tmp_path, **options)
    assert not AISystem.objects.exists()


@pytest.mark.django_db
def test_a_file_of_two_gigabytes_is_refused_at_once(organisation, tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(2 * 2**30)
    began = time.monotonic()

    with pytest.raises(CommandError, match="2,048 MiB"):
        run_command(path, tmp_path)
    assert time.monotonic() - began < 1


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_goes_on_and_ends_as_if_nothing_had_happened(
    organisation, mapping_file, tmp_path, settings, capsys
):
    rows = [[f"System {at}", *GOOD[1:]] for at in range(1_200)]
    path = tmp_path / "list.csv"
    path.write_bytes(csv_bytes(HEADER, *rows))
    kill_midway(path, mapping_file, tmp_path, settings)
    run = ImportRun.objects.get()
    assert run.status == RunStatus.RUNNING
    assert 0 < run.rows_done < 1_200
    assert AISystem.objects.count() == run.created == run.rows_done

    report_file = tmp_path / "report.json"
    call_command("import_systems", str(path), mapping=mapping_file, report=report_file)

    said = capsys.readouterr().out
    assert f"Import {run.ref} stopped after {run.rows_done:,} of 1,200 rows; going on." in said
    report = json.loads(report_file.read_text())
    assert (report["rows"], report["created"], report["units_created"]) == (1_200, 1_200, 1)
    assert ImportRun.objects.get().status == RunStatus.DONE
    actions = Counter(Entry.objects.values_list("action", flat=True))
    assert actions["system.registered"] == AISystem.objects.count() == 1_200
    assert (actions["unit.added"], actions["import.finished"]) == (1, 1)


def kill_midway(path: Path, mapping_file: Path, tmp_path: Path, settings) -> None:
    """Import in a process of its own and kill it after the second chunk."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "STORAGE_DIR": str(settings.MEDIA_ROOT),
    }
    command = [sys.executable, "manage.py", "import_systems", str(path), "--mapping", mapping_file]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not ImportRun.objects.filter(rows_done__gte=200).exists():
        assert process.poll() is None, "the import ended before it could be killed"
        assert time.monotonic() < deadline, "the import never began"
        time.sleep(0.02)
    process.kill()
    process.wait()
