"""The pages of matrices."""

import pytest
from django.urls import reverse

from governance.ledger.models import Entry
from raci.matrices import actions, queries
from raci.matrices.models import Matrix
from raci.matrices.rules import MatrixStatus
from raci.matrices.schemes import Letter
from raci.people.models import Authority, RoleHolder
from tests.factories import make_system


def posted(matrix: Matrix, **changed: str) -> dict[str, str]:
    """Return all cells of a matrix as its form posts them."""
    letters = queries.letters_of(matrix)
    cells = {
        f"c-{code}-{party.pk}": letters.get((code, party.pk), "")
        for code in matrix.activities
        for party in matrix.parties.all()
    }
    return {"row_version": str(matrix.row_version), **cells, **changed}


def cell(matrix: Matrix, code: str, person) -> str:
    return f"c-{code}-{matrix.parties.get(person=person).pk}"


def test_a_matrix_shows_activities_people_and_a_select_for_each_cell(as_user, officer, draft):
    page = as_user(officer).get(f"/systems/{draft.system.ref}/raci/").content.decode()

    assert "Approve a model version update" in page
    assert "Mira Rossi" in page
    assert 'aria-label="Decide a rollback, Mira Rossi"' in page
    assert "No error" in page
    assert "inherited" in page


@pytest.mark.parametrize("who", ["owner", "auditor"])
def test_who_may_not_assign_reads_the_letters_and_finds_no_form(who, request, as_user, draft):
    page = as_user(request.getfixturevalue(who)).get(f"/systems/{draft.system.ref}/raci/")

    assert page.status_code == 200
    assert b'class="rkey rkey-A"' in page.content
    assert b"<select" not in page.content
    assert b"/save/" not in page.content


def test_a_foreign_matrix_is_not_there(as_user, stranger, draft):
    client = as_user(stranger)
    paths = [f"/systems/{draft.system.ref}/raci/", f"/raci/{draft.pk}/"]

    assert [client.get(path).status_code for path in paths] == [404, 404]
    assert client.post(f"/raci/{draft.pk}/save/", {}).status_code == 404
    assert client.post(f"/systems/{draft.system.ref}/raci/make/").status_code == 404


def test_the_live_check_speaks_about_the_unsaved_form(as_user, officer, owner, draft):
    form = posted(draft, **{cell(draft, "CHG-01", owner): ""})
    answer = as_user(officer).post(f"/raci/{draft.pk}/check/", form).content.decode()

    assert "CHG-01: Nobody is accountable." in answer
    assert "<html" not in answer
    assert queries.letters_of(draft)["CHG-01", draft.parties.get(person=owner).pk] == Letter.A


def test_saving_with_an_error_keeps_a_draft_and_says_what_to_mend(as_user, officer, owner, draft):
    form = posted(draft, **{cell(draft, "CHG-01", owner): "", "submit": "1"})
    page = as_user(officer).post(f"/raci/{draft.pk}/save/", form, follow=True).content.decode()
    draft.refresh_from_db()

    assert "Mend 1 row before it can be sent for review." in page
    assert draft.status == MatrixStatus.DRAFT
    assert Entry.objects.filter(action="matrix.saved").count() == 1


def test_saving_and_sending_for_review_is_one_press(as_user, officer, draft):
    form = posted(draft, submit="1")
    page = as_user(officer).post(f"/raci/{draft.pk}/save/", form, follow=True).content.decode()
    draft.refresh_from_db()

    assert "Version 1 waits for somebody else" in page
    assert "You sent this version for review" in page
    assert draft.status == MatrixStatus.IN_REVIEW


def test_what_is_no_cell_or_letter_in_a_form_is_left_out(as_user, officer, draft):
    form = posted(draft, **{"c-OPS-01-999999": "A", "c-ZZZ-01-1": "A", "c-OPS-01-²": "A"})
    form[next(iter(form))] = form[next(iter(form))]
    answer = as_user(officer).post(f"/raci/{draft.pk}/save/", {**form, "c-OPS-02-x": "Q"})

    assert answer.status_code == 302
    assert not Entry.objects.filter(action="matrix.saved").exists()


def test_a_system_without_a_matrix_offers_to_make_it(as_user, officer, system, default):
    client = as_user(officer)
    page = client.get(f"/systems/{system.ref}/raci/")
    made = client.post(f"/systems/{system.ref}/raci/make/", follow=True)

    assert b"Make the matrix" in page.content
    assert b"Draft" in made.content
    assert Matrix.objects.filter(system=system).exists()


def test_without_a_default_the_way_to_it_is_shown(as_user, officer, system):
    page = as_user(officer).get(f"/systems/{system.ref}/raci/")

    assert b"Go to the default" in page.content


def test_the_list_counts_what_the_rules_find(as_user, officer, draft, owner):
    actions.save_matrix(
        draft,
        actor=officer,
        cells={("CHG-01", draft.parties.get(person=owner).pk): None},
    )
    page = as_user(officer).get("/raci/").content.decode()

    assert draft.system.name in page
    assert "1 error" in page
    assert "Default of Halden Mutual" in page


def test_the_list_of_systems_without_a_matrix_names_only_those(as_user, officer, draft, claims):
    bare = make_system(actor=officer, unit=claims, name="Bare system")
    page = as_user(officer).get("/raci/?show=without").content.decode()

    assert bare.name in page
    assert draft.system.name not in page


def test_the_list_takes_as_many_queries_for_many_matrices_as_for_one(
    as_user, officer, draft, claims, django_assert_max_num_queries
):
    for number in range(6):
        other = make_system(actor=officer, unit=claims, name=f"System {number}")
        actions.make_matrix(other, actor=officer)
    client = as_user(officer)

    with django_assert_max_num_queries(33):
        client.get("/raci/")


def test_a_default_is_made_and_put_in_force_by_two_people(as_user, officer, ops_lead, organisation):
    client = as_user(officer)
    client.post("/raci/default/make/", {"unit": organisation.pk, "scheme": "RACI"})
    matrix = Matrix.objects.get(unit=organisation)
    client.post(f"/raci/{matrix.pk}/save/", posted(matrix, submit="1"))
    as_user(ops_lead).post(f"/raci/{matrix.pk}/activate/")
    page = as_user(officer).get("/raci/default/")

    assert b"In force" in page.content


def test_holders_and_authorities_are_named_on_the_page(as_user, officer, owner, organisation):
    client = as_user(officer)
    unit = {"unit": organisation.pk}
    client.post("/raci/default/holders/", {**unit, "role": "AO", "person": owner.pk})
    empowered = {**unit, "person": owner.pk, "kind": "stop-system"}
    client.post("/raci/default/authorities/", empowered)
    page = client.get("/raci/default/").content.decode()

    assert RoleHolder.objects.get().person == owner
    assert "Stop a system" in page
    client.post("/raci/default/authorities/", {**empowered, "take": "1"})
    assert not Authority.objects.filter(until__isnull=True).exists()


def test_a_wrong_holder_form_is_shown_again(as_user, officer, organisation):
    answer = as_user(officer).post(
        "/raci/default/holders/", {"unit": organisation.pk, "role": "XX"}
    )

    assert answer.status_code == 422
    assert b"There is a problem" in answer.content


def test_the_default_page_of_a_foreign_unit_is_not_there(as_user, stranger, claims):
    client = as_user(stranger)

    assert client.get(f"/raci/default/?unit={claims.pk}").status_code == 404
    assert client.get("/raci/default/?unit=²").status_code == 404
    assert client.get("/raci/default/").status_code == 200


def test_columns_and_rows_are_changed_from_the_page(as_user, officer, draft, auditor):
    client = as_user(officer)
    client.post(f"/raci/{draft.pk}/columns/", {"person": auditor.pk})
    client.post(f"/raci/{draft.pk}/columns/", {"label": "Kelda AI", "kind": "vendor"})
    neither = client.post(f"/raci/{draft.pk}/columns/", {})
    codes = [code for code in draft.activities if code != "GOV-10"]
    client.post(f"/raci/{draft.pk}/rows/", {"codes": codes})
    page = client.get(f"/systems/{draft.system.ref}/raci/").content.decode()

    assert "Otto Auditor" in page
    assert "Kelda AI<small>Vendor</small>" in page
    assert neither.status_code == 422
    assert 'id="GOV-10"' not in page


def test_strangers_to_the_house_must_sign_in(client, draft):
    for name, args in [("matrices", []), ("default", []), ("matrix", [draft.pk])]:
        assert client.get(reverse(f"raci:{name}", args=args)).status_code == 302
