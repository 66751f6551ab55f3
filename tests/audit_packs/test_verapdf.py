"""veraPDF, the validator of archives, keeps our files PDF/A-3 and PDF/UA-1, sealed or not."""

from pathlib import Path

import pikepdf
import pytest

from governance.audit_packs import rules
from governance.audit_packs.pdf_seal import seal_pdf
from governance.audit_packs.render import print_pack
from tests.audit_packs.samples import bare, contents, system
from tests.audit_packs.verapdf import FLAVOURS, lacking, validated

pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())
NOTHING: dict[str, list[str]] = {flavour: [] for flavour in FLAVOURS}


@pytest.fixture(scope="module")
def printed(tmp_path_factory) -> Path:
    """A pack of five systems in three parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "MOST_SYSTEMS_A_PART", 2)
        said = contents(system(1), bare(2), system(3), bare(4), system(5))
        return print_pack(said, tmp_path_factory.mktemp("pack")).file


def test_a_pack_keeps_every_flavour_before_and_after_its_seal(printed, tmp_path, db):
    sealed = tmp_path / "sealed.pdf"
    seal_pdf(printed, sealed)

    assert list(validated(printed, sealed).values()) == [NOTHING, NOTHING]


def test_it_finds_what_is_broken(printed, tmp_path):
    broken = tmp_path / "broken.pdf"
    with pikepdf.open(printed) as pdf:
        del pdf.Root.OutputIntents, pdf.Root.Lang, pdf.Root.MarkInfo
        pdf.save(broken)

    (found,) = validated(broken).values()
    assert any("6.2.4.3" in fault for fault in found["PDFA_3_B"])
    assert all(found[flavour] for flavour in FLAVOURS)
