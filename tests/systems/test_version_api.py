"""Versions over REST: a bundle once, its faults with pointers, its texts."""

import pytest

from inventory.systems.models import ModelVersion
from tests.systems.bundles.examples import WHOLE, a_bundle

URL = "/api/v1/model-versions/"


@pytest.fixture
def post(as_user, officer, system):
    client = as_user(officer)

    def send(**body):
        body = {"system": system.ref, "label": "1.0"} | body
        return client.post(URL, body, content_type="application/json")

    return send


def test_a_bundle_is_registered_once_and_told_again(post):
    first, again = post(bundle=WHOLE), post(bundle=WHOLE, label="2.0")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["digest"] == again.json()["digest"]
    assert again.json()["label"] == "1.0"
    assert first.json()["bundle"] == WHOLE


def test_every_fault_of_a_bundle_has_its_pointer(post):
    answer = post(bundle=a_bundle(colour="red", parameters={"top_p": 0.5}))

    assert answer.status_code == 400
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/bundle/colour", "/bundle/parameters/top_p"}


def test_a_copy_says_which_version_it_was_made_from(post):
    first = post(bundle=WHOLE).json()
    copy = post(bundle=a_bundle(code_commit="1" * 40), label="2.0", parent=first["id"])

    assert copy.status_code == 201
    assert copy.json()["parent"] == first["id"]
    assert ModelVersion.objects.get(label="2.0").parent_id == first["id"]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"provider": "x"}, {"/model_id"}),
        ({"bundle": WHOLE, "provider": "x"}, {"/provider"}),
        ({"provider": "x", "model_id": "y", "parent": 999}, {"/parent"}),
        ({"provider": "a b ", "model_id": "y\u0007"}, {"/model_id"}),
        ({"bundle": 5}, {"/bundle/non_field_errors", "/bundle"}),
    ],
)
def test_a_body_that_does_not_fit_is_refused_in_words(post, body, pointers):
    answer = post(**body)

    assert answer.status_code == 400
    assert {error["pointer"] for error in answer.json()["errors"]} <= pointers
    assert not ModelVersion.objects.exists()


def test_texts_are_told_on_their_own(post, client):
    bundle = a_bundle(prompts={"system": {"text": "You rank claims."}})
    made = post(bundle=bundle).json()

    assert "texts" not in made
    told = client.get(f"{URL}{made['id']}/texts/").json()
    assert told == {"texts": {"prompts": {"system": "You rank claims."}}}


def test_a_floating_id_comes_with_pinned_ones(post):
    told = post(provider="openai", model_id="gpt-4o").json()

    assert told["pin"] == "floating"
    assert told["pin_alternatives"] == ["gpt-4o-2024-11-20"]


def test_what_a_version_runs_cannot_be_patched(post, client):
    made = post(bundle=WHOLE)
    answer = client.patch(
        f"{URL}{made.json()['id']}/",
        {"model_id": "other"},
        content_type="application/json",
        headers={"If-Match": made["ETag"]},
    )

    assert answer.status_code == 400


def test_a_list_reads_the_patterns_of_our_own_once(
    post, client, system, django_assert_max_num_queries
):
    for number in range(8):
        post(label=f"1.{number}", provider="x", model_id=f"m-{number}")
    with django_assert_max_num_queries(14):
        found = client.get(f"{URL}?system={system.ref}").json()

    assert len(found["items"]) == 8
