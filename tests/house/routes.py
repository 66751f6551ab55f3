"""Every address of the site, and a thing in Claims for each that names one."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import URLResolver, get_resolver, reverse

Things = dict[str, Any]

# Addresses that somebody who has not signed in may open, and why.
PUBLIC = {
    "healthz": "a probe",
    "readyz": "a probe",
    "account_login": "signing in",
    "account_logout": "answers with a redirect",
    "account_signup": "says that it is closed",
    "account_inactive": "says that an account is closed",
    "account_reset_password": "asking for a new password",
    "account_reset_password_done": "asking for a new password",
    "account_reset_password_from_key": "asking for a new password",
    "account_reset_password_from_key_done": "asking for a new password",
    "account_confirm_email": "a link in a mail",
    "account_email_verification_sent": "a link in a mail",
    "account_confirm_login_code": "a step of signing in",
    "obligations:feed": "a calendar program cannot sign in; the address is the secret",
    "escalation:acknowledge": "a link in a mail: the address is the secret, its button acts",
    "checkpoints:key": "the public key: whoever checks a checkpoint reads it",
    "pipelines:keys": "public keys: whoever checks a decision reads them",
    "notices:prove": "a link in a mail: the address is the secret, its button acts",
    "oncall:feed": "a calendar program cannot sign in; the address is the secret",
}
# Things that everybody with a role in the organisation sees, and why.
SHARED = {
    "rulepack-previews": "as the pages of classification",
    "classification": "previews are of those who may classify; their rows go by system",
    "tile": "hashes of hashes, for everybody who signed in",
    "vendors": "vendors are the organisation's",
    "frameworks": "controls are the organisation's; what shows them goes by system",
    "pin-patterns": "what is said about model ids is the organisation's",
    "model-ids": "what is said about model ids is the organisation's",
    "confirm-email": "belongs to signing in",
    "password": "belongs to signing in",
    "acknowledge": "whoever has the mail opens it; any other address is 404",
    "verify-address": "whoever has the mail opens it; any other address is 404",
    "calendar": "whoever has the secret reads it; any other address is 404",
}


@dataclass(frozen=True)
class Route:
    """One address: its pattern, the name to reverse it by, and what it takes."""

    pattern: str
    name: str
    takes: frozenset[str]

    @property
    def kind(self) -> str:
        """Return the part of the address that says what the thing is: systems, packs, …"""
        return re.sub(
            r"^(api/v1/ledger/(?=tile)|api/v1/|accounts/|settings/)",
            "",
            self.pattern.replace("^", ""),
        ).split("/")[0]

    def __str__(self) -> str:
        return self.pattern or "/"


def routes() -> list[Route]:
    """Return every route of the site."""
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, before: str, space: str) -> Iterator[Route]:
    for one in resolver.url_patterns:
        pattern = before + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from _walk(one, pattern, inner)
        else:
            takes = re.findall(r"<(?:\w+:)?(\w+)>", pattern)
            yield Route(pattern, f"{space}{one.name or ''}", frozenset(takes))


def address(route: Route, things: Things) -> str:
    """Return the address of a thing; fails when nobody said which thing a route takes."""
    missing = route.takes - set(things)
    if missing or (route.takes and not route.name):
        pytest.fail(f"{route}: say in tests/house/routes.py what {sorted(missing)} is.")
    return reverse(route.name, kwargs={name: things[name] for name in route.takes})


# --- a thing in Claims for each kind of address ----------------------------------------------
Ask = Callable[[str], Any]  # returns a fixture by its name


def _system(ask: Ask) -> Things:
    parts = {"step": "role", "number": 1, "label": "1.0.0", "pk": 1, "key": "regression"}
    parts |= {"kind": "annex-iv", "item": "1.b", "form": "json"}
    others = {"handle": ask("owner").handle, "agreement": ask("agreement_in_claims").ref}
    return parts | others | {"ref": ask("system").ref}


def _version(ask: Ask) -> Things:
    version = ask("version_in_claims")
    return {
        "digest": version.digest,
        "pk": version.pk,
        "ref": version.system.ref,
        "label": version.label,
    }


def _agreement(ask: Ask) -> Things:
    agreement = ask("agreement_in_claims")
    return {"ref": agreement.ref, "pk": agreement.pk}


def _vendor(ask: Ask) -> Things:
    return {"ref": ask("agreement_in_claims").vendor.ref}


def _assessment(ask: Ask) -> Things:
    return {"pk": ask("assessment_in_claims").pk, "other": "now"}


def _preview(ask: Ask) -> Things:
    return {"pk": ask("preview_of_the_law").pk}


def _preview_row(ask: Ask) -> Things:
    return {"pk": ask("preview_of_the_law").rows.earliest("pk").pk}


def _document(ask: Ask) -> Things:
    return {"pk": ask("document_in_claims").pk}


def _pack(ask: Ask) -> Things:
    pack, look = ask("pack_in_claims"), ask("look_as_an_auditor")
    parts = {"question": ask("question_in_claims").pk, "viewing": look.pk}
    parts |= {"recipient": ask("recipient_in_claims").pk}
    return {"ref": pack.ref, "pk": pack.pk, **parts}


def _matrix(ask: Ask) -> Things:
    parts = {"declaration": 1, "code": "OPS-01", "kind": "csv", **_function(ask)}
    return {**_schedule(ask), **parts, "pk": ask("matrix_in_claims").pk}


def _function(ask: Ask) -> Things:
    return {"function": ask("function_in_claims").pk}


def _schedule(ask: Ask) -> Things:
    schedule = ask("schedule_in_claims")
    parts = {"layer": schedule.layers.get().pk, "override": schedule.overrides.get().pk}
    parts |= {"swap": schedule.swaps.get().pk, "pk": schedule.pk}
    return parts | {"schedule": schedule.pk, "answer": "accept"}


def _hours(ask: Ask) -> Things:
    hours = ask("hours_of_claims").pk
    return {"calendar": hours, "pk": hours}


def _cover(ask: Ask) -> Things:
    absence = ask("absence_in_claims")
    seat = ask("deputy_in_claims")
    others = {"verb": "accept", "seat": seat.pk, "person": seat.person_id}
    return {"absence": absence.pk, "delegation": absence.delegation_id, **others}


def _review(ask: Ask) -> Things:
    release = ask("review_in_claims")
    parts = {"verb": "withdraw", "kind": "cost_estimate"}
    return {"pk": release.version_id, "ref": release.ref, **parts}


def _run(ask: Ask) -> Things:
    run = ask("import_in_claims")
    return {"ref": run.ref, "pk": run.pk}


def _unit(ask: Ask) -> Things:
    return {"pk": ask("claims").pk}


def _person(ask: Ask) -> Things:
    person = ask("owner")
    return {"pk": person.pk, "handle": person.handle}


def _role(ask: Ask) -> Things:
    return {"pk": ask("owner").memberships.get().pk}


def _token(ask: Ask) -> Things:
    return {"pk": ask("token_of_the_owner").pk}


def _notice(ask: Ask) -> Things:
    return {"pk": ask("notice_of_the_owner").pk}


def _endpoint(ask: Ask) -> Things:
    return {"pk": ask("event_that_was_sent").notice.endpoint_id}


def _entry(ask: Ask) -> Things:
    leaf = ask("entry_in_claims")
    return {"number": leaf.seq, "pk": leaf.entry_id}


def _waiver(ask: Ask) -> Things:
    return {"pk": ask("waiver_in_claims").pk}


def _written(ask: Ask) -> Things:
    return {"pk": ask("text_in_claims").pk}


def _evidence(ask: Ask) -> Things:
    return {"ref": ask("evidence_in_claims").ref}


def _evaluation(ask: Ask) -> Things:
    run = ask("run_in_claims")
    return {"ref": run.ref, "pk": run.suite_id}


def _duty(ask: Ask) -> Things:
    return {"pk": ask("duty_in_claims").pk, "verb": "start"}


def _incident(ask: Ask) -> Things:
    return {"ref": ask("incident_in_claims").ref, "kind": "initial_report"}


def _climbing(ask: Ask) -> Things:
    return {"pk": ask("climbing_in_claims").pk, "verb": "resolve"}


def _pattern(ask: Ask) -> Things:
    pattern = ask("pattern_of_ids")
    return {"pk": pattern.pk, "pattern": pattern.pk}


def _escalation_policy(ask: Ask) -> Things:
    return {"pk": ask("policy_in_claims").pk}


def _registry(ask: Ask) -> Things:
    return {"pk": ask("mlflow_link_in_claims").source_id}


def _framework(ask: Ask) -> Things:
    pk, statement = ask("set_aside_in_claims").pk, ask("statement_in_claims").pk
    return {"framework": "eu_ai_act", "control": "C67", "pk": pk, "statement": statement}


THINGS: dict[str, Callable[[Ask], Things]] = {
    "frameworks": _framework,
    "control-statements": lambda ask: {"pk": ask("statement_in_claims").pk},
    "controls-set-aside": lambda ask: {"pk": ask("set_aside_in_claims").pk},
    "systems": _system,
    "classifications": _system,
    "model-versions": lambda ask: _version(ask) | {"digest": ask("version_in_claims").digest},
    "pin-patterns": _pattern,
    "model-ids": _pattern,
    "agreements": _agreement,
    "vendors": _vendor,
    "assessments": _assessment,
    "classification": _preview,
    "rulepack-previews": _preview,
    "rulepack-preview-changes": _preview_row,
    "documents": _system,
    "document-entries": _written,
    "signed-documents": _document,
    "observations": lambda ask: {"pk": ask("observation_in_claims").pk},
    "rollback-rules": lambda ask: {"pk": ask("rule_in_claims").pk},
    "rollback-breaches": lambda ask: {"pk": ask("breach_in_claims").pk},
    "rollbacks": lambda ask: {"pk": ask("breach_in_claims").pk},
    "mlflow-sources": _registry,
    "mlflow-links": lambda ask: {"pk": ask("mlflow_link_in_claims").pk},
    "packs": _pack,
    "pack-recipients": lambda ask: {"pk": ask("recipient_in_claims").pk},
    "pack-questions": lambda ask: {"pk": ask("question_in_claims").pk},
    "raci": _matrix,
    "cover": _cover,
    "working-hours": _hours,
    "role-holders": lambda ask: {"pk": ask("deputy_in_claims").pk},
    "authorities": lambda ask: {"pk": ask("authority_in_claims").pk},
    "absences": lambda ask: {"pk": ask("absence_in_claims").pk},
    "delegations": lambda ask: {"pk": ask("absence_in_claims").delegation_id},
    "leavers": lambda ask: {"pk": ask("deputy_in_claims").person_id},
    "matrices": _matrix,
    "on-call-schedules": _schedule,
    "ai-ops-functions": lambda ask: {"pk": ask("function_in_claims").pk},
    "updates": _review,
    "releases": _review,
    "release-evidence": lambda ask: {"pk": ask("proof_in_claims").pk},
    "release-conditions": lambda ask: {"pk": ask("condition_in_claims").pk},
    "findings": lambda ask: {"pk": ask("finding_in_claims").pk},
    "freezes": lambda ask: {"pk": ask("freeze_in_claims").pk},
    "materialities": lambda ask: {"pk": ask("weight_in_claims").pk},
    "imports": _run,
    "units": _unit,
    "people": _person,
    "roles": _role,
    "tokens": _token,
    "notices": _notice,
    "webhooks": _endpoint,
    "webhook-endpoints": _endpoint,
    "webhook-deliveries": lambda ask: {"pk": ask("event_that_was_sent").pk},
    "ledger": _entry,
    "tile": lambda ask: {"level": 0, "place": "000.p/1"},
    "ledger-entries": _entry,
    "waivers": _waiver,
    "evidence": _evidence,
    "evaluations": _evaluation,
    "evaluation-runs": _evaluation,
    "evaluation-suites": _evaluation,
    "evaluation-results": lambda ask: {"pk": ask("run_in_claims").results.earliest("pk").pk},
    "escalations": _climbing,
    "escalation": _escalation_policy,
    "escalation-policies": _escalation_policy,
    "incidents": _incident,
    "obligations": _duty,
}


def things(route: Route, ask: Ask) -> Things:
    """Return what a route takes; fails for a kind that nobody described."""
    if route.kind not in THINGS:
        pytest.fail(f"{route}: say in tests/house/routes.py what a {route.kind!r} in Claims is.")
    return THINGS[route.kind](ask)
