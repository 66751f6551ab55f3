"""HOW-TO-CHECK.html: the page in a bag for people who do not program, without any script."""

from functools import cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from governance.audit_packs.sections import Facts

STYLES = ("tokens.css", "guide.css")


def guide(head: Facts) -> str:
    """Return the page about a pack; it loads nothing, so that it reads the same in any year."""
    given: dict[str, Any] = {"head": head, "style": _style()}
    return render_to_string("audit_packs/guide.html", given)


@cache
def _style() -> SafeString:
    home = settings.BASE_DIR / "static" / "css"
    sheets = "\n".join((home / name).read_text() for name in STYLES)
    return mark_safe(f"<style>{sheets}</style>")  # noqa: S308 - our own files
