"""Texts of people stay texts in every place that a pack prints them (PD-01, PD-02)."""

import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pikepdf
import pytest
from pypdf import PdfReader

from governance.audit_packs.queries import Contents
from governance.audit_packs.render import print_pack
from tests.audit_packs.samples import RELEASE, ROW, VERSION, contents, system

EVIL = [
    '<link rel=attachment href="file:///etc/passwd">',
    '<svg><image xlink:href="http://127.0.0.1:9/x"/></svg>',
    '"/><image href="http://127.0.0.1:9/x"/><text x="',
    "</title><style>@import url(http://127.0.0.1:9/x)</style>",
]


# Each way in which a page makes its reader fetch something, all in one text.
FETCHING = (
    '<img src="{at}"/><style>@import url({at});</style><object data="{at}"></object>'
    '<embed src="{at}"/><iframe src="{at}"></iframe><svg><image xlink:href="{at}"/></svg>'
    '<p style="background:url({at})"><link rel="stylesheet" href="{at}">'
    '<link rel=attachment href="{at}"><script src="{at}"></script>'
)


def saying(evil: str) -> Contents:
    """Return a pack in which people wrote the same text everywhere."""
    release = RELEASE | {"place": evil, "words": evil}
    versions = [VERSION | {"label": evil, "releases": [release], "parent": "1"}]
    versions.append(VERSION | {"label": "1"})
    raci = system(1)["raci"] | {"rows": [ROW | {"title": evil, "accountable": [evil]}]}
    said = contents(system(1, name=evil, versions=versions, raci=raci))
    entry = {"number": 1, "at": "2026-11-20T08:00:00Z", "action": "release.refused"}
    refused = [entry | {"object": evil, "actor": evil, "systems": [evil]}]
    said.head.update(
        purpose=evil,
        organisation=evil,
        scope=said.head["scope"] | {"unit": evil, "filter": {evil: evil}},
        exceptions=said.head["exceptions"] | {"refused": refused},
        sample={"seed": evil, "refs": [evil], "numbers": [1], "rule": evil},
    )
    return said


@pytest.fixture
def canary() -> Iterator[tuple[str, list[Any]]]:
    """An address of this machine, and who came to it."""
    came: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.1)
        stop = threading.Event()

        def watch() -> None:
            while not stop.is_set():
                with suppress(TimeoutError):
                    visitor, whence = door.accept()
                    visitor.close()
                    came.append(whence)

        watcher = threading.Thread(target=watch)
        watcher.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}/", came
        stop.set()
        watcher.join()


def test_no_text_makes_the_printing_fetch_anything(canary, tmp_path):
    at, came = canary
    file = print_pack(saying(FETCHING.format(at=at)), tmp_path).file

    assert file.stat().st_size
    assert came == []


def test_the_canary_would_notice_a_visit(canary):
    at, came = canary
    port = at.rpartition(":")[2].strip("/")
    code = f"import socket; socket.create_connection(('127.0.0.1', {port}))"
    subprocess.run([sys.executable, "-c", code], check=True)
    time.sleep(0.3)

    assert len(came) == 1


@pytest.mark.parametrize("evil", EVIL)
def test_a_text_in_a_new_field_or_a_picture_is_only_text(evil, tmp_path):
    said = saying(evil)
    file = print_pack(said, tmp_path).file
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(file).pages))
    assert text.count(re.sub(r"\s+", "", evil)) >= 8
    with pikepdf.open(file) as pdf:
        assert set(pdf.attachments) == {"data.json", "AIS-001-D1-annex-viii-c.csv"}
        notes = [note for page in pdf.pages for note in page.obj.get("/Annots", [])]
        assert all("/A" not in note for note in notes)
