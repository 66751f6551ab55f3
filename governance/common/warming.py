"""Doing once, before a server divides into processes, what each would do at its first pages."""

import gc
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from django.template import engines
from django.template.loader import get_template
from django.urls import get_resolver

SELDOM = 10_000  # new objects until the collector looks; a page makes tens of thousands


def warm(*read_once: Callable[[], object]) -> None:
    """Read addresses, templates and what else is read once, and let the collector pass over it.

    What a process keeps for good is hundreds of thousands of objects, and looking through all of
    them for rubbish again and again took a quarter of a long page. Processes that are divided
    off afterwards share it with this one.
    """
    _addresses()
    _templates()
    for read in read_once:
        read()
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM)


def _addresses() -> None:
    rows = list(get_resolver().url_patterns)
    while rows:
        rows = list(chain.from_iterable(getattr(row, "url_patterns", ()) for row in rows))
    get_resolver().reverse_dict  # noqa: B018 - made when it is asked for


def _templates() -> None:
    """Compile every template of ours."""
    for folder in map(Path, engines["django"].engine.dirs):  # type: ignore[attr-defined]
        for file in folder.rglob("*.html"):
            get_template(str(file.relative_to(folder)))
