"""Files of evidence in a pack: those that the record names by digest, and no others."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from governance.audit_packs import attachments as rules
from governance.audit_packs.actions import request_pack
from governance.audit_packs.attachments import attachments, cited_by, place_of
from governance.audit_packs.attachments_ahead import files_ahead
from governance.audit_packs.bag import Papers, write_bag
from governance.audit_packs.builder import preview
from governance.audit_packs.queries import contents
from governance.audit_packs.render import whole_html
from governance.audit_packs.rules import ScopeKind
from governance.audit_packs.section_rules import SECTION_WORDS, Section
from governance.audit_packs.verifier.verify_pack import GOOD, read_zip, verify
from governance.checkpoints.queries import public_key
from governance.checkpoints.signing import signer
from governance.common.errors import DomainError
from governance.crosswalk.statement_actions import Content, Subject, state
from governance.evidence.actions import add_evidence
from governance.obligations import actions
from governance.obligations.models import Duty
from inventory.systems.models import AISystem
from tests.obligations.conftest import HIGH, classified

BODY = b"name,done\nAda,yes\n"
DIGEST = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def item(system, officer, owner):
    """A file that was shown for two duties."""
    classified(system, officer, HIGH)
    kept = add_evidence(
        system, actor=owner, title="Training", upload=ContentFile(BODY, name="training.csv")
    )
    for duty in Duty.objects.filter(obligation__in=["art4", "art26.2"]):
        actions.show_evidence(duty, item=kept, actor=owner)
    return kept


def asked(system, officer, **scope):
    return request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system], **scope)


def told(system, officer) -> dict:
    return contents(asked(system, officer)).head["evidence"]


def bagged(said, folder: Path) -> bytes:
    (folder / "pack.pdf").write_bytes(b"%PDF-1.7\n")
    return write_bag(said, Papers(folder / "pack.pdf"), signer(), timezone.now()).file.read_bytes()


def test_a_file_that_was_shown_goes_with_the_pack_once_and_is_checked(
    item, system, officer, tmp_path
):
    raw = bagged(contents(asked(system, officer)), tmp_path)
    files = {name.partition("/")[2]: body for name, body in read_zip(raw).items()}
    report = verify(raw, [public_key()])

    assert files[f"data/evidence/{DIGEST}.csv"] == BODY
    (one,) = json.loads(files["data/data.json"])["evidence"]["files"]
    assert (one["of"], one["name"], one["systems"]) == (item.ref, "training.csv", [system.ref])
    assert report.code == GOOD, report.lines
    assert "Files of evidence with the digest that the record gives: 1." in report.lines
    assert b"may hold personal data" in files["HOW-TO-CHECK.html"]


@pytest.mark.parametrize("frameworks", [True, False])
def test_what_was_stated_by_hand_goes_with_the_frameworks(system, officer, frameworks):
    upload = ContentFile(BODY, name="minutes.csv")
    soon = timezone.localdate() + timedelta(days=30)
    words = {"said": "Reviewed.", "review_on": soon, "content": Content(upload)}
    row = state(Subject("C02"), actor=officer, **words)
    chosen = set(Section) if frameworks else set(Section) - {Section.FRAMEWORKS}
    scope = {"sections": sorted(chosen)}

    said = contents(asked(system, officer, scope=scope))
    named = [(one["control"], one["about"]) for one in said.systems[0].get("statements", [])]
    files = [one["of"] for one in said.head["evidence"]["files"]]
    ahead = files_ahead([system.pk], with_statements=frameworks)

    assert named == ([("C02", "all systems")] if frameworks else [])
    assert files == ([row.ref] if frameworks else [])
    assert (ahead.count, ahead.size) == ((1, len(BODY)) if frameworks else (0, 0))


def test_the_pages_say_how_many_files_there_are_and_that_they_may_hold_personal_data(
    item, system, officer
):
    html = whole_html(contents(asked(system, officer)))

    assert "1 of those that the record names are in the zip; 0 are not" in html
    assert "They may hold personal data" in html


def test_a_pack_without_files_says_so_by_an_empty_list(system, officer):
    assert told(system, officer) == {"files": [], "left_out": []}


@pytest.mark.parametrize(
    ("limit", "reason"), [("LARGEST", rules.LARGE), ("LARGEST_ALL", rules.FULL)]
)
def test_a_file_that_is_too_large_is_listed_with_its_digest(
    item, system, officer, monkeypatch, limit, reason
):
    monkeypatch.setattr(rules, limit, 5)
    found = told(system, officer)

    assert found["files"] == []
    assert [(one["sha256"], one["reason"]) for one in found["left_out"]] == [(DIGEST, reason)]


def test_a_file_that_is_gone_or_another_now_is_listed_with_the_reason(item, system, officer):
    place = Path(item.file.path)
    place.chmod(0o600)
    place.write_bytes(b"another")
    assert [one["reason"] for one in told(system, officer)["left_out"]] == [rules.CHANGED]

    place.unlink()
    assert [one["reason"] for one in told(system, officer)["left_out"]] == [rules.GONE]


def test_a_file_that_who_asks_may_not_see_stays_out_and_so_does_its_name(
    item, system, officer, stranger
):
    systems = contents(asked(system, officer)).systems
    found = attachments(systems, stranger, asked=True)

    unseen = {"sha256": DIGEST, "systems": [system.ref], "reason": rules.UNSEEN}
    assert (found.files, found.left_out) == ([], [unseen])


def test_files_that_nobody_asked_for_stay_out_and_are_listed(item, system, officer):
    systems = contents(asked(system, officer)).systems
    found = attachments(systems, officer, asked=False)

    assert (found.files, [one["reason"] for one in found.left_out]) == ([], [rules.UNASKED])


def test_a_file_that_changes_while_the_pack_is_built_stops_it(item, system, officer, tmp_path):
    said = contents(asked(system, officer))
    place = Path(item.file.path)
    place.chmod(0o600)
    place.write_bytes(b"another")

    with pytest.raises(DomainError, match="was changed while the pack was built"):
        bagged(said, tmp_path)


def test_the_builder_says_how_many_files_and_how_large_they_are(item, system):
    found = preview(AISystem.objects.filter(pk=system.pk), list(Section))
    (part,) = [one for one in found.parts if one.label == SECTION_WORDS[Section.FILES]]

    assert (part.things, part.said.partition(";")[0]) == (1, f"{len(BODY)} bytes")


def test_digests_are_found_wherever_the_facts_name_them():
    systems = [{"ref": "AIS-002", "a": [{"b": DIGEST}]}, {"ref": "AIS-001", "c": DIGEST, "d": "0"}]

    assert cited_by(systems) == {DIGEST: {"AIS-001", "AIS-002"}}


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a.PDF", ".pdf"), ("a", ""), ("a.b/c", ""), ("a.tar.gz", ".gz"), ("a.ä", ""), ("a.…", "")],
)
def test_the_name_in_the_bag_keeps_only_a_plain_ending(name, ending):
    assert place_of(DIGEST, name) == f"data/evidence/{DIGEST}{ending}"
