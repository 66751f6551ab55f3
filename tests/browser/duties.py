"""Matrices and updates for the browser tests."""

from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Role
from governance.approvals import actions as approvals
from governance.approvals.around_actions import remark
from governance.approvals.models import Release
from inventory.systems.models import AISystem
from inventory.systems.version_actions import add_version
from raci.matrices import actions as raci
from raci.matrices.catalogue import catalogue
from raci.people import actions as people
from raci.people.models import RoleHolder
from tests.conftest import person
from tests.factories import make_rota, put_in_force

PINNED, NEXT, FLOATING = "gpt-4o-2024-08-06", "gpt-4o-2024-11-20", "gpt-4o"


def fill(
    root: BusinessUnit, system: AISystem, officer: User, owner: User, ops_lead: User
) -> dict[str, str | int]:
    """Return refs of a matrix with errors, an update withdrawn, one that waits, a floating id."""
    default = raci.make_default_matrix(root, actor=officer)
    put_in_force(default, actor=officer)
    people.name_holder(root, role="AO", person=ops_lead, actor=officer)
    people.empower(root, person=owner, kind="stop-system", actor=officer)
    matrix = raci.make_matrix(system, actor=officer)
    labels = {"3.2.1": PINNED, "3.3.0": NEXT, "4.0.0": FLOATING}
    versions = {
        label: add_version(system, actor=owner, label=label, provider="openai", model_id=model_id)
        for label, model_id in labels.items()
    }
    first = approvals.submit(versions["3.2.1"], actor=owner, reason="First release.")
    approvals.withdraw(first, actor=owner, reason="Too early.")
    waiting = approvals.submit(versions["3.3.0"], actor=owner, reason="The old one retires.")
    remark(waiting, actor=officer, text="Which cases are new?")
    return {
        "matrix": matrix.pk,
        "default": default.pk,
        "decided": first.ref,
        "waiting": waiting.ref,
        "floating": versions["4.0.0"].pk,
        "proposed": versions["3.3.0"].pk,
    }


def staff(root: BusinessUnit, system: AISystem, officer: User) -> None:
    """Name a holder for each role and give every authority."""
    admin = User.objects.get(memberships__role=Role.ADMINISTRATOR)
    for role in catalogue().roles.keys() - {"PO"}:
        holder = person(f"{role} Holder", None, root, admin)
        people.name_holder(root, role=role, person=holder, actor=officer)
        for kind in catalogue().authorities:
            people.empower(root, person=holder, kind=kind, actor=officer)
    for kind in catalogue().authorities:
        people.empower(root, person=system.owner, kind=kind, actor=officer)
    engineer = RoleHolder.objects.get(role="OC").person
    make_rota(root, actor=officer, people=[engineer])


def propose(system: AISystem, owner: User) -> Release:
    """Return an update of a pinned version that waits."""
    version = add_version(system, actor=owner, label="3.2.1", provider="openai", model_id=PINNED)
    return approvals.submit(version, actor=owner, reason="First release.")
