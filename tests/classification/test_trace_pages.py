"""The trace on its pages: what stands there, what can be taken away, and who may."""

import json

from django.urls import reverse

from governance.classification.actions import answer_facts
from governance.classification.deciding import trace_bytes
from governance.classification.models import Assessment
from governance.classification.queries import provisional
from tests.classification.conftest import sign

NUMBERS = {"gpai.model": True, "gpai.training_flop": 1e24}


def get(client, name, *args, status=200):
    response = client.get(reverse(f"classification:{name}", args=args))
    assert response.status_code == status
    return response


def test_the_trace_shows_steps_rules_answers_and_what_would_change_it(as_user, answered, officer):
    text = get(as_user(officer), "trace", answered.ref).content.decode()

    for words in (
        "Why limited, step by step",
        "In the order of evaluation",
        "Excluded from the scope of the Act",
        'id="rule-art50.1"',
        "Applies",
        "Does not apply",
        "Art 50(1)",
        "In short",
        "Guideline",
        "What would change it",
        "instead of",
        "Full trace as JSON",
    ):
        assert words in text, words


def test_the_deciding_branch_alone_is_open(as_user, answered, officer):
    text = get(as_user(officer), "trace", answered.ref).content.decode()

    limited = text.index('id="rule-d.limited"')
    assert "open" in text[limited - 40 : limited]
    prohibited = text.index('id="rule-d.prohibited"')
    assert "open" not in text[prohibited - 40 : prohibited]


def test_a_system_without_answers_has_a_trace_of_what_is_open(as_user, system, officer):
    text = get(as_user(officer), "trace", system.ref).content.decode()

    assert "Not settled yet" in text
    assert "Answer a few questions" in text
    assert "questions can still change the tier" in text
    prohibited = text.index('id="rule-d.prohibited"')
    assert "open" not in text[prohibited - 40 : prohibited]


def test_the_download_has_the_same_bytes_before_and_after_the_signature(as_user, answered, officer):
    answer_facts(answered, facts=NUMBERS, actor=officer)
    client = as_user(officer)
    before = get(client, "trace_json", answered.ref)
    sign(answered, officer)

    after = get(client, "signed_trace_json", answered.ref, 1)
    assert before.content == after.content == trace_bytes(provisional(answered).trace)
    assert before["Content-Type"] == "application/json"
    assert f'filename="{answered.ref}-C1-trace.json"' in after["Content-Disposition"]
    assert json.loads(after.content)["steps"]


def test_the_signed_trace_stays_when_answers_change(as_user, answered, officer):
    sign(answered, officer)
    client = as_user(officer)
    signed = get(client, "signed_trace_json", answered.ref, 1).content
    answer_facts(answered, facts={"credit.functions": ["credit_score"]}, actor=officer)

    assert get(client, "signed_trace_json", answered.ref, 1).content == signed
    assert get(client, "trace_json", answered.ref).content != signed
    assert "As signed by" in get(client, "signed_trace", answered.ref, 1).content.decode()


def test_a_classification_signed_before_traces_were_kept_says_so(as_user, answered, officer):
    sign(answered, officer)
    old = Assessment.objects.defer(None).get()
    Assessment(
        **{f.attname: getattr(old, f.attname) for f in old._meta.fields}
        | {"id": None, "number": 2, "trace": {}, "superseded_at": old.signed_at}
    ).save()

    client = as_user(officer)
    assert "No trace was kept" in get(client, "signed_trace", answered.ref, 2).content.decode()
    assert get(client, "signed_trace_json", answered.ref, 2).content == b"{}"


def test_results_link_to_their_trace(as_user, answered, officer):
    sign(answered, officer)
    client = as_user(officer)

    assert (
        f"/systems/{answered.ref}/classify/trace/"
        in get(client, "review", answered.ref).content.decode()
    )
    assert (
        f"/systems/{answered.ref}/classifications/1/trace/"
        in get(client, "signed", answered.ref, 1).content.decode()
    )


def test_a_stranger_finds_no_trace(as_user, answered, officer, stranger):
    sign(answered, officer)
    client = as_user(stranger)

    for name, args in (("trace", ()), ("trace_json", ()), ("signed_trace", (1,)),
                       ("signed_trace_json", (1,))):  # fmt: skip
        get(client, name, answered.ref, *args, status=404)


def test_the_signed_trace_needs_few_queries(
    as_user, answered, officer, django_assert_max_num_queries
):
    sign(answered, officer)
    client = as_user(officer)

    with django_assert_max_num_queries(10):
        get(client, "signed_trace", answered.ref, 1)
