"""Make the tables and found the organisation that the faults fall upon; print its tokens.

Run in a process of its own with the settings of the instance: python -m bench.faults.founding
"""

import json
import os

import django

CLIENTS = 8


def main() -> None:
    """Make all, and print the tokens of eight officers, of one lead, and the unit's id."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    django.setup()
    from django.core.management import call_command

    from governance.accounts import actions as accounts
    from governance.accounts import unit_actions
    from governance.accounts.models import BusinessUnit
    from governance.accounts.rules import Role
    from governance.health import broker
    from governance.rest.actions import issue_token
    from governance.rest.rules import Scope

    call_command("migrate", verbosity=0)
    broker.install()
    admin = unit_actions.found_organisation(
        name="Faults", email="admin@faults.example", person="Ada Admin", password="x" * 20
    )
    root = BusinessUnit.objects.get(parent__isnull=True)

    def token(name: str, role: Role, called: str = "faults") -> str:
        email = f"{name.lower().replace(' ', '.')}@faults.example"
        person = accounts.add_person_with_role(
            email=email, name=name, role=role, unit=root, actor=admin
        )
        return issue_token(actor=person, name=called, scopes=list(Scope))[1]

    officers = [token(f"Officer {at}", Role.COMPLIANCE_OFFICER) for at in range(CLIENTS)]
    lead = token("Lara Lead", Role.AI_OPS_LEAD)
    spare = token("Sam Spare", Role.COMPLIANCE_OFFICER, "spare")
    print(json.dumps({"unit": root.pk, "officers": officers, "lead": lead, "spare": spare}))


if __name__ == "__main__":
    main()
