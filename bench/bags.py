"""What a pack of many systems takes beside its printing: reading, proofs, signature, zip, check.

    .venv/bin/python bench/bags.py [SYSTEMS]     1,000 unless said

The PDF is a few bytes here: bench/packs.py measures the printing. Writes into the database of
DATABASE_URL, which is made ready first: give it one of its own.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
os.environ.setdefault("MUSTER_MODE", "local")

import django

SYSTEMS = 1_000
CHANGES = 10  # entries of each system beside the one that registered it


def measure(count: int = SYSTEMS) -> dict[str, Any]:
    """Return seconds and memory of each step for a pack of so many systems."""
    from governance.audit_packs.bag import Papers, write_bag
    from governance.audit_packs.queries import contents
    from governance.audit_packs.statement import pae
    from governance.checkpoints.signing import signer
    from governance.common.clock import database_now

    pack = asked(count)
    begun, base = time.perf_counter(), peak_mib()
    said = contents(pack)
    read, read_mib = time.perf_counter(), peak_mib()
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "pack.pdf"
        pdf.write_bytes(b"%PDF-1.7\n")
        bag = write_bag(said, Papers(pdf), signer(), database_now())
        bagged, bag_mib = time.perf_counter(), peak_mib()
        signer().sign(pae("application/vnd.in-toto+json", bytes(10_000_000)))
        signed = time.perf_counter()
        checked = verified(bag.file)
        size = bag.file.stat().st_size
    return {
        "systems": count,
        "entries": len(said.numbers),
        "mib": round(size / 2**20, 1),
        "read_seconds": round(read - begun, 1),
        "bag_seconds": round(bagged - read, 1),
        "sign_10_mb_seconds": round(signed - bagged, 3),
        "check_seconds": checked,
        "peak_mib": {"before": base, "read": read_mib, "bag": bag_mib},
    }


def peak_mib() -> int:
    """Return the most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def verified(file: Path) -> float:
    """Return the seconds of the offline check in a process of its own; it must find all good."""
    from governance.audit_packs.bag import VERIFIER
    from governance.checkpoints.queries import public_key

    begun = time.perf_counter()
    words = [sys.executable, "-I", "-S", str(VERIFIER), "--key", public_key(), str(file)]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return round(time.perf_counter() - begun, 1)


def asked(count: int) -> Any:
    """Return a pack that waits, about new systems with a little history each."""
    from django.core.management import call_command

    from governance.accounts.actions import add_person_with_role
    from governance.accounts.models import BusinessUnit
    from governance.accounts.rules import Role
    from governance.accounts.unit_actions import found_organisation
    from governance.audit_packs.actions import request_pack
    from governance.audit_packs.rules import ScopeKind
    from inventory.systems.actions import change_system, register

    call_command("migrate", verbosity=0)
    admin = found_organisation(
        name="Bench", email="admin@bench.example", person="Ada Admin", password="x" * 20
    )
    root = BusinessUnit.objects.get(parent__isnull=True)
    officer = add_person_with_role(
        email="officer@bench.example",
        name="Ines Officer",
        role=Role.COMPLIANCE_OFFICER,
        unit=root,
        actor=admin,
    )
    systems = []
    for at in range(count):
        made = register(
            actor=officer, name=f"System {at}", intended_purpose="Ranks.", unit=root, owner=officer
        )
        for turn in range(CHANGES):
            change_system(made, actor=officer, outputs=f"Scores from 0 to {turn + 1}.")
        systems.append(made)
    kind = ScopeKind.PORTFOLIO
    return request_pack(actor=officer, kind=kind, systems=systems, scope={"unit": root.pk})


if __name__ == "__main__":
    django.setup()
    print(json.dumps(measure(*map(int, sys.argv[1:2])), indent=2))
