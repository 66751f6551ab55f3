"""What a registered version says, as a release bundle."""

import json

import pytest

from governance.pipelines.mlflow_bundle import (
    Registered,
    bundle_of,
    label_of,
    notes_of,
    weights_of,
)
from inventory.systems.bundles.reading import read_json
from inventory.systems.bundles.schema import check

SHA = "ab" * 32
WHOLE = Registered(
    model="triage scorer",
    number="7",
    run_id="0f3c",
    source="runs:/0f3c/model",
    description="Retrained.",
    commit="c" * 40,
    tags={"team": "claims", "weights_digest": f"sha256:{SHA.upper()}", "mlflow.user": "x"},
)


def kept(found: Registered) -> dict:
    return check(read_json(json.dumps(bundle_of(found)).encode())).bundle.document


def test_everything_that_is_said_is_kept():
    assert kept(WHOLE) == {
        "provider": "mlflow",
        "model_id": "triage scorer",
        "deployment": {"id": "0f3c", "model_version": "7"},
        "weights_digest": SHA,
        "code_commit": "c" * 40,
        "parameters": {
            "mlflow.source": "runs:/0f3c/model",
            "mlflow.tag.team": "claims",
            "mlflow.tag.weights_digest": f"sha256:{SHA.upper()}",
        },
    }


def test_nothing_is_made_up():
    assert kept(Registered("m", "1")) == {
        "provider": "mlflow",
        "model_id": "m",
        "deployment": {"model_version": "1"},
    }


@pytest.mark.parametrize("value", ["", "abc", "sha1:abc", SHA[:-1], f"{SHA}0"])
def test_a_tag_that_is_no_digest_is_none(value):
    assert weights_of({"weights_digest": value}) == ""


def test_another_number_is_another_bundle():
    assert check(kept(WHOLE)).bundle.digest != check(kept(Registered("triage scorer", "8"))).bundle


def test_tags_that_a_bundle_cannot_hold_are_named():
    odd = Registered("m", "1", tags={"long": "x" * 1_000, "odd\n": "x", "fine": "y"})

    assert kept(odd)["parameters"] == {"mlflow.tag.fine": "y"}
    assert "long, odd" in notes_of(odd)


@pytest.mark.parametrize(
    ("model", "label"),
    [
        ("triage", "triage-7"),
        ("a b/c", "a-b-c-7"),
        ("漢字", "model-7"),
        ("x" * 60, "x" * 38 + "-7"),
    ],
)
def test_a_label_is_name_and_number(model, label):
    assert label_of(Registered(model, "7")) == label
