"""The whole flow in one test: a real inventory goes in, a sealed pack that verifies comes out."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pikepdf
import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Role
from governance.approvals.api_more import ATTESTED
from governance.approvals.quorum import Slot
from governance.approvals.seats import seats
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.tasks import build_pack
from governance.checkpoints.queries import public_key
from governance.classification.queries import usual_answers
from governance.ledger.models import Entry
from governance.obligations.tasks import sweep_duties
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from inventory.systems.models import AISystem, ModelVersion
from raci.matrices import actions as raci
from raci.matrices.catalogue import catalogue
from raci.people import actions as people
from tests.conftest import person, sign_in
from tests.factories import a_run, make_rota, put_in_force
from tests.rest.test_conventions import caller

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "inventory/imports/samples/us-federal-2024-sample.csv"
VERIFIER = ROOT / "governance/audit_packs/verifier/verify_pack.py"
SHARED = Path(os.environ.get("MUSTER_SHARED") or ROOT.parent / "shared")
PUBLISHED = SHARED / "data/us_federal_ai_inventory_2024.csv"
OVERSEE, TRAINING = "art26.2", "Training of the overseers"
PURPOSE = "Assesses whether an applicant is eligible for a public benefit."

Call = Callable[..., Any]


def test_from_import_to_verified_pack(officer, ops_lead, auditor, tmp_path, settings, capsys):
    settings.STORAGE = settings.MEDIA_ROOT = tmp_path / "storage"
    pack = the_story_until_a_pack_is_asked_for(officer, ops_lead, tmp_path)
    build_pack(pack.pk)

    the_pack_is_sealed_and_verifies(pack, auditor, tmp_path, capsys)


@pytest.mark.worker
def test_the_same_with_two_real_workers_and_a_clock(
    live, officer, ops_lead, auditor, tmp_path, settings, capsys
):
    settings.STORAGE = settings.MEDIA_ROOT = tmp_path / "storage"
    live.start(workers=2)
    pack = the_story_until_a_pack_is_asked_for(officer, ops_lead, tmp_path)
    live.wait_for(lambda: EvidencePack.objects.get(pk=pack.pk).sealed_at is not None, 120)

    the_pack_is_sealed_and_verifies(pack, auditor, tmp_path, capsys)


def the_story_until_a_pack_is_asked_for(
    officer: User, ops_lead: User, folder: Path
) -> EvidencePack:
    """Import, classify, name who answers, meet a duty, approve a version, ask for a pack."""
    as_officer = call_as(officer)
    import_inventory(folder)
    system = AISystem.objects.filter(stage="production").order_by("pk")[0]
    own_it(as_officer, system)
    classify(as_officer, system)
    name_who_answers(officer, system)
    meet_a_duty(as_officer, system)
    approve_a_version(as_officer, officer, system)
    answer = as_officer("POST", "/api/v1/packs/", {"systems": [system.ref]})
    assert answer.status_code == 202, answer.content
    return EvidencePack.objects.get(ref=answer.json()["ref"])


def call_as(user: User) -> Call:
    """Return a function that calls the API as a person."""
    return caller(issue_token(actor=user, name="story", scopes=list(Scope))[1])


def import_inventory(folder: Path) -> None:
    """Import the published file where it lies beside the checkout, else our sample; then again."""
    file, report = (PUBLISHED if PUBLISHED.exists() else SAMPLE), folder / "report.json"
    told = []
    for _ in range(2):
        before = Entry.objects.count()
        call_command("import_systems", file, preset="us-federal-2024", report=report)
        told.append(json.loads(report.read_text()) | {"entries": Entry.objects.count() - before})
    first, second = told
    if file == PUBLISHED:
        assert (first["rows"], first["created"], first["rejected"]) == (2_133, 2_133, [])
    assert first["created"] == AISystem.objects.count()
    assert (second["created"], second["changed"], second["entries"]) == (0, 0, 0)


def own_it(as_officer: Call, system: AISystem) -> None:
    """Say what the system is for, and who owns it."""
    admin = User.objects.get(memberships__role="administrator")
    mira = person("Mira Rossi", Role.SYSTEM_OWNER, system.unit, admin)
    path = f"/api/v1/systems/{system.ref}/"
    change = {"owner": mira.email, "intended_purpose": PURPOSE, "our_roles": ["deployer"]}
    answer = as_officer("PATCH", path, change, if_match=as_officer("GET", path)["ETag"])
    assert answer.status_code == 200, answer.content
    system.refresh_from_db()


def classify(as_officer: Call, system: AISystem) -> None:
    """Answer every question, most as ordinary systems do, read the result, sign it."""
    path = f"/api/v1/classifications/{system.ref}/"
    facts = usual_answers(system) | {
        "actor.uses_professionally": True,
        "actor.public_body": True,
        "benefit.public_authority": True,
        "benefit.functions": ["evaluate_eligibility"],
        "profiling.performed": True,
    }
    read = as_officer("PATCH", path, {"facts": facts}, if_match=as_officer("GET", path)["ETag"])
    assert read.json()["provisional_tier"] == "high", read.content
    seen = {name: read.json()[name] for name in ("facts_digest", "pack_version")}
    signed = as_officer("POST", f"{path}sign/", seen | {"reason": "Annex III 5(a)."})
    assert signed.status_code == 201, signed.content


def name_who_answers(officer: User, system: AISystem) -> None:
    """Name one holder for each role, make the matrix of the system, put it in force."""
    root = BusinessUnit.objects.get(parent__isnull=True)
    holders = {
        role: person(f"{role.title()} Holder", Role.SYSTEM_OWNER, root, officer_admin())
        for role in catalogue().roles
        if role not in ("PO",)
    }
    for role, holder in holders.items():
        people.name_holder(root, role=role, person=holder, actor=officer)
        for kind in catalogue().authorities:
            people.empower(root, person=holder, kind=kind, actor=officer)
    for kind in catalogue().authorities:
        people.empower(root, person=system.owner, kind=kind, actor=officer)
    make_rota(root, actor=officer, people=[holders["OC"], holders["AO"]])
    put_in_force(raci.make_default_matrix(root, actor=officer), actor=officer)
    put_in_force(raci.make_matrix(system, actor=officer), actor=officer)


def meet_a_duty(as_officer: Call, system: AISystem) -> None:
    """See the duties that followed; who answers for one shows evidence and says it is met."""
    sweep_duties()  # beside a real worker this is one sweep more
    as_owner = call_as(system.owner)
    mine = f"/api/v1/obligations/?system={system.ref}&accountable={system.owner.email}"
    (duty,) = [row for row in as_owner("GET", mine).json()["items"] if row["obligation"] == OVERSEE]
    assert (duty["state"], duty["evidence"]) == ("waiting", [])
    path = f"/api/v1/obligations/{duty['id']}/"
    next_year = f"{timezone.localdate() + timedelta(days=365)}"
    assert as_owner("POST", f"{path}meet/", {"next_check_on": next_year}).status_code == 409
    shown = as_owner("POST", f"{path}attach/", {"title": TRAINING, "link": "https://x.example/1"})
    assert len(shown.json()["evidence"]) == 1
    met = as_owner("POST", f"{path}meet/", {"next_check_on": next_year}).json()
    assert (met["state"], met["next_check_on"]) == ("met", next_year)
    assert as_officer("GET", path).json()["state"] == "met"


def officer_admin() -> User:
    """Return the administrator."""
    return User.objects.get(memberships__role="administrator")


def approve_a_version(as_officer: Call, officer: User, system: AISystem) -> None:
    """Propose a pinned version with its evidence; who proposed it may not approve it, the six
    whom the matrix names do, each with their password."""
    body = {
        "system": system.ref,
        "label": "1.0.0",
        "provider": "openai",
        "model_id": "gpt-4o-2024-08-06",
    }
    version = as_officer("POST", "/api/v1/model-versions/", body).json()
    for kind in ("regression", "adversarial"):
        a_run(ModelVersion.objects.get(pk=version["id"]), actor=officer, kind=kind)
    for kind in ATTESTED:
        said = {"version": version["id"], "kind": kind, "produced_by": "Test bench"}
        proof = said | {"statement": "Read and found good."}
        assert as_officer("POST", "/api/v1/release-evidence/", proof).status_code == 201
    proposal = {"version": version["id"], "reason": "First release."}
    release = as_officer("POST", "/api/v1/releases/", proposal).json()
    assert release["state"] == "in_review", release
    path = f"/api/v1/releases/{release['ref']}/"
    yes = {"event": "approve", "reason": "Agreement is being signed."}
    now = as_officer("GET", f"{path}standing/").json()
    own = yes | {"seen": now["seal"]}
    assert as_officer("POST", f"{path}transitions/", own).status_code == 403
    states = [agree(system, path, slot, yes) for slot in now["quorum"]["needed"]]
    assert states == ["in_review"] * 5 + ["approved"]


def agree(system: AISystem, path: str, slot: str, yes: dict[str, str]) -> str:
    """Let whoever has a voice agree in a session of their own; return the state after it."""
    who = seats(system, [Slot(slot)])[Slot(slot)].person
    assert who, slot
    client = sign_in(Client(), who)
    seal = client.get(f"{path}standing/").json()["seal"]
    answer = client.post(
        f"{path}transitions/", yes | {"seen": seal}, content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    return str(answer.json()["state"])


def the_pack_is_sealed_and_verifies(
    pack: EvidencePack, auditor: User, folder: Path, capsys: Any
) -> None:
    """Download it as the auditor; it verifies, says what happened, and shows any change."""
    pack.refresh_from_db()
    assert pack.status == "sealed", pack.error
    answer = call_as(auditor)("GET", f"/api/v1/packs/{pack.ref}/file/")
    content = b"".join(answer.streaming_content)
    file = folder / "pack.zip"
    file.write_bytes(content)
    call_command("verify_pack", file)
    assert pack.ref in capsys.readouterr().out
    assert offline(file) == 0

    told = attached_data(file, pack.ref)
    assert told["systems"][0]["card"]["intended_purpose"] == PURPOSE
    duties = told["systems"][0]["obligations"]["duties"]
    (overseen,) = [row for row in duties if row["id"] == OVERSEE]
    assert (overseen["state"], overseen["accountable"]) == ("met", "Mira Rossi")
    assert [item["title"] for item in overseen["evidence"]] == [TRAINING]
    assert len(duties) > 5
    numbers = [row["number"] for row in told["systems"][0]["timeline"]]
    assert len(numbers) == len(set(numbers)) >= 6
    assert max(numbers) < pack.ledger_size

    middle = len(content) // 2
    file.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    with pytest.raises(SystemExit) as refused:
        call_command("verify_pack", file)
    assert refused.value.code == 1
    assert offline(file) == 1
    call_command("verify_ledger")


def offline(file: Path) -> int:
    """Return how the check of an auditor ends who has one file, the key and Python."""
    words = [sys.executable, "-I", "-S", VERIFIER, "--key", public_key(), file]
    return subprocess.run(words, env={}, check=False, capture_output=True).returncode


def attached_data(file: Path, ref: str) -> dict[str, Any]:
    """Return the data.json inside the PDF inside the pack."""
    with ZipFile(file) as bag, pikepdf.open(io.BytesIO(bag.read(f"{ref}/data/{ref}.pdf"))) as pdf:
        value: dict[str, Any] = json.loads(pdf.attachments["data.json"].get_file().read_bytes())
    return value
