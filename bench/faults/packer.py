"""One evidence pack, asked for and built in a process that may be killed at any moment.

    python -m bench.faults.packer ask SYSTEMS    register systems, ask for a pack; print its key
    python -m bench.faults.packer build PK       take the pack over from whoever died, and build it

Prints "claimed" when the building begins, so that whoever kills it knows from when to count, and
the name of each step when it begins.
"""

import os
import sys
from typing import Any

import django

STEPS = ("contents", "print_pack", "papered", "write_bag", "keep", "seal")


def ask(count: int) -> None:
    """Register systems and print the key of a pack about them."""
    from governance.accounts.models import BusinessUnit, User
    from governance.accounts.rules import Role
    from governance.audit_packs.actions import request_pack
    from governance.audit_packs.rules import ScopeKind
    from inventory.systems.actions import register

    root = BusinessUnit.objects.get(parent__isnull=True)
    officer = User.objects.filter(memberships__role=Role.COMPLIANCE_OFFICER).earliest("pk")
    made = [
        register(
            actor=officer, name=f"Packed {at}", intended_purpose="Ranks.", unit=root, owner=officer
        )
        for at in range(count)
    ]
    scope = {"unit": root.pk}
    pack = request_pack(actor=officer, kind=ScopeKind.PORTFOLIO, systems=made, scope=scope)
    print(pack.pk)


def build(pk: int) -> None:
    """Let the lease of whoever died end, and build as a worker does."""
    from django.db.models import Value
    from django.db.models.functions import Now

    from governance.audit_packs import building
    from governance.audit_packs.models import EvidencePack
    from governance.audit_packs.tasks import build_pack

    for step in STEPS:
        setattr(building, step, telling(step, getattr(building, step)))
    silent = EvidencePack.objects.filter(pk=pk, status="building")
    silent.update(lease_until=Now(), attempts=Value(0))
    print("claimed", flush=True)
    build_pack(pk)


def telling(step: str, stock: Any) -> Any:
    """Return a function that says that its step begins, and does it."""

    def told(*arguments: Any, **options: Any) -> Any:
        print(step, flush=True)
        return stock(*arguments, **options)

    return told


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    django.setup()
    {"ask": ask, "build": build}[sys.argv[1]](int(sys.argv[2]))
