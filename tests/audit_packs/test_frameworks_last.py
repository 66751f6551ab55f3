"""The long tables of the frameworks stand behind the systems, and the contents lead there."""

import json
import re

import pikepdf
import pytest
from django.utils import timezone
from pypdf import PdfReader

from governance.audit_packs.render import print_pack
from governance.crosswalk.packing import crosswalk_facts
from tests.audit_packs.samples import contents
from tests.audit_packs.samples import system as told_system


@pytest.fixture
def printed(system, tmp_path):
    """A printed pack of one system that tells of the frameworks."""
    said = contents(told_system(1))
    facts = crosswalk_facts([system], timezone.now())
    said.head["frameworks"] = json.loads(json.dumps(facts))
    return print_pack(said, tmp_path).file


def test_frameworks_come_last_and_the_contents_say_where(printed):
    text = [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(printed).pages]
    with pikepdf.open(printed) as pdf:
        pages = {page.obj.objgen: at for at, page in enumerate(pdf.pages)}
        with pdf.open_outline() as outline:
            marks = [(item.title, pages[item.destination[0].objgen]) for item in outline.root]
    (last, at), (before, _) = marks[-1], marks[-2]
    toc = next(page for page in text if page.find("Contents System Name") >= 0)

    assert (last, before.split(" ")[0]) == ("Frameworks", "AIS-001")
    assert text[at].find("A mapping is not compliance") > 0
    assert re.search(rf"Frameworks {at + 1}\b", toc)
