"""The example jobs: what they run lets through what may be deployed, and nothing else."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.utils import timezone

from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from inventory.systems.bundles.rules import Bundle
from tests.pipelines.asking import GATE
from tests.pipelines.conftest import a_release

EXAMPLES = GATE.parent.parent / "docs" / "examples"


def jobs() -> dict[str, list[str]]:
    """Return the lines of each example that ask the gate."""
    github = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text())
    gitlab = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text())
    steps = github["jobs"]["deploy"]["steps"]
    return {
        "github": [step["run"] for step in steps if "run" in step],
        "gitlab": gitlab["muster-gate"]["script"] + gitlab["deploy"]["script"],
    }


@pytest.fixture
def repository(tmp_path: Path, client, key) -> Path:
    """A repository with the gate and the keys copied, and something to deploy."""
    (tmp_path / "ci").mkdir()
    (tmp_path / "release").mkdir()
    shutil.copy(GATE, tmp_path / "ci" / "muster-gate")
    keys = client.get("/.well-known/muster-decisions.json").content
    (tmp_path / "ci" / "muster-keys.json").write_bytes(keys)
    deploy = tmp_path / "deploy.sh"
    deploy.write_text("#!/bin/sh\ntouch deployed\n")
    deploy.chmod(0o755)
    return tmp_path


@pytest.fixture
def token(officer) -> str:
    """A token that may only read."""
    return issue_token(actor=officer, name="CI", scopes=[Scope.READ])[1]


def run(lines: list[str], folder: Path, url: str, token: str) -> int:
    """Run the lines as a pipeline does: the first failure ends it."""
    env = {"MUSTER_URL": url, "MUSTER_TOKEN": token, "MUSTER_ENVIRONMENT": "prod"}
    script = "\n".join(["set -e", *lines])
    done = subprocess.run(
        ["sh", "-c", script],  # noqa: S607
        cwd=folder,
        env=env | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_an_example_deploys_what_may_be_deployed_and_nothing_else(
    name, live_server, repository, token, system, officer
):
    bundle = repository / "release" / "bundle.json"
    release = a_release(system, actor=officer, status="in_review", decided_at=None)
    bundle.write_text(json.dumps(Bundle.of(release.version.bundle).document))
    lines, deployed = jobs()[name], repository / "deployed"

    assert run(lines, repository, live_server.url, token) == 1
    assert run(lines, repository, live_server.url, "mst_0123456789ab.wrong") == 2
    assert not deployed.exists()
    type(release).objects.filter(pk=release.pk).update(status="active", decided_at=timezone.now())
    assert run(lines, repository, live_server.url, token) == 0
    assert deployed.exists()


@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_an_example_asks_with_nothing_but_the_standard_library(name):
    (line,) = [line for lines in jobs()[name] for line in lines.split("\n") if "gate" in line]

    assert line.startswith("python3 -I -S ci/muster-gate ")
    assert "TOKEN" not in line


def test_the_secret_of_an_example_is_no_text_in_it():
    for name in ("github-actions.yml", "gitlab-ci.yml"):
        assert "mst_" not in (EXAMPLES / name).read_text()
