"""Subjects for the tests of documents, made without a database."""

from typing import Any

from governance.classification.explain import explain
from governance.classification.packs import load
from governance.classification.rules import checked, classify, engine_of
from governance.documents.subject import Classified, Contract, Subject, Supplier, Version

PACK = load()
ENGINE = engine_of(PACK)
PROVIDER = {"actor.develops_under_own_name": True}
DEPLOYER = {"actor.uses_professionally": True}
HIRING = {"work.functions": ["analyse_filter_applications"], "profiling.performed": True}
SCHEDULING = PROVIDER | {
    "work.functions": ["recruitment_admin_step"],
    "filter.narrow_procedural": True,
    "filter.materially_influences_outcome": False,
    "profiling.performed": False,
}
GRID = PROVIDER | DEPLOYER | {
    "ci.sector": "electricity", "ci.safety_component": True, "ci.critical_entity": True,
    "filter.materially_influences_outcome": True,
}  # fmt: skip
POLICE = PROVIDER | {"le.by_or_for_authority": True, "le.functions": ["polygraph_similar"]}
BENEFITS = DEPLOYER | {
    "actor.public_body": True, "benefit.public_authority": True,
    "benefit.functions": ["evaluate_eligibility"], "profiling.performed": True,
}  # fmt: skip


def classified(facts: dict[str, Any], *, signed: bool = True) -> Classified:
    """Return what the pack says about some facts, signed by Ines."""
    known = checked(PACK, facts)
    result = explain(PACK, classify(ENGINE, known), known)
    signature = {
        "ref": "AIS-014 C2", "signed_by": "Ines Halvorsen", "signed_on": "2026-11-20",
        "reason": "It sorts and ranks nobody.",
    }  # fmt: skip
    return Classified(known, result, "f" * 64, PACK.version, **(signature if signed else {}))


def subject(facts: dict[str, Any] | None = None, **over: Any) -> Subject:
    """Return a system of Halden Mutual with everything the registry can know."""
    told: dict[str, Any] = {
        "ref": "AIS-014",
        "name": "CV screening assistant",
        "organisation": "Halden Mutual",
        "purpose": "Ranks job applications.",
        "stage": "production",
        "roles": ("provider",),
        "data": ("personal",),
        "people": ("applicants",),
        "architecture": "single_model",
        "countries": ("DE", "US"),
        "live_since": "2025-03-01",
        "vendor": Supplier("VEN-001", "Kelda AI"),
        "versions": (
            Version("3.3.0", "openai", "gpt-4.1-2025-04-14"),
            Version(
                "3.2.1", "openai", "gpt-4o-2024-08-06", "eu-central", "d" * 64,
                "Newer model.", "Jonas Weber", "2026-10-01",
            ),
        ),
        "contracts": (Contract("AGR-003", "DPA", "Kelda AI"),),
        "matrix": "AIS-014 RACI 2",
        "accountable": {"SAF-01": "Mira Rossi"},
    }  # fmt: skip
    known = classified(facts) if facts is not None else None
    return Subject(**told | {"classified": known} | over)
