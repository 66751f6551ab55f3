"""Import rows into a running Muster and have its worker build a pack: -m bench.big_pack SYSTEMS."""

import json
import os
import sys
import time

import django

WAIT_SECONDS = 1_200


def build(count: int) -> dict[str, float]:
    """Return what a pack of so many systems took, from the wish to the seal."""
    from bench import imports
    from governance.accounts.actions import grant
    from governance.accounts.models import BusinessUnit, User
    from governance.accounts.rules import Role
    from governance.audit_packs.actions import request_pack
    from governance.audit_packs.rules import PackStatus, ScopeKind
    from governance.audit_packs.tasks import start_soon
    from inventory.systems.models import AISystem

    imports.measure()
    root = BusinessUnit.objects.get(parent__isnull=True)
    admin = User.objects.get(memberships__role=Role.ADMINISTRATOR)
    grant(admin, role=Role.COMPLIANCE_OFFICER, unit=root, actor=admin)
    systems = list(AISystem.objects.order_by("pk").select_related("unit")[:count])
    began = time.monotonic()
    pack = request_pack(
        actor=admin, kind=ScopeKind.PORTFOLIO, systems=systems, scope={"unit": root.pk}
    )
    start_soon(pack.pk)
    while pack.status != PackStatus.SEALED:
        if pack.status == PackStatus.FAILED or time.monotonic() - began > WAIT_SECONDS:
            raise SystemExit(f"{pack.ref} is {pack.status}: {pack.error}")
        time.sleep(0.2)
        pack.refresh_from_db()
    return {
        "systems": len(systems),
        "pages": pack.pages or 0,
        "seconds": round(time.monotonic() - began, 1),
        "mib": round((pack.size_bytes or 0) / 1024**2, 1),
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    django.setup()
    print(json.dumps(build(int(sys.argv[1]))))
