"""Versions, aliases and tokens against a real MLflow, from the package index."""

import pytest
from django.utils import timezone

from governance.approvals.models import Finding, Release
from governance.pipelines.alias import WishState
from governance.pipelines.mlflow_actions import add_source, link_model, read_now
from governance.pipelines.mlflow_reading import sweep_registries
from governance.pipelines.models import AliasWish, MlflowLink, MlflowSource, MlflowVersion
from inventory.systems.models import ModelVersion
from tests.pipelines.conftest import release_of
from tests.pipelines.registry import Mlflow, mlflow

pytestmark = pytest.mark.mlflow
SHA = "ab" * 32


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """A real registry, for all tests of this file."""
    with mlflow(tmp_path_factory.mktemp("mlflow")) as running:
        yield running


@pytest.fixture
def model(request) -> str:
    """A name of its own for each test."""
    return request.node.name.replace("test_", "")


@pytest.fixture
def link(registry: Mlflow, model: str, system, administrator) -> MlflowLink:
    """The registered model is the system."""
    source = add_source(actor=administrator, name="Registry", url=registry.url, token="secret")
    return link_model(source, system, actor=administrator, model=model)


def sweep(link: MlflowLink) -> MlflowSource:
    """Read the registry now; return how it went."""
    read_now(link.source, actor=link.actor)
    assert sweep_registries() == 1
    source = MlflowSource.objects.get(pk=link.source_id)
    assert source.problem == ""
    return source


def test_versions_become_drafts_once(registry, model, link):
    registry.register(model, team="claims", weights_digest=f"sha256:{SHA}")
    registry.register(model)
    sweep(link)
    sweep(link)
    first, second = ModelVersion.objects.order_by("pk")

    assert MlflowVersion.objects.count() == 2
    assert (first.provider, first.label) == ("mlflow", f"{model[:38]}-1")
    assert first.bundle["weights_digest"] == SHA
    assert first.bundle["code_commit"] == "c" * 40
    assert first.bundle["parameters"]["mlflow.tag.team"] == "claims"
    assert first.training_data_ref.startswith("MLflow run ")
    assert "weights_digest" not in second.bundle
    assert not Release.objects.exists()


def test_an_alias_moved_without_approval_is_one_finding(registry, model, link):
    registry.point(model, "champion", registry.register(model))
    sweep(link)
    sweep(link)
    finding = Finding.objects.get()

    assert (finding.kind, finding.severity) == ("alias_moved", 2)
    assert "points at version 1; nothing is active here" in finding.words
    assert registry.pointed(model, "champion") == "1"  # not put back behind anybody's back


def test_what_becomes_active_gets_the_alias(registry, model, link, administrator):
    old, new = registry.register(model), registry.register(model)
    sweep(link)
    registry.point(model, "champion", old)
    version = MlflowVersion.objects.get(number=new).version
    release_of(version, actor=administrator, activated_at=timezone.now())
    sweep(link)

    assert registry.pointed(model, "champion") == new
    assert AliasWish.objects.get().status == WishState.DONE
    assert not Finding.objects.exists()


def test_a_registry_that_is_away_is_asked_again(registry, model, link, administrator):
    number = registry.register(model)
    sweep(link)
    version = MlflowVersion.objects.get().version
    release_of(version, actor=administrator, activated_at=timezone.now())
    MlflowSource.objects.update(url="http://127.0.0.1:1")
    read_now(link.source, actor=administrator)
    sweep_registries()
    wish, source = AliasWish.objects.get(), MlflowSource.objects.get()

    assert (wish.status, wish.attempts) == ("due", 1)
    assert (source.failures, source.problem) == (1, "The registry does not answer.")
    MlflowSource.objects.update(url=registry.url)
    AliasWish.objects.update(due_at=wish.link.made_at)
    sweep(link)
    assert registry.pointed(model, "champion") == number
    assert AliasWish.objects.get().attempts == 2


def test_a_model_that_is_not_there_is_a_problem_in_words(link, administrator):
    read_now(link.source, actor=administrator)
    sweep_registries()

    assert MlflowSource.objects.get().problem == "The registry answers 404."
