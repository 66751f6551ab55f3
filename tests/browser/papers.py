"""A system whose record of Art. 6(4) is signed, for the tour of all pages."""

from governance.accounts.models import BusinessUnit, User
from governance.classification.actions import answer_facts
from governance.classification.queries import usual_answers
from governance.documents.actions import write_entry
from governance.documents.rules import Kind, Place
from inventory.systems import actions as systems
from tests.classification.conftest import sign as classify
from tests.documents.conftest import sign
from tests.documents.samples import SCHEDULING


def fill(unit: BusinessUnit, officer: User, owner: User) -> dict[str, str | int]:
    """Sign the record, write for the registration, then change what the record said."""
    system = systems.register(
        actor=officer,
        name="Interview scheduling assistant",
        intended_purpose="Finds a time that suits everybody.",
        unit=unit,
        owner=owner,
    )
    answer_facts(system, facts=usual_answers(system) | SCHEDULING, actor=officer)
    classify(system, officer)
    sign(system, Kind.NOT_HIGH_RISK, officer)
    address = Place(Kind.ANNEX_VIII_B, "1.address")
    write_entry(system, address, text="Storgatan 12, 211 42 Malmö, Sweden", actor=owner)
    systems.change_system(system, actor=officer, intended_purpose="Finds a time for interviews.")
    return {"exempt": system.ref}
