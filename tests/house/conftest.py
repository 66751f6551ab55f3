"""One thing of each kind in Claims, for those who may not see it."""

import io
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from governance.accounts.rules import Role
from tests.conftest import person


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = settings.STORAGE = tmp_path


@pytest.fixture
def second_officer(organisation, administrator):
    """Another compliance officer of the whole organisation."""
    return person("Nora Second", Role.COMPLIANCE_OFFICER, organisation, administrator)


@pytest.fixture
def version_in_claims(system, owner):
    from inventory.systems.version_actions import add_version

    return add_version(
        system, actor=owner, label="1.0.0", provider="openai", model_id="gpt-4o-2024-11-20"
    )


@pytest.fixture
def pattern_of_ids(officer):
    from inventory.systems.pin_actions import add_pattern

    return add_pattern(
        actor=officer,
        provider="Kelda AI",
        pattern="triage-*-frozen",
        state="pinned",
        why="The vendor never moves a frozen name.",
        source="https://kelda.example/versions",
    )


@pytest.fixture
def agreement_in_claims(claims, officer):
    from inventory.vendors import actions

    vendor = actions.add_vendor(actor=officer, name="Kelda AI", kind="vendor", country="IE")
    return actions.add_agreement(
        actor=officer,
        kind="DPA",
        title="Data processing terms",
        vendor=vendor,
        unit=claims,
        our_party="Halden Mutual",
        signed_on=timezone.localdate() - timedelta(days=9),
    )


@pytest.fixture
def assessment_in_claims(system, officer):
    from governance.classification.actions import answer_facts, sign_classification
    from governance.classification.queries import provisional, usual_answers

    facts = usual_answers(system) | {"actor.uses_professionally": True}
    answer_facts(system, facts=facts, actor=officer, seen=0)
    now = provisional(system)
    return sign_classification(
        system,
        reason="checked with the team",
        actor=officer,
        facts_digest=now.facts.digest,
        pack_version=now.classification.pack_version,
    )


@pytest.fixture
def preview_of_the_law(assessment_in_claims, officer):
    from governance.classification.actions import answer_facts
    from governance.classification.preview_actions import request_preview
    from governance.classification.tasks import run_preview

    facts = {"work.functions": ["evaluate_candidates"]}
    answer_facts(assessment_in_claims.system, facts=facts, actor=officer)
    preview = request_preview(actor=officer, before_text="enacted")
    run_preview(preview.pk)
    return preview


@pytest.fixture
def document_in_claims(claims, officer):
    from governance.classification.actions import answer_facts
    from governance.classification.queries import usual_answers
    from governance.documents.rules import Kind
    from tests.classification.conftest import sign
    from tests.documents.conftest import sign as sign_document
    from tests.documents.samples import SCHEDULING
    from tests.factories import make_system

    about = {"name": "Interview scheduling", "intended_purpose": "Finds a time."}
    system = make_system(actor=officer, unit=claims, **about)
    answer_facts(system, facts=usual_answers(system) | SCHEDULING, actor=officer, seen=0)
    sign(system, officer)
    return sign_document(system, Kind.NOT_HIGH_RISK, officer)


@pytest.fixture
def text_in_claims(document_in_claims, officer):
    from governance.documents.actions import write_entry
    from governance.documents.rules import Kind, Place

    place = Place(Kind.ANNEX_VIII_B, "1.address")
    return write_entry(document_in_claims.system, place, text="Storgatan 1", actor=officer)


@pytest.fixture
def pack_in_claims(system, officer):
    from governance.audit_packs.actions import request_pack
    from governance.audit_packs.rules import ScopeKind

    return request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])


@pytest.fixture
def question_in_claims(pack_in_claims, owner):
    from governance.audit_packs.question_models import PackQuestion

    text = "Who tested the Claims triage scorer?"
    return PackQuestion.objects.create(pack=pack_in_claims, text=text, asked_by=owner)


@pytest.fixture
def recipient_in_claims(pack_in_claims, officer):
    return pack_in_claims.recipients.create(
        name="Ruth Regulator",
        email="ruth@authority.example",
        until=timezone.localdate(),
        given_by=officer,
    )


@pytest.fixture
def look_as_an_auditor(officer, auditor):
    from governance.audit_packs.models_sharing import PackViewing

    return PackViewing.objects.create(viewer=officer, auditor=auditor)


@pytest.fixture
def matrix_in_claims(organisation, system, officer):
    from raci.matrices.actions import make_default_matrix, make_matrix
    from tests.factories import put_in_force

    put_in_force(make_default_matrix(organisation, actor=officer), actor=officer)
    return make_matrix(system, actor=officer)


@pytest.fixture
def schedule_in_claims(claims, officer, owner, ops_lead):
    from raci.oncall import actions, cover_actions
    from tests.oncall.conftest import soon, wish

    schedule = actions.make_schedule(
        claims, actor=officer, role="OC", name="Night rota", zone="UTC"
    )
    actions.put_layer(schedule, actor=officer, wish=wish(ops_lead, owner))
    cover_actions.add_override(schedule, actor=officer, person=officer, times=soon(2))
    cover_actions.ask_swap(schedule, actor=owner, taker=ops_lead, times=soon(30))
    return schedule


@pytest.fixture
def function_in_claims(claims, officer, ops_lead):
    from raci.operations.actions import FunctionWish, set_up

    wish = FunctionWish(lead=ops_lead, set_up_on=date(2026, 1, 5), hours="Weekdays, 09 to 17.")
    return set_up(claims, actor=officer, wish=wish)


@pytest.fixture
def hours_of_claims(claims, officer):
    from governance.calendars.actions import Hours, save_calendar
    from governance.calendars.rules import DEFAULT_WINDOWS

    hours = Hours("Claims office", "Europe/Berlin", DEFAULT_WINDOWS, {})
    return save_calendar(claims, actor=officer, hours=hours)


@pytest.fixture
def absence_in_claims(owner, auditor):
    from raci.people.absence_actions import Period, enter_absence

    now = timezone.now()
    period = Period(now, now + timedelta(days=9), "Europe/Berlin")
    return enter_absence(owner, actor=owner, period=period, delegate=auditor)


@pytest.fixture
def deputy_in_claims(claims, owner, officer):
    from raci.people.actions import name_deputy

    return name_deputy(claims, role="SME", person=owner, actor=officer)


@pytest.fixture
def authority_in_claims(claims, owner, officer):
    from raci.people.actions import empower
    from raci.people.models import Authority

    empower(claims, person=owner, kind="stop-system", actor=officer)
    return Authority.objects.get()


@pytest.fixture
def review_in_claims(version_in_claims, owner):
    from governance.approvals.actions import submit

    return submit(version_in_claims, actor=owner, reason="First release.")


@pytest.fixture
def proof_in_claims(version_in_claims, owner):
    from governance.approvals.evidence_actions import add_proof

    said = {"produced_by": "Finance", "statement": "Twelve cents a case."}
    return add_proof(version_in_claims, actor=owner, kind="cost_estimate", **said)


@pytest.fixture
def condition_in_claims(review_in_claims, owner, officer):
    from governance.approvals.models import Condition

    said = {"owner": owner, "set_by": officer, "set_at": timezone.now()}
    due_on = timezone.localdate() + timedelta(days=9)
    return Condition.objects.create(
        release=review_in_claims, text="Watch it.", due_on=due_on, **said
    )


@pytest.fixture
def finding_in_claims(system, officer):
    from governance.approvals.finding_actions import open_finding

    return open_finding(system, actor=officer, kind="rollback", severity=3, words="Went back.")


@pytest.fixture
def freeze_in_claims(claims, ops_lead):
    from governance.approvals.around_actions import set_freeze

    begins = timezone.now() + timedelta(days=20)
    until = begins + timedelta(days=9)
    return set_freeze(claims, actor=ops_lead, reason="Year end", begins_at=begins, ends_at=until)


@pytest.fixture
def weight_in_claims(system, officer):
    from governance.approvals.around_actions import say_materiality

    return say_materiality(system, actor=officer, exposure=1, purpose=1, reason="Few people.")


@pytest.fixture
def waiver_in_claims(system, owner, ops_lead):
    from governance.approvals.waiver_actions import grant_waiver
    from inventory.systems.version_actions import add_version

    floating = add_version(system, actor=owner, label="2.0.0", provider="openai", model_id="gpt-4o")
    until = timezone.localdate() + timedelta(days=30)
    return grant_waiver(floating, actor=ops_lead, reason="Until it is pinned.", ends_on=until)


@pytest.fixture
def import_in_claims(claims, officer):
    from inventory.imports.runs import receive

    file = io.BytesIO(b"Name\nScorer\n")
    return receive(file, name="list.csv", size=12, unit=claims, actor=officer)


@pytest.fixture
def token_of_the_owner(owner):
    from governance.rest.actions import issue_token
    from governance.rest.models import ApiToken
    from governance.rest.rules import Scope

    issue_token(actor=owner, name="CI", scopes=[Scope.READ])
    return ApiToken.objects.get()


@pytest.fixture
def evidence_in_claims(system, owner):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from governance.evidence.actions import add_evidence

    upload = SimpleUploadedFile("bias.csv", b"group,rate")
    return add_evidence(system, actor=owner, title="Bias test", upload=upload)


@pytest.fixture
def run_in_claims(version_in_claims, owner):
    from tests.factories import a_run

    return a_run(version_in_claims, actor=owner, passed=2, failed=1)


@pytest.fixture
def duty_in_claims(assessment_in_claims, officer):
    from governance.obligations.actions import follow
    from governance.obligations.models import Duty

    follow(assessment_in_claims, actor=officer)
    return Duty.objects.get(obligation="art4")


@pytest.fixture
def entry_in_claims(system):
    from governance.ledger.actions import sequence_all
    from governance.ledger.models import Entry, LeafSequence

    sequence_all()
    entry = Entry.objects.get(action="system.registered", object_ref=system.ref)
    return LeafSequence.objects.get(entry_id=entry.pk)


@pytest.fixture
def incident_in_claims(system, owner):
    from tests.incidents.conftest import happened

    return happened(system, owner)


@pytest.fixture
def notice_of_the_owner(owner):
    from django.utils import timezone

    from governance.notices.actions import Wish, tell
    from governance.notices.models import Notice
    from governance.notices.rules import Channel, Severity

    said = {"subject": "Claims triage scorer is due", "lines": (), "url": "/systems/AIS-001/"}
    key = {"item": "house", "step": 0, "loop": 0, "person": owner}
    wish = Wish(**key, channel=Channel.APP, severity=Severity.INFO, **said)
    tell([wish], at=timezone.now())
    return Notice.objects.get(item="house")


@pytest.fixture
def event_that_was_sent(administrator):
    from governance.notices.delivery import deliver_webhooks
    from governance.notices.endpoint_actions import add_endpoint, ping_endpoint
    from governance.notices.models import Delivery

    url = "http://127.0.0.1:9/claims"  # nobody listens there
    made, _ = add_endpoint(actor=administrator, name="Claims triage scorer's desk", url=url)
    ping_endpoint(made, actor=administrator)
    deliver_webhooks()
    return Delivery.objects.get()


@pytest.fixture
def climbing_in_claims(system, owner):
    """An item that climbs, about a system of Claims."""
    from tests.escalation.conftest import due, opened

    return opened(due(system, owner))


@pytest.fixture
def policy_in_claims(claims, officer):
    """A policy by which items of Claims climb."""
    from governance.escalation.plans import LevelWish
    from governance.escalation.policy_actions import PolicyWish, save_policy

    wish = PolicyWish(name="Items of Claims", unit=claims, levels=(LevelWish(15, ("owner",)),))
    return save_policy(None, actor=officer, wish=wish)


@pytest.fixture
def observation_in_claims(system, owner):
    from governance.pipelines.echo import Reported
    from governance.pipelines.echo_actions import report_observation

    now = timezone.now()
    period = {"observed_from": now - timedelta(hours=1), "observed_until": now}
    reported = Reported("gpt-4o-2024-11-20", tasks=3)
    return report_observation(system, reported, actor=owner, environment="prod", **period)


@pytest.fixture
def rule_in_claims(system, officer):
    from governance.pipelines.rollback import Action, Comparator, Rule
    from governance.pipelines.rollback_actions import set_rule

    half = timedelta(minutes=30)
    rule = Rule("accuracy", Comparator.LT, Decimal("0.9"), half, 10, Action.RECOMMEND)
    return set_rule(system, rule, actor=officer, environment="prod")


@pytest.fixture
def breach_in_claims(rule_in_claims, review_in_claims):
    from governance.pipelines.rollback import Broken
    from governance.pipelines.rollback_actions import open_breach

    now = timezone.now()
    broken = Broken(Decimal("0.5"), 20, now - timedelta(minutes=5), now)
    return open_breach(rule_in_claims, review_in_claims, broken, now)


@pytest.fixture
def mlflow_link_in_claims(system, administrator, settings):
    from governance.pipelines.mlflow_actions import add_source, link_model

    source = add_source(actor=administrator, name="Registry", url="http://127.0.0.1:1/")
    return link_model(source, system, actor=administrator, model="claims-triage")


@pytest.fixture
def set_aside_in_claims(system, officer):
    """A control that does not apply to the system."""
    from governance.crosswalk.actions import Aside, set_aside

    until = timezone.localdate() + timedelta(days=30)
    return set_aside(Aside("C09", None, system), actor=officer, reason="A test.", until=until)


@pytest.fixture
def statement_in_claims(system, officer):
    """What somebody stated by hand shows a control of the system."""
    from governance.crosswalk.statement_actions import Content, Subject, state

    content, until = Content(link="https://halden.example/"), timezone.localdate()
    about = Subject("C67", system)
    return state(about, actor=officer, said="A test.", content=content, review_on=until)
