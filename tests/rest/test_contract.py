"""The running API against its own OpenAPI description, with generated requests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from governance.rest.actions import issue_token
from governance.rest.rules import Scope

pytestmark = pytest.mark.contract
EXAMPLES = os.environ.get("CONTRACT_EXAMPLES", "3")


def test_the_api_keeps_the_contract_it_publishes(live_server, officer, system):
    _, text = issue_token(actor=officer, name="contract", scopes=list(Scope))
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        f"--config-file={Path(__file__).with_name('schemathesis.toml')}",
        "run",
        f"{live_server.url}/api/v1/openapi.json",
        f"--header=Authorization: Bearer {text}",
        "--checks=all",
        # a schema cannot say which cursor, ETag or reference exists: valid may be 400 or 412
        "--exclude-checks=positive_data_acceptance",
        "--mode=all",
        f"--max-examples={EXAMPLES}",
        "--seed=20261122",
        "--workers=1",
        "--generation-database=none",
        "--suppress-health-check=all",
        "--no-color",
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)

    # the failures come before pages of advice: show them, not the end
    failures = run.stdout[_first(run.stdout) :]
    assert run.returncode == 0, failures[:8000] + run.stderr[-2000:]


def _first(told: str) -> int:
    """Return where the report of errors or failures begins; else its last lines."""
    found = [at for at in (told.find("ERRORS ==="), told.find("FAILURES ===")) if at >= 0]
    return min(found, default=max(0, len(told) - 4_000))
