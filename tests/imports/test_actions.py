"""Imports into the database: what is taken over, what is refused, what is recorded."""

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied

from governance.accounts.models import BusinessUnit
from governance.common.errors import TransitionError
from governance.ledger.models import Entry
from inventory.imports import actions, queries, runs
from inventory.imports.actions import LostClaimError
from inventory.imports.models import ImportRow, ImportRun
from inventory.imports.rules import RunStatus
from inventory.imports.table import ReadError
from inventory.systems.actions import change_system
from inventory.systems.models import AISystem
from inventory.systems.rules import Origin
from inventory.vendors.models import Vendor
from tests.imports.conftest import GOOD, HEADER, MAPPING, csv_bytes, import_file, queued

pytestmark = pytest.mark.django_db
BAD = ["", "No name.", "Claims", "Live", "", ""]


def many(count: int) -> list[list[str]]:
    """Return rows with different names."""
    return [[f"System {at}", *GOOD[1:]] for at in range(count)]


def counts(run: ImportRun) -> tuple[int, int, int, int, int]:
    """Return created, changed, unchanged, rejected, units created."""
    return (run.created, run.changed, run.unchanged, run.rejected, run.units_created)


def test_a_row_becomes_a_system_in_its_unit_with_its_facts(csv_file, organisation, officer):
    run = import_file(csv_file(GOOD), organisation, officer)

    system = AISystem.objects.get()
    assert counts(run) == (1, 0, 0, 0, 1)
    assert system.unit.name == "Claims"
    assert system.origin == Origin.IMPORT
    assert (system.source, system.external_key) == ("test", "Fraud screen")
    assert system.source_facts == {"Stage": "Live", "Note": "from the survey"}


def test_every_system_has_its_own_entry_and_the_run_one(csv_file, organisation, officer):
    import_file(csv_file(*many(3)), organisation, officer)

    assert Entry.objects.filter(action="system.registered").count() == 3
    assert Entry.objects.filter(action="import.finished").count() == 1


def test_source_facts_enter_the_record_only_as_a_commitment(csv_file, organisation, officer):
    import_file(csv_file([*GOOD[:5], "ask Berta Muster"]), organisation, officer)

    body = bytes(Entry.objects.get(action="system.registered").body)
    assert b"Berta" not in body
    assert b'"source_facts":{"c":' in body


def test_the_second_import_changes_nothing_and_records_nothing(csv_file, organisation, officer):
    path = csv_file(*many(5))
    import_file(path, organisation, officer)
    before = Entry.objects.count(), BusinessUnit.objects.count()

    run = import_file(path, organisation, officer)
    assert counts(run) == (0, 0, 5, 0, 0)
    assert (Entry.objects.count(), BusinessUnit.objects.count()) == before


def test_a_changed_row_changes_one_system(csv_file, organisation, officer):
    rows = many(4)
    import_file(csv_file(*rows), organisation, officer)
    rows[2][1] = "Finds more fraud."

    run = import_file(csv_file(*rows), organisation, officer)
    assert counts(run) == (0, 1, 3, 0, 0)
    entry = Entry.objects.get(action="system.changed")
    assert entry.object_ref == AISystem.objects.get(name="System 2").ref


def test_a_new_fact_changes_the_system_and_tells_only_that_fact(csv_file, organisation, officer):
    import_file(csv_file(GOOD), organisation, officer)

    import_file(csv_file([*GOOD[:5], "from the audit"]), organisation, officer)
    assert AISystem.objects.get().source_facts["Note"] == "from the audit"
    assert b"audit" not in bytes(Entry.objects.get(action="system.changed").body)


def test_what_a_person_corrected_stays_until_the_source_says_something_new(
    csv_file, organisation, officer
):
    import_file(csv_file(GOOD), organisation, officer)
    change_system(AISystem.objects.get(), actor=officer, intended_purpose="Corrected here.")

    again = import_file(csv_file(GOOD), organisation, officer)
    import_file(csv_file([*GOOD[:3], "Trial", *GOOD[4:]]), organisation, officer)
    system = AISystem.objects.get()
    assert again.unchanged == 1
    assert (system.intended_purpose, system.stage) == ("Corrected here.", "pilot")


def test_a_row_that_moves_to_another_unit_moves_its_system(csv_file, organisation, officer):
    import_file(csv_file(GOOD), organisation, officer)

    run = import_file(csv_file([*GOOD[:2], "Motor", *GOOD[3:]]), organisation, officer)
    assert counts(run) == (0, 1, 0, 0, 1)
    assert AISystem.objects.get().unit.name == "Motor"


def test_a_renamed_unit_is_found_again(csv_file, organisation, officer, administrator):
    import_file(csv_file(GOOD), organisation, officer)
    BusinessUnit.objects.filter(name="Claims").update(name="Claims and losses")

    run = import_file(csv_file(GOOD, ["Another", *GOOD[1:]]), organisation, officer)
    assert run.units_created == 0
    assert set(AISystem.objects.values_list("unit__name", flat=True)) == {"Claims and losses"}


def test_a_bad_row_stops_nothing_but_itself(csv_file, organisation, officer):
    run = import_file(csv_file(GOOD, BAD, *many(2)), organisation, officer)

    assert counts(run) == (3, 0, 0, 1, 1)
    report = queries.report(run)
    assert report["rejected"] == [
        {
            "row": 3,
            "column": "Name",
            "reason": "is empty; a system needs a name",
            "more": [{"column": "Name", "reason": "is empty; the row has no key"}],
        }
    ]
    assert (report["rows"], report["created"], report["units_created"]) == (4, 3, 1)


def test_a_row_that_only_the_database_refuses_stops_nothing_but_itself(
    csv_file, organisation, officer, monkeypatch
):
    real = actions.register_many

    def refuse_one(rows, *, actor):
        if any(row["name"] == "System 1" for row in rows):
            raise actions.DomainError("Not this one.")
        return real(rows, actor=actor)

    monkeypatch.setattr(actions, "register_many", refuse_one)

    run = import_file(csv_file(*many(3)), organisation, officer)
    assert counts(run) == (2, 0, 0, 1, 1)
    assert ImportRow.objects.get().reasons == [["", "Not this one."]]


def test_the_corrected_file_holds_only_the_refused_rows(csv_file, organisation, officer):
    run = import_file(csv_file(GOOD, BAD), organisation, officer)

    header, rows = queries.corrected_file(run)
    assert (header, list(rows)) == (HEADER, [BAD])


def test_a_corrected_duplicate_comes_back_under_its_own_key(
    csv_file, organisation, officer, tmp_path
):
    numbered = MAPPING | {"duplicates": "number"}
    second = ["Fraud screen", "x" * 10_001, *GOOD[2:]]
    run = import_file(csv_file(GOOD, second), organisation, officer, numbered)

    header, rows = queries.corrected_file(run)
    fixed = [[cells[0], "Finds more.", *cells[2:]] for cells in rows]
    path = tmp_path / "fixed.csv"
    path.write_bytes(csv_bytes(header, *fixed))
    import_file(path, organisation, officer, numbered)

    purposes = dict(AISystem.objects.values_list("external_key", "intended_purpose"))
    assert purposes == {"Fraud screen": "Finds fraud.", "Fraud screen #2": "Finds more."}


def test_formulas_leave_guarded_and_come_back_as_text(csv_file, organisation, officer, tmp_path):
    link = '=HYPERLINK("http://x")'
    run = import_file(csv_file([link, "x" * 10_001, *GOOD[2:]]), organisation, officer)

    header, rows = queries.corrected_file(run)
    cells = next(rows)
    assert cells[0] == f"'{link}"
    path = tmp_path / "fixed.csv"
    path.write_bytes(csv_bytes(header, [cells[0], "Short.", *cells[2:]]))
    import_file(path, organisation, officer)
    assert AISystem.objects.get().name == link


def test_owners_and_vendors_are_found_by_address_and_name(csv_file, organisation, officer, owner):
    fields = MAPPING["fields"] | {"owner": "Purpose", "vendor": "Note"}
    mapping = MAPPING | {"fields": fields}
    rows = [
        ["A", "MIRA@halden.example", "Claims", "", "", "Acme Corp"],
        ["B", "", "Claims", "", "", "acme corp"],
        ["C", "nobody@halden.example", "Claims", "", "", ""],
    ]

    run = import_file(csv_file(*rows), organisation, officer, mapping)
    assert AISystem.objects.get(name="A").owner == owner
    assert Vendor.objects.get().systems.count() == 2
    assert "nobody here has the address" in ImportRow.objects.get(run=run).reasons[0][1]


def test_a_workbook_is_imported_like_a_csv_file(tmp_path, organisation, officer):
    book = openpyxl.Workbook()
    for row in (HEADER, GOOD, ["Second", None, "Claims"]):
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")

    run = import_file(tmp_path / "list.xlsx", organisation, officer)
    assert counts(run) == (2, 0, 0, 0, 1)


def test_a_header_with_nothing_below_is_refused(csv_file, organisation, officer):
    with pytest.raises(ReadError, match="nothing below"):
        import_file(csv_file(), organisation, officer)


def test_who_may_not_import_may_not_begin(csv_file, claims, stranger, owner, auditor):
    for person in (stranger, owner, auditor):
        with pytest.raises(PermissionDenied):
            import_file(csv_file(GOOD), claims, person)
    assert not ImportRun.objects.exists()


def test_a_key_that_another_unit_holds_is_refused_without_naming_it(
    csv_file, claims, lending, officer, stranger
):
    import_file(csv_file(GOOD), claims, officer)

    run = import_file(csv_file(GOOD), lending, stranger)
    assert counts(run) == (0, 0, 0, 1, 0)
    assert "elsewhere" in ImportRow.objects.get().reasons[0][1]
    assert not AISystem.objects.visible_to(stranger).exists()


def started(path, unit, actor, mapping=MAPPING) -> ImportRun:
    """Return a claimed run of which nothing is taken over yet."""
    return runs.claim(queued(path, unit, actor, mapping).pk)


def test_a_run_that_stops_goes_on_after_the_last_row(csv_file, organisation, officer, monkeypatch):
    run = started(csv_file(*many(250)), organisation, officer)
    real = runs.import_chunk

    def stop_after_two(given, chunk, **how):
        if given.rows_done == 200:
            raise OSError("The disk is full.")
        real(given, chunk, **how)

    monkeypatch.setattr(runs, "import_chunk", stop_after_two)
    runs.carry_out(run)
    run.refresh_from_db()
    assert (run.status, run.rows_done, run.failure) == (RunStatus.FAILED, 200, "The disk is full.")

    monkeypatch.undo()
    runs.resume(run, actor=officer)
    runs.carry_out(runs.claim(run.pk))
    run.refresh_from_db()
    assert counts(run) == (250, 0, 0, 0, 1)
    assert run.status == RunStatus.DONE


def test_only_one_worker_holds_a_run(csv_file, organisation, officer):
    run = started(csv_file(GOOD), organisation, officer)

    assert runs.claim(run.pk) is None
    assert runs.due() == []


def test_a_worker_that_fell_silent_loses_the_run(csv_file, organisation, officer):
    silent = started(csv_file(*many(2)), organisation, officer)
    ImportRun.objects.update(claimed_until="2020-01-01T00:00:00Z")

    assert runs.due() == [silent.pk]
    runs.carry_out(runs.claim(silent.pk))
    with pytest.raises(LostClaimError):
        runs.carry_out(silent)
    assert AISystem.objects.count() == 2


def test_a_cancelled_run_takes_nothing_more(csv_file, organisation, officer):
    run = started(csv_file(GOOD), organisation, officer)
    actions.cancel(ImportRun.objects.get(), actor=officer)

    with pytest.raises(LostClaimError):
        runs.carry_out(run)
    assert not AISystem.objects.exists()
    with pytest.raises(TransitionError):
        runs.resume(run, actor=officer)


def test_a_run_whose_person_lost_the_role_stops_and_says_so(
    csv_file, claims, organisation, officer, administrator
):
    run = started(csv_file(GOOD), organisation, officer)
    officer.memberships.all().delete()

    runs.carry_out(run)
    run.refresh_from_db()
    assert run.status == RunStatus.FAILED
    assert "does not let you import" in run.failure


def test_the_forecast_is_what_happens(csv_file, organisation, officer):
    import_file(csv_file(*many(3)), organisation, officer)
    rows = many(5)
    rows[0][1] = "Another purpose."

    run = import_file(csv_file(*rows, BAD), organisation, officer)
    ahead = run.forecast
    assert counts(run) == (
        ahead["created"],
        ahead["changed"],
        ahead["unchanged"],
        ahead["rejected"],
        ahead["units_created"],
    )
