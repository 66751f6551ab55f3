"""The trace of a classification: the same on the page, in print, over REST, from the command."""

import hashlib
import html
import json
import re

import pytest
from django.core.management import call_command
from django.urls import reverse

from governance.audit_packs import queries
from governance.audit_packs.queries import contents
from governance.audit_packs.render import whole_html
from governance.audit_packs.traces import trace_told
from governance.classification.actions import answer_facts
from governance.classification.deciding import deciding_only, pruned, rules_in, trace_bytes, walk
from governance.classification.models import Assessment
from governance.classification.queries import facts_of, usual_answers
from governance.common.canonical import canonical_bytes
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from tests.classification.conftest import sign
from tests.rest.test_conventions import caller

FACTS = {
    "actor.uses_professionally": True,
    "credit.functions": ["credit_score"],
    "profiling.performed": True,
    "tr.interacts_directly": True,
    "tr.ai_obvious": True,
}


@pytest.fixture
def signed(system, officer):
    """A signed high-risk classification of which an exception applies, too."""
    answer_facts(system, facts=usual_answers(system) | FACTS, actor=officer)
    return sign(system, officer)


def text_of(page):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def told_by(trace):
    """Return every rule of a trace with its truth and citations."""
    rules = rules_in(trace).items()
    return {name: (rule["truth"], tuple(rule["citation"])) for name, rule in rules}


def test_page_print_rest_and_command_tell_the_same(
    as_user, signed, officer, pack, tmp_path, capsys
):
    system = signed.system
    call = caller(issue_token(actor=officer, name="t", scopes=list(Scope))[1])
    over_rest = call("GET", f"/api/v1/assessments/{signed.pk}/trace/").json()
    in_pack = contents(pack).systems[0]["classification"]["trace"]
    file = tmp_path / "case.json"
    case = {"id": "a", "facts": {**facts_of(system).values, "market.first_placed": None}}
    file.write_text(json.dumps({"cases": [case]}))
    call_command("classify", str(file), "--missing=unknown")
    [commanded] = json.loads(capsys.readouterr().out)
    page = text_of(
        as_user(officer)
        .get(reverse("classification:signed_trace", args=[system.ref, 1]))
        .content.decode()
    )

    assert canonical_bytes(over_rest) == canonical_bytes(in_pack)
    assert told_by(over_rest) == told_by(commanded["trace"])
    printed = text_of(whole_html(contents(pack)))
    words = {True: "Applies", False: "Does not apply"}
    for rule in rules_in(over_rest).values():
        title, said, law = rule["title"], words[rule["truth"]], rule["citation"][0]
        assert f"{title} {said} {law}" in page or f"{said} {title} {law}" in page, title
    left = pruned(over_rest)
    steps = [step["rule"] for step in left["steps"] if "rule" in step]
    for name, rule in rules_in(left).items():
        if name not in steps:
            said = f"{rule['title']} · {words[rule['truth']]} {'; '.join(rule['citation'])}"
            assert said in printed, said
    for node in walk([*left["steps"], *left["also"]]):
        if "fact" in node:
            fact = left["facts"][node["fact"]]
            assert f"{fact['ask']} {fact['words']}" in printed


def test_a_pack_holds_the_whole_trace_and_its_digest(signed, pack):
    held = contents(pack).systems[0]["classification"]
    trace = Assessment.objects.defer(None).get().trace

    assert canonical_bytes(held["trace"]) == trace_bytes(trace)
    assert held["trace_sha256"] == hashlib.sha256(trace_bytes(trace)).hexdigest()
    assert held["trace_is_whole"]


def test_a_pack_of_many_systems_holds_what_decided_and_the_digest(signed, pack, monkeypatch):
    monkeypatch.setattr(queries, "WHOLE", 0)
    held = contents(pack).systems[0]["classification"]
    trace = Assessment.objects.defer(None).get().trace

    assert not held["trace_is_whole"]
    assert held["trace_sha256"] == hashlib.sha256(trace_bytes(trace)).hexdigest()
    deciding = [step for step in held["trace"]["steps"] if "when" in step]
    assert [step["tier"] for step in deciding] == ["high"]
    assert len(canonical_bytes(held["trace"])) < len(trace_bytes(trace)) / 4
    assert "otherwise" not in held["trace"]
    assert "Creditworthiness" in whole_html(contents(pack))


def test_a_trace_that_was_never_kept_is_told_empty():
    assert trace_told({}, whole=False)["trace"] == {}
    assert deciding_only({}) == {}
