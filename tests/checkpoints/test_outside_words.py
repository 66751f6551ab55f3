"""How the page of the ledger tells how much of it lies outside."""

from types import SimpleNamespace

from django.template.loader import render_to_string
from django.utils import timezone


def test_both_numbers_are_written_alike():
    out = SimpleNamespace(size=1027, at=timezone.now(), words="Folder", root="ab" * 32)
    lines = [SimpleNamespace(words="Folder", state="met", said="kept", out=out, fault="")]
    told = {"out": out, "size": 1028, "lines": lines, "missing": 0}

    page = render_to_string("checkpoints/_outside.html", {"outside": SimpleNamespace(**told)})

    assert "1,027 entries outside, 1,028 here" in page
