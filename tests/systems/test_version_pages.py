"""Pages of versions: fields, a pasted bundle, a copy, the whole bundle, the download."""

import hashlib
import json

import pytest

from inventory.systems.models import ModelVersion
from inventory.systems.version_actions import add_version, freeze_version
from tests.systems.bundles.examples import SHA, a_bundle

FIELDS = {
    "label": "1.0",
    "provider": "openai",
    "model_id": "gpt-4o-2024-08-06",
    "region": "eu",
    "prompt_text": "You rank claims.\r\nBe brief.",
    "parameters": 'temperature: "0.2"\nmax_tokens: 512',
    "examples": "40",
}


@pytest.fixture
def version(system, officer) -> ModelVersion:
    prompts = {"system": {"text": "You rank claims.\nBe <b>brief</b>."}, "judge": SHA}
    bundle = a_bundle(prompts=prompts, tools={"lookup": SHA})
    return add_version(system, actor=officer, label="1.0", bundle=bundle, notes="First")


def test_fields_and_lines_make_a_bundle(as_user, officer, system):
    as_user(officer).post(f"/systems/{system.ref}/versions/new/", FIELDS)
    made = ModelVersion.objects.get()

    sha = hashlib.sha256(b"You rank claims.\nBe brief.").hexdigest()
    assert made.bundle == {
        "provider": "openai",
        "model_id": "gpt-4o-2024-08-06",
        "deployment": {"region": "eu"},
        "prompts": {"system": sha},
        "parameters": {"temperature": "0.2", "max_tokens": 512},
        "few_shot": {"examples": 40},
    }
    assert made.texts == {"prompts": {"system": "You rank claims.\nBe brief."}}


def test_a_pasted_bundle_counts_instead_of_the_fields(as_user, officer, system):
    pasted = "provider: ollama\nmodel_id: llama3.1:8b\nweights_digest: " + SHA
    data = {"label": "1.0", "provider": "ignored", "document": pasted}
    as_user(officer).post(f"/systems/{system.ref}/versions/new/", data)

    made = ModelVersion.objects.get()
    assert (made.provider, made.model_id) == ("ollama", f"llama3.1:8b@sha256:{SHA}")


@pytest.mark.parametrize(
    ("over", "field", "words"),
    [
        ({"prompt_sha256": "abc"}, "prompt_sha256", "64 hexadecimal digits"),
        ({"parameters": "temperature: 0.2"}, "parameters", "decimal number"),
        ({"parameters": "a: ["}, "parameters", "not YAML"),
        ({"tools": "a: x"}, "tools", "no SHA-256"),
        ({"examples": "many"}, "examples", "whole number"),
        ({"code_commit": "abc"}, "code_commit", "whole commit"),
        ({"model_id": ""}, "model_id", "Say which model"),
        ({"document": "colour: red"}, "document", "colour"),
    ],
)
def test_a_fault_stands_at_its_field(as_user, officer, system, over, field, words):
    page = as_user(officer).post(f"/systems/{system.ref}/versions/new/", FIELDS | over)

    assert page.status_code == 422
    assert words in str(page.context["form"].errors[field])
    assert not ModelVersion.objects.exists()


def test_a_copy_starts_with_everything_of_the_version(as_user, officer, system, version):
    client, path = as_user(officer), f"/systems/{system.ref}/versions/new/?from={version.pk}"
    form = client.get(path).context["form"]
    same = {name: form[name].value() or "" for name in form.fields} | {"label": "1.1"}
    client.post(path, same)
    assert ModelVersion.objects.count() == 1  # nothing was changed: it is the same version

    client.post(path, same | {"prompt_text": "You rank claims."})
    copy = ModelVersion.objects.get(label="1.1")
    assert copy.parent == version
    assert {name for name in copy.bundle if copy.bundle[name] != version.bundle[name]} == {
        "prompts"
    }


@pytest.mark.parametrize("asked", ["0", "x", "99999999999999999999", "-1"])
def test_a_copy_of_nothing_is_not_there(as_user, officer, system, asked):
    page = as_user(officer).get(f"/systems/{system.ref}/versions/new/?from={asked}")

    assert page.status_code == 404


def test_the_page_of_a_version_shows_its_bundle_and_escapes_its_texts(as_user, auditor, version):
    page = as_user(auditor).get(f"/systems/{version.system.ref}/versions/{version.pk}/")
    text = page.content.decode()

    for words in (version.digest, "triage-eu", "Prompt judge", "Pinned", "Ines Halvorsen"):
        assert words in text
    assert "Be &lt;b&gt;brief&lt;/b&gt;." in text
    assert "Copy and change" not in text


def test_the_download_has_the_digest_of_the_version(as_user, auditor, version):
    path = f"/systems/{version.system.ref}/versions/{version.pk}/bundle.json"
    answer = as_user(auditor).get(path)

    assert hashlib.sha256(answer.content).hexdigest() == version.digest
    assert json.loads(answer.content) == version.bundle


def test_a_floating_version_shows_what_would_do_instead(as_user, officer, system):
    floating = add_version(system, actor=officer, label="2", provider="openai", model_id="gpt-4o")
    client = as_user(officer)

    for path in (f"/systems/{system.ref}/versions/{floating.pk}/", f"/systems/{system.ref}/"):
        assert "gpt-4o-2024-11-20" in client.get(path).content.decode()


def test_notes_change_on_a_page_until_the_version_is_frozen(as_user, officer, version):
    client, path = as_user(officer), f"/systems/{version.system.ref}/versions/{version.pk}/edit/"
    typed = {"notes": "Better", "training_data_ref": "DS-1", "row_version": version.row_version}
    client.post(path, typed)
    version.refresh_from_db()
    assert (version.notes, version.training_data_ref) == ("Better", "DS-1")

    freeze_version(version, actor=officer)
    page = client.post(path, typed | {"notes": "Later", "row_version": version.row_version})
    assert page.status_code == 422
    assert b"frozen" in page.content
