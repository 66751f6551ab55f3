"""The long tables of the frameworks: behind the systems, and none where no control applies."""

import json
import re

import pikepdf
import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from pypdf import PdfReader

from governance.audit_packs.render import print_pack
from governance.crosswalk.packing import crosswalk_facts
from governance.crosswalk.rules import Framework
from inventory.systems.models import AISystem
from tests.audit_packs.samples import contents
from tests.audit_packs.samples import system as told_system

TEMPLATE = "audit_packs/pdf/_frameworks.html"


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


def test_a_framework_that_concerns_nothing_here_says_why_instead_of_a_table(system):
    AISystem.objects.update(data_categories=["health"], countries=["NO"])
    facts = crosswalk_facts([system], timezone.now(), [Framework.HIPAA])
    told = " ".join(render_to_string(TEMPLATE, {"frameworks": facts}).split())

    assert f"No health data used in the United States is recorded for it. {system.ref}." in told
    assert "<table" not in told
