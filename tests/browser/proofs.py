"""A vendor with its agreement, evidence, and a sealed pack, for the tour of all pages."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from governance.accounts.models import BusinessUnit, User
from governance.audit_packs.actions import request_pack
from governance.audit_packs.question_actions import ask
from governance.audit_packs.rules import ScopeKind
from governance.audit_packs.tasks import build_pack
from governance.checkpoints.actions import checkpoint_now
from governance.classification.models import Assessment
from governance.evidence.actions import add_evidence
from governance.incidents.actions import register_incident
from governance.obligations.actions import follow, meet_duty, show_evidence
from governance.obligations.models import Duty
from inventory.systems.actions import link_agreement
from inventory.systems.models import AISystem
from inventory.vendors import actions as vendors


def fill(root: BusinessUnit, system: AISystem, officer: User) -> dict[str, str | int]:
    """Return refs of a vendor, an agreement that runs out, and a sealed pack."""
    day = timezone.localdate()
    vendor = vendors.add_vendor(actor=officer, name="Kelda AI", country="NL")
    agreement = vendors.add_agreement(
        actor=officer,
        kind="DPA",
        title="Data processing terms",
        vendor=vendor,
        unit=root,
        our_party="Halden Mutual",
        signed_on=day - timedelta(days=300),
        effective_from=day - timedelta(days=300),
        expires_on=day + timedelta(days=20),
    )
    link_agreement(system, agreement=agreement, actor=officer)
    link = "https://kelda.example/model-card"
    shown = add_evidence(system, actor=officer, title="Model card, section 4", link=link)
    upload = SimpleUploadedFile("bias.csv", b"group,rate")
    add_evidence(system, actor=officer, title="Bias test, third quarter", upload=upload)
    follow(Assessment.objects.current().get(system=system), actor=officer)
    duty = Duty.objects.get(obligation="art26.2")
    show_evidence(duty, item=shown, actor=officer)
    meet_duty(duty, next_check_on=day + timedelta(days=200), actor=officer)
    incident = register_incident(
        system,
        actor=officer,
        title="Claims ranked last for three days",
        description="A field was empty; health claims were ranked last.",
        effects=["serious_health_harm"],
        aware_at=timezone.now() - timedelta(days=2, hours=3),
        zone="Europe/Oslo",
    )
    pack = request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])
    build_pack(pack.pk)
    checkpoint_now()
    pack.refresh_from_db()
    question = ask(pack, text="Who looked at the scores in May?", actor=officer, system=system)
    found = {"vendor": vendor.ref, "agreement": agreement.ref, "evidence": shown.ref}
    return {
        **found,
        "pack": pack.ref,
        "question": question.pk,
        "duty": duty.pk,
        "incident": incident.ref,
    }
