"""Pages of documents: a system's list, one document, writing for an item, signed versions."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from governance.accounts.access import acting_user, may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.classification.queries import engine
from governance.common.canonical import digest
from governance.common.dates import exact
from governance.common.forms import attempt
from governance.documents import actions, queries
from governance.documents.forms import EntryForm, SignForm
from governance.documents.mending import rows
from governance.documents.models import DocumentEntry, SignedDocument
from governance.documents.printing import Standing, forms_of, sent
from governance.documents.rules import SHORT, Item, Kind, LawText, Place
from inventory.systems.actions import may_edit, require_edit, require_open
from inventory.systems.models import AISystem


def _system(user: User, ref: str) -> AISystem:
    related = AISystem.objects.visible_to(user).select_related("unit", "owner", "vendor")
    return get_object_or_404(related, ref=ref)


def _kind(name: str) -> Kind:
    if name not in set(Kind) or name not in engine().pack.papers.by_id:
        raise Http404("There is no such document.")
    return Kind(name)


def _text(request: HttpRequest) -> LawText:
    return LawText.ENACTED if request.GET.get("text") == LawText.ENACTED else LawText.AMENDED


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


@require_safe
@login_required
def listed(request: HttpRequest, ref: str) -> HttpResponse:
    """List the documents of a system: which apply, and how much of each is known."""
    system = _system(acting_user(request), ref)
    about = queries.on_system(system)
    return render(request, "documents/on_system.html", {"system": system, "about": about})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def document(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """Show one document as it would be today, and take the signature."""
    user = acting_user(request)
    system, which, text = _system(user, ref), _kind(kind), _text(request)
    sheet = queries.sheet(system, which, text)
    seen = {"digest": digest(sheet.draft.content()), "law_text": text.value}
    form = SignForm(_posted(request), initial=seen)
    if form.is_valid():
        row = actions.sign_document(system, kind=which, actor=user, **form.cleaned_data)
        messages.success(request, f"Signed: {row.ref}. It is frozen and stands in the ledger.")
        return redirect("documents:signed", ref=ref, number=row.number)
    edits = may_edit(user, system) and not system.is_retired
    context = {
        "system": system,
        "sheet": sheet,
        "draft": sheet.draft,
        "sections": [
            {"title": part.title, "rows": rows(part.items, sheet.subject, which)}
            for part in sheet.draft.sections
        ],
        "missing": rows(sheet.draft.missing, sheet.subject, which),
        "open": rows(sheet.draft.open, sheet.subject, which),
        "texts": _texts(which, text),
        "forms": forms_of(which),
        "history": queries.history(system, which),
        "form": form,
        "may_edit": edits,
        "may_sign": may(user, Capability.CLASSIFY, system.unit) and not system.is_retired,
        "pack": engine().pack,
    }
    status = 422 if form.errors else 200
    return render(request, "documents/document.html", context, status=status)


def _texts(kind: Kind, text: LawText) -> list[dict[str, Any]]:
    """Return both texts of the law as views, where they ask for different items."""
    paper = engine().pack.papers.by_id[kind]
    if not any(item.only_enacted for item in paper.items):
        return []
    return [
        {"label": f"As {each.value}", "url": f"?text={each.value}", "current": each == text}
        for each in LawText
    ]


@require_safe
@login_required
def draft_file(request: HttpRequest, ref: str, kind: str, form: str) -> HttpResponse:
    """Hand the draft out as PDF, JSON or, for a registration, CSV."""
    system, which = _system(acting_user(request), ref), _kind(kind)
    if form not in forms_of(which):
        raise Http404("A document cannot be had in this form.")
    draft = queries.draft_of(system, which, _text(request))
    now = f"As known on {exact(timezone.now())}"
    standing = Standing(system.ref, "Draft, not signed", now, digest=digest(draft.content()))
    return sent(form, draft.as_json() | {"status": "draft"}, standing)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def write(request: HttpRequest, ref: str, kind: str, item: str) -> HttpResponse:
    """Ask what the document shall say for one item, and keep it or take it back."""
    user = acting_user(request)
    system, place = _system(user, ref), Place(_kind(kind), item)
    require_edit(user, system)
    require_open(system)
    asked = _asked(system, place)
    entries = DocumentEntry.objects.filter(system=system, kind=kind, item=item)
    entry = entries.select_related("system__unit", "evidence").first()
    if entry and "remove" in request.POST:
        actions.remove_entry(entry, actor=user, seen=_seen(request))
        messages.success(request, "The text was taken back.")
        return redirect("documents:document", ref=ref, kind=kind)
    form = EntryForm(_posted(request), system=system, entry=entry)
    if form.is_valid() and attempt(
        form, lambda: actions.write_entry(system, place, actor=user, **form.cleaned_data)
    ):
        messages.success(request, "The text is kept.")
        return redirect("documents:document", ref=ref, kind=kind)
    return _write_page(request, form, system, place, asked, entry)


def _asked(system: AISystem, place: Place) -> Item:
    """Return the item a person writes for; 404 for one that the document does not have."""
    for text in LawText:
        for found in queries.draft_of(system, place.kind, text).items:
            if found.key == place.item and found.need != "signature":
                return found
    raise Http404("This document has no such item.")


def _seen(request: HttpRequest) -> int | None:
    given = request.POST.get("seen", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None


def _write_page(
    request: HttpRequest,
    form: EntryForm,
    system: AISystem,
    place: Place,
    asked: Item,
    entry: DocumentEntry | None,
) -> HttpResponse:
    here = reverse("documents:document", args=[system.ref, place.kind])
    context = {
        "form": form,
        "title": asked.label,
        "lead": f"Item {asked.number} of {SHORT[place.kind]} for {system.name}. {asked.lacking}",
        "trail": [(system.get_absolute_url(), system.ref), (here, SHORT[place.kind])],
        "submit": "Keep it",
        "cancel_url": here,
        "known": [value for value in asked.values if not value.written],
        "entry": entry,
    }
    status = 422 if form.errors else 200
    return render(request, "documents/write.html", context, status=status)


@require_safe
@login_required
def signed(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Show one signed document as it was signed, and how it differs from today."""
    user = acting_user(request)
    row = _signed(user, ref, number)
    kind = Kind(row.kind)
    now = queries.sheet(row.system, kind, row.law_text) if row.superseded_at is None else None
    context = {
        "document": row,
        "system": row.system,
        "content": row.content,
        "short": SHORT[kind],
        "stale": now.stale if now else (),
        "forms": forms_of(kind),
        "history": queries.history(row.system, kind),
    }
    return render(request, "documents/signed.html", context)


@require_safe
@login_required
def signed_file(request: HttpRequest, ref: str, number: int, form: str) -> HttpResponse:
    """Hand a signed document out, exactly as it was signed."""
    row = _signed(acting_user(request), ref, number)
    if form not in forms_of(row.kind):
        raise Http404("A document cannot be had in this form.")
    words = f"Signed by {row.signed_by.name}"
    standing = Standing(row.ref, words, exact(row.signed_at), row.reason, row.digest)
    signature = {"by": row.signed_by.name, "at": row.signed_at.isoformat(), "reason": row.reason}
    told = row.content | {"status": "signed", "ref": row.ref, "digest": row.digest}
    return sent(form, told | {"signature": signature}, standing)


def _signed(user: User, ref: str, number: int) -> SignedDocument:
    seen = SignedDocument.objects.visible_to(user).select_related("system__unit", "signed_by")
    return get_object_or_404(seen, system__ref=ref, number=number)
