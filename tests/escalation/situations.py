"""Something of each kind that falls due, and what makes it go away again."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from governance.accounts import actions as accounts
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Role
from governance.approvals import actions as releases
from governance.approvals import run_actions
from governance.approvals.evidence_actions import meet_condition
from governance.approvals.finding_actions import close_finding
from governance.approvals.proofs import seal
from governance.approvals.quorum import Slot
from governance.approvals.vote_actions import Wanted, reject
from governance.approvals.waiver_actions import grant_waiver
from governance.classification.models import FactRequest
from governance.evidence.actions import add_evidence, withdraw_evidence
from governance.incidents.actions import record_step
from governance.obligations import actions as obligations
from governance.obligations.models import Duty
from governance.rest.actions import issue_token, revoke_token
from governance.rest.rules import Scope
from inventory.imports import runs
from inventory.imports.actions import cancel
from inventory.systems import actions as systems
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.version_actions import add_version
from inventory.vendors import actions as vendors
from inventory.vendors.models import Agreement
from raci.matrices.models import Assignment, Attestation, Matrix, Party
from raci.matrices.review_actions import send_back
from raci.oncall import actions as oncall
from raci.oncall.cover_actions import add_override
from raci.people.absence_actions import Period, enter_absence
from raci.people.actions import Grant, Term, empower, name_deputy, name_holder
from tests.approvals.world import Place
from tests.incidents.conftest import happened
from tests.obligations.conftest import classified, sign_plain, told

DAY = timedelta(days=1)


@dataclass(frozen=True)
class World:
    """Who and what is there before anything falls due."""

    claims: BusinessUnit
    officer: User
    lead: User
    owner: User
    admin: User
    system: AISystem
    second: User


@dataclass(frozen=True)
class Case:
    """When something is told of, when not yet, to whom first, and what makes it go away."""

    cure: Callable[[], object]
    whom: str
    at: datetime | None = None  # None: now
    early: timedelta | None = None  # so long before nothing is told of


def _agreement(w: World, **over: object) -> Agreement:
    today = timezone.localdate()
    vendor = vendors.add_vendor(actor=w.officer, name="Kelda AI", kind="vendor")
    fields = {
        "kind": "DPA",
        "title": "Data processing terms",
        "vendor": vendor,
        "unit": w.claims,
        "our_party": "Halden Mutual",
        "signed_on": today - 100 * DAY,
        "effective_from": today - 100 * DAY,
    }
    return vendors.add_agreement(actor=w.officer, **(fields | over))


def agreement_ends(w: World) -> Case:
    today = timezone.localdate()
    row = _agreement(w, expires_on=today + 85 * DAY)
    later = today + 800 * DAY
    cure = lambda: vendors.change_agreement(row, actor=w.officer, expires_on=later)  # noqa: E731
    return Case(cure, "Ines Halvorsen", early=9 * DAY)


def agreement_notice(w: World) -> Case:
    today = timezone.localdate()
    row = _agreement(w, expires_on=today + 125 * DAY, notice_days=100)
    cure = lambda: vendors.end(row, actor=w.officer, on=today, reason="moved")  # noqa: E731
    return Case(cure, "Ines Halvorsen", early=9 * DAY)


def attestation(w: World) -> Case:
    now = timezone.now()
    row = Matrix.objects.create(
        system=w.system,
        status="active",
        activated_at=now,
        activated_by=w.officer,
        submitted_at=now,
        submitted_by=w.lead,
    )
    column = Party.objects.create(matrix=row, kind="person", person=w.lead)
    Assignment.objects.create(matrix=row, party=column, activity="OPS-01", letter="A")
    at = now + 155 * DAY

    def attest() -> None:
        said = Attestation.objects.create(matrix=row, person=w.lead, activities=["OPS-01"])
        Attestation.objects.filter(pk=said.pk).update(attested_at=at)

    return Case(attest, "Jonas Weber", at, 9 * DAY)


def matrix_waiting(w: World) -> Case:
    sent = {"submitted_at": timezone.now(), "submitted_by": w.officer}
    row = Matrix.objects.create(system=w.system, status="in_review", **sent)
    return Case(lambda: send_back(row, actor=w.lead, reason="Two gaps."), "Jonas Weber")


def _sign(w: World) -> None:
    facts = {"actor.uses_professionally": True}
    classified(w.system, w.officer, facts, taken_over=False)


def classification_stale(w: World) -> Case:
    sign_plain(w.system, w.officer, [])
    return Case(lambda: _sign(w), "Mira Rossi")


def classification_review(w: World) -> Case:
    _sign(w)
    at = timezone.now() + 310 * DAY
    return Case(lambda: _retire(w), "Mira Rossi", at, 9 * DAY)


def _retire(w: World) -> None:
    w.system.refresh_from_db()
    systems.retire(w.system, actor=w.officer, on=timezone.localdate(), reason="replaced")


def question_open(w: World) -> Case:
    row = FactRequest.objects.create(
        system=w.system,
        fact="tr.ai_obvious",
        asked=w.lead,
        due_on=timezone.localdate() - DAY,
        asked_by=w.officer,
        asked_at=timezone.now(),
    )
    cure = lambda: FactRequest.objects.filter(pk=row.pk).update(answered_at=timezone.now())  # noqa: E731
    return Case(cure, "Jonas Weber", early=9 * DAY)


def _duty(w: World, days: int) -> Duty:
    applies = (timezone.localdate() + days * DAY).isoformat()
    signed = sign_plain(w.system, w.officer, [told("art26.2", ["deployer"], applies)])
    obligations.follow(signed, actor=w.officer)
    return Duty.objects.get()


def _meet(duty: Duty, w: World, days: int) -> None:
    duty.refresh_from_db()
    check = timezone.localdate() + days * DAY
    obligations.meet_duty(duty, next_check_on=check, actor=w.officer)


def _show(duty: Duty, w: World, **over: object):
    item = add_evidence(
        w.system, actor=w.owner, title="Training record", link="https://x.example/1", **over
    )
    obligations.show_evidence(duty, item=item, actor=w.officer)
    return item


def duty_due(w: World) -> Case:
    duty = _duty(w, 25)

    def meet() -> None:
        _show(duty, w)
        _meet(duty, w, 300)

    return Case(meet, "Mira Rossi", early=9 * DAY)


def duty_check(w: World) -> Case:
    duty = _duty(w, -400)
    _show(duty, w)
    _meet(duty, w, 25)
    return Case(lambda: _meet(duty, w, 300), "Mira Rossi", early=9 * DAY)


def evidence_ends(w: World) -> Case:
    item = _show(_duty(w, 300), w, valid_until=timezone.localdate() + 55 * DAY)
    cure = lambda: withdraw_evidence(item, reason="replaced", actor=w.officer)  # noqa: E731
    return Case(cure, "Mira Rossi", early=9 * DAY)


def exemption_waiting(w: World) -> Case:
    duty = _duty(w, 400)
    obligations.propose_not_applicable(duty, reason="No staff use it.", actor=w.officer)

    def agree() -> None:
        role = Role.COMPLIANCE_OFFICER
        accounts.grant(w.second, role=role, unit=w.claims, actor=w.admin)
        obligations.approve_not_applicable(duty, actor=w.second)

    return Case(agree, "Ines Halvorsen")


def _version(w: World, model: str = "gpt-4o-2024-11-20"):
    return add_version(w.system, actor=w.owner, label="1.0.0", provider="openai", model_id=model)


def _place(w: World) -> Place:
    return Place(w.system, w.officer, w.admin)


def review_waiting(w: World) -> Case:
    place = _place(w)
    release = place.proposed()
    return Case(lambda: releases.withdraw(release, actor=place.submitter), "Mira Rossi")


def release_evidence(w: World) -> Case:
    place = _place(w)
    release = releases.submit(place.version(), actor=place.submitter, reason="First release.")
    return Case(lambda: releases.withdraw(release, actor=place.submitter), "Dana Science")


def approval_ends(w: World) -> Case:
    _place(w).active()  # the minimal tier: for 24 months
    return Case(lambda: _retire(w), "Mira Rossi", timezone.now() + 675 * DAY, 12 * DAY)


def condition_due(w: World) -> Case:
    place = _place(w)
    release = place.proposed()
    place.agree(release, Slot.VAL)
    due_on = timezone.localdate() + 2 * DAY
    place.agree(release, Slot.PO, conditions=[Wanted("Watch it.", place.owner, due_on)])
    condition = release.conditions.get()
    cure = lambda: meet_condition(condition, actor=place.owner, how="Watched.")  # noqa: E731
    return Case(cure, "Mira Rossi", early=9 * DAY)


def emergency_review(w: World) -> Case:
    place = _place(w)
    place.active()
    happened(w.system, w.owner)
    patch = place.version("1.0.1")
    release = releases.draft_release(patch, actor=place.submitter, reason="A patch.")
    run_actions.second(release, actor=w.lead, reason="People are harmed.")
    lead = place.people["AO"]
    run_actions.emergency_activate(release, actor=lead, reason="People are harmed.")
    cure = lambda: reject(  # noqa: E731
        release, actor=place.owner, reason="Undo it.", seen=seal(release)
    )
    return Case(cure, "Mira Rossi")


def release_suspended(w: World) -> Case:
    place = _place(w)
    release = place.active()
    run_actions.suspend(release, actor=place.owner, reason="Wrong answers.")

    def mend() -> None:
        close_finding(release.findings.get(), actor=w.lead, reason="Mended.")
        run_actions.resume(release, actor=place.owner, reason="It is mended.")

    return Case(mend, "Mira Rossi")


def model_retires(w: World) -> Case:
    release = _place(w).active()
    last = timezone.localdate() + 100 * DAY
    ModelVersion.objects.filter(pk=release.version_id).update(provider_retires_on=last)
    return Case(lambda: _retire(w), "Mira Rossi", early=90 * DAY)


def waiver_ends(w: World) -> Case:
    version, today = _version(w, "gpt-4o"), timezone.localdate()

    def waive(days: int) -> None:
        ends_on = today + days * DAY
        grant_waiver(version, actor=w.lead, reason="Until pinned.", ends_on=ends_on)

    waive(10)
    return Case(lambda: waive(100), "Mira Rossi", early=9 * DAY)


def incident_report(w: World) -> Case:
    incident = happened(w.system, w.owner)
    said = {"authority": "BNetzA", "done_at": timezone.now()}
    cure = lambda: record_step(incident, kind="initial_report", actor=w.owner, **said)  # noqa: E731
    return Case(cure, "Mira Rossi")


def absence_uncovered(w: World) -> Case:
    start = timezone.now() + 10 * DAY
    enter_absence(w.owner, actor=w.owner, period=Period(start, start + 5 * DAY))
    cure = lambda: name_deputy(w.claims, role="PO", person=w.second, actor=w.officer)  # noqa: E731
    return Case(cure, "Mira Rossi", early=9 * DAY)


def oncall_gap(w: World) -> Case:
    schedule = oncall.make_schedule(
        w.claims, actor=w.officer, role="OC", name="Night watch", zone="UTC"
    )
    wish = oncall.LayerWish("All", [w.second], timezone.localdate() - 9 * DAY, time(9))
    oncall.put_layer(schedule, actor=w.officer, wish=wish)
    start = timezone.now() + 10 * DAY
    enter_absence(w.second, actor=w.officer, period=Period(start, start + 2 * DAY))
    times = (start, start + 2 * DAY)
    cure = lambda: add_override(schedule, actor=w.officer, person=w.officer, times=times)  # noqa: E731
    return Case(cure, "Jonas Weber")


def seat_ends(w: World) -> Case:
    ends = timezone.now() + 9 * DAY
    name_holder(w.claims, role="VAL", person=w.second, actor=w.officer, term=Term(until=ends))
    follow = Term(since=ends)
    cure = lambda: name_holder(  # noqa: E731
        w.claims, role="VAL", person=w.lead, actor=w.officer, term=follow
    )
    return Case(cure, "Ines Halvorsen", early=9 * DAY)


def authority_ends(w: World) -> Case:
    grant = Grant(until=timezone.now() + 25 * DAY)
    empower(w.claims, person=w.owner, kind="stop-system", actor=w.lead, grant=grant)
    cure = lambda: empower(w.claims, person=w.owner, kind="stop-system", actor=w.lead)  # noqa: E731
    return Case(cure, "Jonas Weber", early=9 * DAY)


def token_ends(w: World) -> Case:
    token, _ = issue_token(actor=w.owner, name="pipeline", scopes=[Scope.READ], days=25)
    return Case(lambda: revoke_token(token, actor=w.owner), "Mira Rossi", early=9 * DAY)


def access_ends(w: World) -> Case:
    ends = timezone.localdate() + 10 * DAY
    membership = accounts.grant(
        w.second, role=Role.AUDITOR, unit=w.claims, actor=w.admin, ends_on=ends
    )
    cure = lambda: accounts.revoke(membership, actor=w.admin)  # noqa: E731
    return Case(cure, "Ada Admin", early=9 * DAY)


def import_waiting(w: World) -> Case:
    file = io.BytesIO(b"Name\nScorer\n")
    run = runs.receive(file, name="list.csv", size=12, unit=w.claims, actor=w.officer)
    return Case(lambda: cancel(run, actor=w.officer), "Ines Halvorsen")


def triage_waiting(w: World) -> Case:
    AISystem.objects.filter(pk=w.system.pk).update(origin="import")
    return Case(lambda: _sign(w), "Ines Halvorsen")


OF_KIND: dict[str, Callable[[World], Case]] = {
    name: make
    for name, make in list(globals().items())
    if callable(make) and getattr(make, "__annotations__", {}).get("return") is Case
}
