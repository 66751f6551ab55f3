"""A role that is vacated after its matrix came into force shows at once, everywhere."""

import pytest

from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from raci.matrices.models import Matrix
from raci.people.actions import end_seat
from raci.people.models import RoleHolder
from tests.factories import put_in_force
from tests.rest.test_conventions import caller

WORDS = "Business sponsor is vacant since"


@pytest.fixture
def in_force(draft, officer) -> Matrix:
    """A system's matrix, in force."""
    put_in_force(draft, actor=officer)
    return draft


@pytest.fixture
def vacated(in_force, officer) -> Matrix:
    """The same; then nobody is business sponsor any more."""
    end_seat(RoleHolder.objects.get(role="BS", until=None), actor=officer)
    return in_force


def test_rest_tells_it(vacated, officer):
    call = caller(issue_token(actor=officer, name="t", scopes=list(Scope))[1])
    told = call("GET", f"/api/v1/systems/{vacated.system.ref}/raci/validation/").json()
    found = [one for one in told["findings"] if one["reason"].startswith(WORDS)]

    assert [(one["rule"], one["severity"]) for one in found] == [("R08", "error")]
    assert told["status"] == "active"


def test_the_page_of_the_matrix_tells_it(vacated, officer, as_user):
    page = as_user(officer).get(f"/systems/{vacated.system.ref}/raci/").content.decode()

    assert WORDS in page


def test_the_page_of_the_system_tells_it_in_its_line(in_force, officer, as_user):
    client, path = as_user(officer), f"/systems/{in_force.system.ref}/"
    before = client.get(path).content.decode()
    end_seat(RoleHolder.objects.get(role="AO", until=None), actor=officer)
    after = client.get(path).content.decode()

    assert "is vacant since" not in before
    assert "AI-Ops lead is vacant since" in after
