"""How many pages the builder promises, against a pack of the demo organisation as it is printed."""

import pytest
from django.utils import timezone

from governance.audit_packs.builder import preview
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.queries import contents
from governance.audit_packs.render import print_pack
from governance.audit_packs.section_rules import Section
from governance.demo.story import tell
from inventory.systems.models import AISystem

pytestmark = pytest.mark.worker


def test_the_pages_of_the_first_pack_are_estimated_within_fifteen_in_a_hundred(
    db, settings, tmp_path
):
    settings.MEDIA_ROOT = settings.STORAGE = tmp_path / "storage"
    tell(today=timezone.localdate(), password=lambda: "a demo password")
    said = contents(EvidencePack.objects.earliest("pk"))

    printed = print_pack(said, tmp_path).pages
    system = AISystem.objects.filter(ref=said.systems[0]["ref"])
    told = preview(system, frozenset(Section)).pages

    assert abs(told - printed) <= 0.15 * printed, f"{told} were told, {printed} are printed"
