"""What a pack says, read from the database at one moment."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.approvals.quorum import Slot
from governance.audit_packs.actions import Period, request_pack
from governance.audit_packs.queries import contents
from governance.audit_packs.render import _system
from governance.audit_packs.rules import ScopeKind, missing
from governance.classification.actions import answer_facts, sign_classification
from governance.classification.queries import provisional, usual_answers
from governance.classification.saying import Said
from governance.ledger.actions import record, sequence_all
from governance.ledger.erasing import erase
from governance.ledger.models import Entry, Pending, Personal
from governance.ledger.queries import size_and_root
from governance.ledger.rules import CLOCK, moment
from governance.ledger.sentences import words
from inventory.systems.actions import change_system
from tests.approvals.world import Place
from tests.audit_packs.samples import DRAFT, PAPER, bare
from tests.audit_packs.samples import system as whole
from tests.factories import make_system

FACTS = {"work.functions": ["evaluate_candidates"], "actor.uses_professionally": True}


def told(officer, system, **over):
    """Return the one system of a fresh pack."""
    pack = request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system], **over)
    return contents(pack).systems[0]


def sign(system, officer):
    now = provisional(system)
    return sign_classification(
        system,
        reason="Checked with HR.",
        actor=officer,
        facts_digest=now.facts.digest,
        pack_version=now.classification.pack_version,
    )


def test_size_and_root_cover_every_entry_so_far(pack):
    said = contents(pack)

    assert not Pending.objects.exists()
    assert (said.head["ledger"]["size"], said.head["ledger"]["root"]) == size_and_root()
    assert said.head["ledger"]["later"] == 0
    assert said.head["population"]["refs"] == [said.systems[0]["ref"]]
    assert all(entry["number"] is not None for entry in said.systems[0]["timeline"])


def test_the_timeline_puts_names_back_and_keeps_numbers_and_leaves(officer, system):
    entry = told(officer, system)["timeline"][0]

    assert entry["action"] == "system.registered"
    assert entry["actor"] == "Ines Halvorsen"
    assert entry["data"]["owner"] == "Mira Rossi"
    assert len(entry["leaf"]) == 64


def test_what_muster_did_by_itself_is_told_under_its_name(officer, system):
    record("system.changed", subject=system, actor=CLOCK, data={})

    assert told(officer, system)["timeline"][-1]["actor"] == "Muster"


def test_an_erased_value_is_told_with_its_day_and_its_ground(officer, system, administrator):
    sequence_all()
    entry = Entry.objects.get(action="system.registered")
    values = Personal.objects.filter(entry_id=entry.pk)
    why = {"ground": "the person asked for it (GDPR Art. 17)"}
    (said,) = erase(values, subject=system, actor=administrator, data=why)

    first = told(officer, system)["timeline"][0]
    assert first["data"]["owner"] == {"erased": moment(said.at), **why}
    assert words(first["data"]["owner"]) == (
        f"(erased on {said.at:%-d %B %Y}: the person asked for it (GDPR Art. 17))"
    )


def test_a_period_limits_the_timeline_and_nothing_else(officer, system):
    tomorrow = timezone.now().date() + timedelta(days=1)
    said = told(officer, system, period=Period(tomorrow, None))

    assert said["timeline"] == []
    assert said["card"]["owner"] == "Mira Rossi"
    assert told(officer, system, period=Period(None, timezone.now().date()))["timeline"]


def test_a_period_may_last_to_the_end_of_time(officer, system):
    assert told(officer, system, period=Period(date.min, date.max))["timeline"]


def test_a_system_without_answers_has_no_tier(officer, system):
    said = told(officer, system)

    assert said["classification"]["status"] == "unanswered"
    assert "result" not in said["classification"]
    assert "No question for the classification is answered." in said["missing"]


def test_what_nobody_signed_is_provisional(officer, system):
    answer_facts(system, facts=usual_answers(system) | FACTS, actor=officer)
    said = told(officer, system)

    assert said["classification"]["status"] == "provisional"
    assert said["classification"]["result"]["tier"] == "high"
    assert "Nobody has signed the classification." in said["missing"]


def test_a_signature_is_told_with_rules_duties_and_what_changed_since(officer, system):
    answer_facts(system, facts=usual_answers(system) | FACTS, actor=officer)
    sign(system, officer)
    signed = told(officer, system)["classification"]
    answer_facts(system, facts={"tr.interacts_directly": True}, actor=officer)
    changed = told(officer, system)

    assert (signed["signed_by"], signed["facts_changed"]) == ("Ines Halvorsen", False)
    assert signed["result"]["why"][0]["citation"]
    assert signed["result"]["duties"]
    assert changed["classification"]["facts_changed"]
    assert "Facts changed since the classification was signed." in changed["missing"]


def test_versions_carry_their_releases_with_votes_and_evidence(officer, administrator, system):
    place = Place(system, officer, administrator)
    release = place.proposed()
    waiting = told(officer, system)
    place.agree(release, Slot.PO)
    place.agree(release, Slot.VAL)
    said = told(officer, system)

    assert "No model version is approved." in waiting["missing"]
    assert "No model version is approved." not in said["missing"]
    decision = said["versions"][0]["releases"][0]
    assert [vote["person"] for vote in decision["votes"]] == [place.owner.name, "Val Holder"]
    assert decision["submitted_by"] == place.submitter.name
    assert decision["evidence"]
    assert said["versions"][0]["made_by"] == [place.submitter.name]
    assert {"release.submit", "release.approve"} <= {e["action"] for e in said["timeline"]}


def test_numbers_that_are_not_whole_become_text(officer, system):
    change_system(system, actor=officer, source_facts={"share": 0.25, "count": 3})

    assert told(officer, system)["card"]["source_facts"] == {"share": "0.25", "count": 3}


def test_ten_systems_take_as_many_queries_as_two(officer, claims, organisation):
    def queries(count: int) -> int:
        systems = [make_system(actor=officer, unit=claims) for _ in range(count)]
        pack = request_pack(actor=officer, kind=ScopeKind.SELECTION, systems=systems)
        contents(pack)
        with CaptureQueriesContext(connection) as seen:
            contents(pack)
        return len(seen)

    assert queries(2) == queries(10) <= 160


def test_a_whole_system_lacks_nothing_and_a_bare_one_is_told_so():
    assert missing(whole()) == []
    assert len(missing(bare())) >= 6


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"agreements": []}, "No agreement is on record although a vendor supplies the system."),
        ({"agreements": [{"state": "expired"}]}, "An agreement has expired or ended."),
        ({"agreements": [{"state": "draft"}]}, "An agreement is not signed, or not in force yet."),
        ({"versions": []}, "No model version is on record."),
        ({"raci": None}, "No responsibility matrix is in force."),
        (
            {"raci": {"status": "active", "rows": [], "findings": [{"severity": "error"}]}},
            "The responsibility matrix breaks a rule.",
        ),
    ],
)
def test_each_gap_has_its_words(over, words):
    assert words in missing(whole(**over))


def test_documents_come_signed_and_frozen_or_as_drafts_with_what_they_lack(officer, system):
    from governance.documents.rules import Kind
    from tests.documents.conftest import sign as sign_document
    from tests.documents.samples import SCHEDULING

    answer_facts(system, facts=usual_answers(system) | SCHEDULING, actor=officer, seen=0)
    sign(system, officer)
    record = sign_document(system, Kind.NOT_HIGH_RISK, officer)
    change_system(system, actor=officer, intended_purpose="Sorts.")
    signed, draft = told(officer, system)["documents"]

    assert (signed["status"], signed["digest"]) == ("stale", record.digest)
    assert signed["content"] == record.content
    assert "now “Sorts.”" in signed["differences"][0]
    assert (draft["short"], draft["status"]) == ("Annex VIII B", "draft")
    assert {item["key"] for item in draft["missing"]} == {"1.address", "1.contact"}


def test_a_draft_and_a_stale_document_stand_among_what_is_missing():
    draft, stale = whole(documents=[DRAFT]), whole(documents=[PAPER | {"status": "stale"}])

    assert draft["missing"] == ["A document that the AI Act asks for is not signed."]
    assert stale["missing"] == ["A signed document says something else than the record by now."]


def test_reasons_for_answers_are_told_before_anybody_signs(officer, system):
    said = Said(because="The data sheet says so.")
    answer_facts(
        system,
        facts={"sys.machine_based": True, "profiling.performed": None},
        actor=officer,
        said=said,
    )
    answers = told(officer, system)["classification"]["explained"]

    assert [(one["fact"], one["answer"]) for one in answers] == [
        ("profiling.performed", "Not sure"),
        ("sys.machine_based", "Yes"),
    ]
    assert {(one["because"], one["by"]) for one in answers} == {
        ("The data sheet says so.", officer.name)
    }


def test_while_questions_are_open_the_pages_do_not_say_that_nothing_follows(officer, system):
    answer_facts(
        system, facts={"sys.machine_based": True, "profiling.performed": None}, actor=officer
    )
    page = re.sub(r"\s+", " ", _system(told(officer, system), many=False))

    assert "None is settled yet: the open questions can still bring" in page
    assert "Which documents are owed is not settled" in page
    assert '<th scope="row">Answered “not sure”</th><td>Does it profile' in page
    assert "These are the most decisive" in page
    assert "What is not settled is told without its questions" in page
    assert "Not known" not in page
    assert "profiling.performed" not in page


def test_the_days_from_which_a_tier_applies_are_told_in_both_texts(officer, system):
    answer_facts(system, facts=usual_answers(system) | FACTS, actor=officer, seen=0)
    page = _system(told(officer, system), many=False)

    assert "2 August 2026 as enacted, 2 December 2027 as amended" in page
