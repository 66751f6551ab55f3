"""veraPDF, the validator of archives, keeps our files PDF/A-3 and PDF/UA-1, sealed or not."""

import pikepdf
import pytest

from governance.audit_packs.pdf_seal import seal_pdf
from tests.audit_packs.verapdf import FLAVOURS, lacking, validated

pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())
NOTHING: dict[str, list[str]] = {flavour: [] for flavour in FLAVOURS}


def test_a_pack_keeps_every_flavour_before_and_after_its_seal(bound, tmp_path, db):
    sealed = tmp_path / "sealed.pdf"
    seal_pdf(bound, sealed)

    assert list(validated(bound, sealed).values()) == [NOTHING, NOTHING]


def test_it_finds_what_is_broken(bound, tmp_path):
    broken = tmp_path / "broken.pdf"
    with pikepdf.open(bound) as pdf:
        del pdf.Root.OutputIntents, pdf.Root.Lang, pdf.Root.MarkInfo
        pdf.save(broken)

    (found,) = validated(broken).values()
    assert any("6.2.4.3" in fault for fault in found["PDFA_3_B"])
    assert all(found[flavour] for flavour in FLAVOURS)
