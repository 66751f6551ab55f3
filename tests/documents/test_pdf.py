"""Every document on paper: its words, sources and gaps, from one press."""

import pytest
from pypdf import PdfReader

from governance.common.press.child import Press
from governance.common.press.drawing import drawable
from governance.documents.filling import build
from governance.documents.printing import Standing, html_of
from governance.documents.rules import Kind
from tests.documents.samples import HIRING, PACK, PROVIDER, subject

DRAFT = Standing("AIS-014", "Draft, not signed", "As known on Sunday", digest="ab" * 32)


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[Kind, str]:
    """The text of each document about one system, by kind."""
    folder = tmp_path_factory.mktemp("documents")
    with Press(folder) as press:
        for kind in Kind:
            document = build(subject(HIRING | PROVIDER), PACK, kind)
            press.print(kind.value, drawable(html_of(document.as_json(), DRAFT)))
    return {
        kind: " ".join(
            " ".join(page.extract_text().split())
            for page in PdfReader(folder / f"{kind.value}.pdf").pages
        )
        for kind in Kind
    }


@pytest.mark.parametrize("kind", list(Kind))
def test_every_document_says_what_is_known_where_from_and_what_is_missing(pages, kind):
    document = build(subject(HIRING | PROVIDER), PACK, kind)
    text = "".join(pages[kind].split())

    assert "Draft,notsigned" in text
    for item in document.items:
        told = [item.label, *(value.text for value in item.values)]
        told += [value.source[1:] for value in item.values]
        told += [] if item.values else ["Missing." if item.is_missing else item.lacking]
        assert [words for words in told if "".join(words.split()) not in text] == [], item.key


def test_a_preview_says_on_paper_why_it_does_not_apply(pages):
    assert "A preview" in pages[Kind.FRIA]
    assert "Art 27(1)" in pages[Kind.FRIA]
    assert "A preview" not in pages[Kind.ANNEX_IV]
