"""The file itself: PDF/A-3, tagged, whole, the same bytes each time, closed to the outside."""

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pikepdf
import pytest
from django.core.management import call_command
from pypdf import PdfReader

from governance.audit_packs import building, render, rules
from governance.audit_packs.render import print_pack
from governance.audit_packs.tasks import build_pack
from governance.common.press.child import Press, PressError
from governance.common.press.drawing import drawable
from tests.audit_packs.samples import bare, contents, system

EVIL = '<img src="http://127.0.0.1:9/x"><link rel=attachment href="file:///etc/passwd">'
MANY = 5  # in three parts
PARTS = ("At a glance", "Scope and completeness", "What is missing", "Index by Annex IV")
PDFA = "{http://www.aiim.org/pdfa/ns/id/}"


@pytest.fixture(scope="module")
def said():
    """A whole system, one that lacks everything, one with a name that attacks, and more."""
    evil = bare(
        3, name=EVIL, card={"intended_purpose": "漢 turned \N{RIGHT-TO-LEFT OVERRIDE}round"}
    )
    more = [system(number) for number in range(4, MANY + 1)]
    return contents(system(1), bare(2), evil, *more)


@pytest.fixture(scope="module")
def printed(said, tmp_path_factory) -> Path:
    """The pack's file, printed in parts of two systems."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "MOST_SYSTEMS_A_PART", 2)
        return print_pack(said, tmp_path_factory.mktemp("pack")).file


@pytest.fixture(scope="module")
def text(printed) -> list[str]:
    """The text of each page, in one line."""
    pages = PdfReader(printed).pages
    return [re.sub(r"\s+", " ", page.extract_text()) for page in pages]


@pytest.fixture
def pdf(printed):
    """The opened file."""
    with pikepdf.open(printed) as opened:
        yield opened


def test_the_metadata_say_pdf_a_3a_and_what_it_is(pdf):
    with pdf.open_metadata() as xmp:
        assert (xmp[f"{PDFA}part"], xmp[f"{PDFA}conformance"]) == ("3", "A")
        assert xmp["dc:title"].startswith("Evidence pack EP-001: ")
    assert str(pdf.docinfo["/CreationDate"]).startswith("D:20261122112233")
    assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
    assert pdf.Root.Lang == "en"


def test_every_font_is_embedded(pdf):
    fonts = {}
    for page in pdf.pages:
        total = page.resources.XObject.PackTotal.Resources
        for resources in (page.resources, total):
            fonts |= {font.objgen: font for font in resources.Font.values()}
    descriptors = [font.DescendantFonts[0].FontDescriptor for font in fonts.values()]

    assert descriptors
    assert all("/FontFile2" in descriptor for descriptor in descriptors)
    assert len({descriptor.FontFile2.objgen for descriptor in descriptors}) <= 6


def test_the_data_are_attached_as_they_were_read(pdf, said):
    attached = pdf.attachments["data.json"].get_file().read_bytes()

    assert attached == said.json()
    assert json.loads(attached)["systems"][0]["name"] == "CV screening assistant 1"
    assert {str(spec.AFRelationship) for spec in pdf.Root.AF} == {"/Data"}


def test_registrations_are_attached_as_tables_in_which_nothing_is_a_formula(pdf):
    names = [f"AIS-{number:03d}-D1-annex-viii-c.csv" for number in (1, 4, 5)]
    table = pdf.attachments[names[0]].get_file()
    rows = list(csv.DictReader(io.StringIO(table.read_bytes().decode("utf-8-sig"))))

    assert sorted(pdf.attachments) == sorted(["data.json", *names])
    assert [spec.UF for spec in pdf.Root.AF] == ["data.json", *names]
    assert table.mime_type == "text/csv"
    assert {row["Status"] for row in rows} == {"signed, AIS-001 D1"}
    assert [row["Value"] for row in rows] == ["'=Halden Mutual", ""]


def test_every_page_counts_up_to_the_same_total(text):
    total = len(text)

    for number, page in enumerate(text, start=1):
        assert re.search(rf"\b{number}\b.*\bof {total}\b", page), f"page {number}"


def test_the_contents_name_the_page_each_system_begins_on(text):
    listed = " ".join(text[2:5])
    for ref in ("AIS-001", "AIS-002", f"AIS-00{MANY}"):
        page = int(re.search(rf"{ref} .*? (?:\d+|–) (\d+) (?:Missing|Card)", listed)[1])
        assert text[page - 1].startswith(f"{ref} ")


def test_links_and_bookmarks_lead_to_the_headings(pdf, text):
    numbers = {page.obj.objgen: at for at, page in enumerate(pdf.pages)}
    notes = [note for page in pdf.pages for note in page.obj.get("/Annots", [])]
    with pdf.open_outline() as outline:
        marks = [item for item in outline.root if item.title.startswith("AIS-")]

        front = {item.title: item for item in outline.root if item not in marks}

    parts = [front[title] for title in PARTS]
    flat = [*parts, *(item for mark in marks for item in (mark, *mark.children))]

    assert [mark.title.split(" ")[0] for mark in marks] == [f"AIS-00{at + 1}" for at in range(MANY)]
    assert [below.title for below in marks[0].children][-1] == "Timeline"
    for note, item in zip(notes, flat, strict=True):
        at = numbers[note.Dest[0].objgen]
        assert at == numbers[item.destination[0].objgen]
        assert str(note.Contents) == item.title
        assert item.title.split(" ")[0] in text[at]


def test_each_part_of_a_page_is_tagged_in_one_tree(pdf):
    tree = pdf.Root.StructTreeRoot
    keys = [int(key) for key in list(tree.ParentTree.Nums)[::2]]
    pages = {page.obj.objgen for page in pdf.pages}

    assert pdf.Root.MarkInfo.Marked
    assert keys == list(range(len(keys)))
    assert {int(page.obj.StructParents) for page in pdf.pages} <= set(keys)
    parts = [kid for kid in tree.K[0].K if kid.S == "/Part"]
    assert len(parts) == 3
    assert all(kid.Pg.objgen in pages for part in parts for kid in part.K)


def test_what_the_record_says_and_does_not_say_is_printed(text):
    told = " ".join(text)

    for words in (
        "Ranks applications by how well they fit.",
        "Recruitment and selection",
        "Annex III point 4(a)",
        "Assign competent human oversight.",
        "2 December 2027",
        "Approve a model version update",
        "Bias test passed.",
        "Stage: pilot → production",
        "Nobody has signed the classification.",
        "No responsibility matrix is in force.",
        "No model version is on record for this system",
        "8,412 entries",
    ):
        assert words in told, words


def test_a_name_that_attacks_is_only_a_name(text, pdf):
    told = " ".join(text)

    assert "file:///etc/passwd" in told
    assert '<img src="http://127.0.0.1:9/x">' in told
    assert "[U+6F22] turned [U+202E]round" in told
    assert not any("passwd" in name for name in pdf.attachments)


@pytest.mark.parametrize(
    "html",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:9/x">',
        '<img src="data:image/png;base64,AAAA">',
        '<link rel=attachment href="file:///etc/passwd">',
        '<link rel=stylesheet href="file:///etc/passwd">',
        "<style>body { background: url(file:///etc/passwd) }</style>",
        '<style>@import "http://127.0.0.1:9/x";</style>',
    ],
)
def test_the_press_loads_nothing(html, tmp_path):
    with pytest.raises(PressError, match="stopped at evil"), Press(tmp_path) as press:
        press.print("evil", f"<html lang=en><title>x</title>{html}x")
    assert not (tmp_path / "evil.pdf").exists()


def test_a_character_without_a_glyph_is_written_as_its_number():
    assert drawable("Größe ✓ → é漢\N{RIGHT-TO-LEFT OVERRIDE}\x07") == (
        "Größe ✓ → é[U+6F22][U+202E][U+0007]"
    )


def test_the_same_contents_give_the_same_bytes_everywhere(tmp_path):
    program = (
        "import sys, django; django.setup()\n"
        "from pathlib import Path\n"
        "from tests.audit_packs.samples import bare, contents, system\n"
        "from governance.audit_packs.render import print_pack\n"
        "print_pack(contents(system(1), bare(2)), Path(sys.argv[1]))\n"
    )
    digests = set()
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        folder = tmp_path / seed
        folder.mkdir()
        settings = {
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "DJANGO_SETTINGS_MODULE": "governance.settings",
        }
        subprocess.run(
            [sys.executable, "-c", program, str(folder)], env=os.environ | settings, check=True
        )
        digests.add(hashlib.sha256((folder / "pack.pdf").read_bytes()).hexdigest())

    assert len(digests) == 1


def test_a_pack_is_printed_from_the_database_and_found_in_the_record(pack, settings, capsys):
    build_pack(pack.pk)
    pack.refresh_from_db()
    call_command("verify_pack", str(settings.STORAGE / pack.file))

    pages = PdfReader(settings.STORAGE / pack.file).pages
    assert len(pages) == pack.pages
    assert pack.ledger_root in pages[0].extract_text()
    assert f"{pack.ref} holds" in capsys.readouterr().out


def test_documents_are_printed_with_their_signature_values_and_sources(text):
    whole = " ".join(text)

    assert (
        "Annex VIII C: Registration by a deployer Signed as AIS-001 D1 by Ines Halvorsen" in whole
    )
    assert "Halden Mutual Register: organisation" in whole
    assert "Missing. The registry keeps no addresses" in whole
    assert "Which documents are owed is not known" in whole


@pytest.mark.parametrize("one", [system(1), bare(1)], ids=["whole", "bare"])
def test_the_table_of_contents_leaves_room_for_every_heading(one):
    html = render.whole_html(contents(one)).partition('<section class="system">')[2]

    assert html.count("<h2>") == render.headings_of(one)


def test_a_pack_is_sealed_at_the_level_that_its_cover_tells(pack, settings, tsa, monkeypatch):
    def away(*args, **more):
        tsa("/500")
        return printed(*args, **more)

    tsa("/good")
    printed = building.print_pack
    monkeypatch.setattr(building, "print_pack", away)
    build_pack(pack.pk)
    pack.refresh_from_db()

    with ZipFile(settings.STORAGE / pack.file) as bag:
        sealed = io.BytesIO(bag.read(f"{pack.ref}/data/{pack.ref}.pdf"))
    cover = PdfReader(sealed).pages[0].extract_text()
    assert "PAdES B-B. No third-party time" in cover
    assert "time stamp pending" in cover
    assert f"comes beside the pack, as {pack.ref}.zip.tsr" in re.sub(r"\s+", " ", cover)
    assert (pack.seal.level, pack.seal.status) == ("B-B", "pending")
    digest = hashlib.sha256((settings.STORAGE / pack.file).read_bytes()).hexdigest()
    assert pack.seal.digest == pack.sha256 == digest
