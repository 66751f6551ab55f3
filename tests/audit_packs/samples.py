"""Contents of packs that need no database."""

from typing import Any

from governance.audit_packs.completeness import FLAGGED
from governance.audit_packs.queries import Contents
from governance.audit_packs.rules import missing

VOTE = {
    "person": "Ines Halvorsen",
    "acting_for": None,
    "voice": "Answers for updates (CHG-01)",
    "purpose": "approve",
    "yes": True,
    "reason": "Bias test passed.",
    "at": "2026-11-21T10:00:00Z",
    "digest": "cd" * 32,
    "evidence_digest": "ef" * 32,
    "seen": 4,
    "proved_by": "password",
    "void_at": None,
    "void_because": "",
}
RELEASE = {
    "ref": "UPD-001",
    "status": "active",
    "words": "Active",
    "may_run": True,
    "place": "prod",
    "round": 1,
    "change_class": "B",
    "class_words": "Major",
    "class_suggested": "B",
    "risk_tier": "high",
    "digest": "cd" * 32,
    "evidence_digest": "ef" * 32,
    "rules_version": "ab" * 8,
    "submitted_by": "Jonas Weber",
    "submitted_at": "2026-11-20T09:00:00Z",
    "reason": "Fewer complaints in the pilot.",
    "gap_addressed": "",
    "before": None,
    "decided_by": "Ines Halvorsen",
    "decided_at": "2026-11-21T10:00:00Z",
    "decision_reason": "Bias test passed.",
    "approved_at": "2026-11-21T10:00:00Z",
    "valid_until": "2027-05-21T10:00:00Z",
    "activated_by": "Priya Nair",
    "activated_at": "2026-11-21T12:00:00Z",
    "emergency_second": None,
    "emergency_until": None,
    "left_at": None,
    "rollback_target": None,
    "votes": [VOTE],
    "conditions": [],
    "findings": [],
    "refused": [],
    "evidence": [],
}
VERSION = {
    "label": "3.2.1",
    "provider": "openai",
    "model_id": "gpt-4o-2024-11-20",
    "pinned": True,
    "pin_reason": "ends in an ISO date",
    "region": "eu",
    "prompt_sha256": "",
    "bundle": {
        "provider": "openai",
        "model_id": "gpt-4o-2024-11-20",
        "prompts": {"system": "3a" * 32},
        "parameters": {"temperature": "0.2"},
    },
    "notes": "Shorter reasons.",
    "digest": "cd" * 32,
    "proposed_at": "2026-11-20T09:00:00Z",
    "created_at": "2026-11-19T09:00:00Z",
    "made_by": ["Jonas Weber"],
    "releases": [RELEASE],
    "waivers": [],
}
DUTY = {
    "id": "art26",
    "duty": "Assign competent human oversight.",
    "roles": ["deployer"],
    "citation": ["Art 26(2)"],
    "applies_from": {"enacted": "2026-08-02", "amended": "2027-12-02"},
    "disputed": False,
}
HELD = {
    "id": "art26",
    "role": "deployer",
    "duty": "Assign competent human oversight.",
    "citation": ["Art 26(2)"],
    "applies_from": {"enacted": "2026-08-02", "amended": "2027-12-02"},
    "disputed": False,
    "state": "met",
    "status": "met",
    "due_on": "2027-03-01",
    "next_check_on": "2027-03-01",
    "waits_for": "",
    "reason": "",
    "proposed_by": None,
    "approved_by": None,
    "approved_at": None,
    "ended_by": None,
    "accountable": "Jonas Weber",
    "accountable_because": "owns the system",
    "evidence": [
        {
            "ref": "EV-001",
            "title": "Training record",
            "standing": "stands",
            "file_name": "training.pdf",
            "sha256": "cd" * 32,
            "link": "",
            "valid_until": None,
        }
    ],
}
RESULT = {
    "tier": "high",
    "tier_enacted": "high",
    "roles": ["deployer"],
    "exemption": {"outcome": "not_applicable"},
    "pack_version": "64" * 32,
    "law": {"title": "EU AI Act", "as_of": "2026-11-22"},
    "why": [
        {
            "title": "Recruitment and selection",
            "citation": ["Art 6(2)", "Annex III point 4(a)"],
            "because": [
                {"ask": "What does it do regarding work?", "answer": "evaluate candidates"}
            ],
        }
    ],
    "why_not": [],
    "duties": [DUTY],
}
SIGNED = {
    "status": "signed",
    "unsure": [],
    "earlier": [],
    "number": 1,
    "signed_by": "Ines Halvorsen",
    "signed_at": "2026-11-20T08:00:00Z",
    "reason": "Reviewed with the works council.",
    "facts": {},
    "facts_digest": "ef" * 32,
    "facts_changed": False,
    "pack_changed": False,
    "result": RESULT,
}
ROW = {
    "code": "CHG-01",
    "title": "Approve a model version update",
    "phase": "Change",
    "law": "",
    "accountable": ["Jonas Weber"],
    "responsible": ["Jonas Weber"],
    "consulted": ["Ines Halvorsen"],
    "informed": [],
}
CARD = {
    "intended_purpose": "Ranks applications by how well they fit.",
    "outputs": "A score",
    "unit": ["Halden Mutual", "People"],
    "owner": "Jonas Weber",
    "our_roles": ["deployer"],
    "stage": "production",
    "vendor": "Northwind AI",
    "architecture": "single_model",
    "data_categories": ["personal"],
    "people_affected": ["applicants"],
    "countries": ["DE"],
    "impact_flags": [],
    "initiated_on": None,
    "live_since": "2025-03-01",
    "retired_on": None,
    "origin": "manual",
    "source": "",
    "external_key": "",
    "source_facts": {},
    "distinct_because": "",
    "row_version": 2,
    "registered_at": "2026-11-19T08:00:00Z",
}
AGREEMENT = {
    "ref": "AGR-001",
    "kind": "DPA",
    "title": "Data processing",
    "vendor": "Northwind AI",
    "our_party": "Halden Mutual",
    "state": "in_force",
    "signed_on": "2025-01-01",
    "effective_from": "2025-01-01",
    "expires_on": "2027-12-31",
    "notice_days": 90,
    "document_sha256": "ab" * 32,
}
DRAFT = {
    "kind": "annex-viii-c",
    "short": "Annex VIII C",
    "title": "Registration by a deployer",
    "status": "draft",
    "applies": "Owed as deployer: Register the use.",
    "citation": ["Art 49(3)"],
    "missing": [{"key": "1.address", "label": "Deployer: address"}],
    "content": {
        "system": {"ref": "AIS-001", "name": "CV screening assistant 1"},
        "law_text": "amended",
        "sections": [
            {
                "title": "Annex VIII Section C",
                "items": [
                    {
                        "key": "1.name", "number": "1", "label": "Deployer: name",
                        "need": "required", "only_enacted": False, "lacking": "",
                        "values": [{"text": "=Halden Mutual", "source": "register: organisation"}],
                    },
                    {
                        "key": "1.address", "number": "1", "label": "Deployer: address",
                        "need": "required", "only_enacted": False, "values": [],
                        "lacking": "The registry keeps no addresses: write it here.",
                    },
                ],
            }
        ]
    },
}  # fmt: skip
PAPER = DRAFT | {
    "status": "signed",
    "ref": "AIS-001 D1",
    "signed_by": "Ines Halvorsen",
    "signed_at": "2026-11-20T08:00:00Z",
    "reason": "Read and agreed.",
    "digest": "fe" * 32,
    "differences": [],
    "missing": [],
}
EVENT = {
    "number": 4,
    "at": "2026-11-20T08:00:00.123456Z",
    "action": "system.changed",
    "object": "AIS-001",
    "actor": "Ines Halvorsen",
    "data": {"changes": {"stage": {"from": "pilot", "to": "production"}}},
    "leaf": "01" * 32,
}


def system(number: int = 1, **over: Any) -> dict[str, Any]:
    """Return one system of a pack, whole but for what is given."""
    facts: dict[str, Any] = {
        "ref": f"AIS-{number:03d}",
        "name": f"CV screening assistant {number}",
        "card": CARD | over.pop("card", {}),
        "classification": SIGNED,
        "obligations": {"follows": 1, "duties": [HELD], "ended": []},
        "raci": {
            "version": 1,
            "status": "active",
            "activated_by": "Ines Halvorsen",
            "activated_at": "2026-11-20T07:00:00Z",
            "draft_waits": False,
            "rows": [ROW],
            "findings": [],
        },
        "agreements": [AGREEMENT],
        "versions": [VERSION],
        "incidents": [],
        "escalations": [],
        "documents": [PAPER | {"ref": f"AIS-{number:03d} D1"}],
        "timeline": [EVENT],
    }
    facts |= over
    return facts | {"missing": missing(facts)}


def bare(number: int = 1, **over: Any) -> dict[str, Any]:
    """Return a system of which only the name is known."""
    empty = {"intended_purpose": "", "owner": None, "our_roles": [], "vendor": None}
    nothing: dict[str, Any] = {
        "card": empty,
        "classification": {"status": "unanswered", "unsure": [], "earlier": []},
        "obligations": {"follows": None, "duties": [], "ended": []},
        "raci": None,
        "agreements": [],
        "versions": [],
        "documents": [],
    }
    return system(number, **(nothing | over))


def contents(*systems: dict[str, Any], kind: str = "selection") -> Contents:
    """Return the contents of a pack about these systems."""
    refs = sorted(it["ref"] for it in systems)
    none: list[Any] = []
    head = {
        "schema": "muster/pack/2",
        "pack": "EP-001",
        "purpose": "",
        "subject": f"{len(systems)} systems of People",
        "organisation": "Halden Mutual",
        "scope": {"kind": kind, "unit": "People", "filter": {}, "chosen_by": "Ines Halvorsen"},
        "population": {"count": len(systems), "refs": refs},
        "period": {"from": None, "to": None, "zone": "UTC"},
        "requested_by": "Ines Halvorsen",
        "requested_at": "2026-11-22T10:00:00Z",
        "read_at": "2026-11-22T11:22:33Z",
        "software": {"name": "Muster", "version": "0.1.0", "commit": "ab" * 20},
        "ledger": LEDGER,
        "previous": None,
        "sample": {"seed": "ab" * 32, "refs": refs[:25], "numbers": none, "rule": ""},
        "missing": {},
        "exceptions": dict.fromkeys(FLAGGED, none),
        "frameworks": {"warning": "", "mapping": {}, "frameworks": none, "evidence": {}},
        "refused_actions": 0,
        "break_glass": False,
    }
    return Contents(head, list(systems))


LEDGER = {
    "origin": "muster-0a1b2c3d",
    "size": 8_412,
    "root": "ab" * 32,
    "from": 0,
    "to": 8_411,
    "interval": 8_412,
    "entries": 90,
    "withheld": 8_322,
    "request": 8_411,
    "later": 0,
}
