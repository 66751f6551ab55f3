"""A server reads what it needs, then the collector passes over it."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.template import engines

from governance.common.warming import warm

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def unfrozen():
    """Give the collector back what warm() took from it."""
    often = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*often)


def test_what_is_read_once_is_read_and_no_more_looked_through(unfrozen):
    read = []

    warm(lambda: read.append("the rule pack"))

    assert read == ["the rule pack"]
    assert gc.get_freeze_count() > 10_000


def test_every_template_is_compiled_before_the_first_page(unfrozen):
    (cached,) = engines["django"].engine.template_loaders
    cached.reset()

    warm()

    ours = [str(file.relative_to(ROOT / "templates")) for file in ROOT.glob("templates/**/*.html")]
    assert set(ours) <= set(cached.get_template_cache)


def test_the_web_server_does_it_before_it_divides():
    words = [sys.executable, "-c", "import governance.wsgi, gc; print(gc.get_freeze_count())"]
    local = os.environ | {"MUSTER_MODE": "local"}

    done = subprocess.run(words, cwd=ROOT, env=local, capture_output=True, text=True, check=True)

    assert int(done.stdout) > 10_000
