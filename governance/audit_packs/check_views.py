"""Checking a pack in the browser: the page, the program for elsewhere, and a copy for offline."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from governance.accounts.access import acting_user
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.verifier import verify_pack

PROGRAM = Path(verify_pack.__file__)
STATIC = Path(settings.BASE_DIR) / "static"
DIGEST = re.compile(r"[0-9a-f]{64}")
FONT_FACES = re.compile(r"@font-face\s*{[^}]*}")


@require_safe
@login_required
def check(request: HttpRequest) -> HttpResponse:
    """Show where to drop a pack; also say which pack a digest is of, if the person may see it."""
    digest = request.GET.get("sha256", "").strip().lower()
    packs = EvidencePack.objects.visible_to(acting_user(request)).select_related("withdrawal__by")
    same = Q(sha256=digest) | Q(pdf_sha256=digest)
    found = packs.filter(same).first() if DIGEST.fullmatch(digest) else None
    context = {
        "program_sha256": hashlib.sha256(PROGRAM.read_bytes()).hexdigest(),
        "digest": digest,
        "is_digest": bool(DIGEST.fullmatch(digest)),
        "found": found,
        "withdrawal": getattr(found, "withdrawal", None),
    }
    return render(request, "audit_packs/check.html", context)


@require_safe
@login_required
def program(request: HttpRequest) -> HttpResponse:
    """Hand out the program that checks a pack without us."""
    return _attached(PROGRAM.read_bytes(), "verify_pack.py", "text/plain; charset=utf-8")


@require_safe
@login_required
def offline(request: HttpRequest) -> HttpResponse:
    """Hand out the page as one file that works without a network."""
    return _attached(_whole_page().encode(), "check-packs.html", "text/html; charset=utf-8")


def _attached(raw: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(raw, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@cache
def _whole_page() -> str:
    """Return the page with its script and style inside; their digests allow them, and no more."""
    verifier = (STATIC / "js" / "check" / "verify.js").read_text()
    page = (STATIC / "js" / "check" / "page.js").read_text()
    _, _, page = page.partition("/* --- The page")  # what stands before it fetches the verifier
    script = verifier.replace("\nexport ", "\n") + "\n/* --- The page" + page
    sheets = ("tokens", "base", "layout", "components")
    style = "\n".join((STATIC / "css" / f"{sheet}.css").read_text() for sheet in sheets)
    style = FONT_FACES.sub("", style)
    context = {
        "script": mark_safe(f'<script type="module">{script}</script>'),  # noqa: S308 - our files
        "style": mark_safe(f"<style>{style}</style>"),  # noqa: S308
        "script_digest": _allowed(script),
        "style_digest": _allowed(style),
    }
    return render_to_string("audit_packs/check_offline.html", context)


def _allowed(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
