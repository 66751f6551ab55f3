"""PDF/A-3a and PDF/UA-1 as far as we can check them, after binding and after sealing."""

import pikepdf
import pytest

from governance.audit_packs.pdf_seal import seal_pdf
from tests.audit_packs.conformance import faults, id_names, walk


def test_a_bound_file_has_no_fault_that_we_can_find(bound):
    with pikepdf.open(bound) as pdf:
        assert sorted(set(faults(pdf))) == []


def test_the_seal_adds_none(bound, tmp_path, db):
    seal_pdf(bound, tmp_path / "sealed.pdf")

    with pikepdf.open(tmp_path / "sealed.pdf") as pdf:
        assert sorted(set(faults(pdf))) == []


def test_the_ids_of_headers_are_in_order_over_all_parts(bound):
    with pikepdf.open(bound) as pdf:
        tree = pdf.Root.StructTreeRoot
        names = [bytes(name) for kid in tree.IDTree.Kids for name in list(kid.Names)[::2]]
        limits = [bytes(end) for kid in tree.IDTree.Kids for end in kid.Limits]

    assert names == sorted(names)
    assert limits == sorted(limits)
    assert len(set(names)) == len(names) > 50


def without_scope(pdf):
    """Take from the first header what it is a header of."""
    header = next(it for it in walk(pdf.Root.StructTreeRoot) if it.S == "/TH")
    del header.A["/Scope"]


@pytest.mark.parametrize(
    ("break_", "words"),
    [
        (without_scope, "a header does not say of what"),
        (lambda pdf: pdf.Root.__delitem__("/OutputIntents"), "no output intent"),
        (lambda pdf: pdf.Root.__delitem__("/Lang"), "no language"),
        (lambda pdf: pdf.pages[2].obj.__delitem__("/StructParents"), "page 3: no parents"),
        (lambda pdf: pdf.pages[1].obj.__delitem__("/Tabs"), "page 2: no order of tabs"),
        (lambda pdf: pdf.Root.__delitem__("/AF"), "attachments and associated files differ"),
        (lambda pdf: pdf.Root.StructTreeRoot.K[0].K.__delitem__(-1), "in no element of the tree"),
    ],
)
def test_what_is_broken_is_found(bound, break_, words):
    with pikepdf.open(bound) as pdf:
        break_(pdf)

        assert any(words in fault for fault in faults(pdf))
        assert id_names(pdf.Root.StructTreeRoot)
