"""Texts of people stay texts in every place that a pack prints them (PD-01, PD-02)."""

import re

import pikepdf
import pytest
from pypdf import PdfReader

from governance.audit_packs.render import print_pack
from tests.audit_packs.samples import RELEASE, ROW, VERSION, contents, system

EVIL = [
    '<link rel=attachment href="file:///etc/passwd">',
    '<svg><image xlink:href="http://127.0.0.1:9/x"/></svg>',
    '"/><image href="http://127.0.0.1:9/x"/><text x="',
    "</title><style>@import url(http://127.0.0.1:9/x)</style>",
]


@pytest.mark.parametrize("evil", EVIL)
def test_a_text_in_a_new_field_or_a_picture_is_only_text(evil, tmp_path):
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

    file = print_pack(said, tmp_path).file
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(file).pages))
    assert text.count(re.sub(r"\s+", "", evil)) >= 8
    with pikepdf.open(file) as pdf:
        assert set(pdf.attachments) == {"data.json", "AIS-001-D1-annex-viii-c.csv"}
        notes = [note for page in pdf.pages for note in page.obj.get("/Annots", [])]
        assert all("/A" not in note for note in notes)
