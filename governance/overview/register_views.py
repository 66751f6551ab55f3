"""Pages of the list of systems: the list, its filters, its exports."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from governance.accounts.access import acting_user, visible_units
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.overview.columns import BY_KEY, COLUMNS, DEFAULT, Column, chosen
from governance.overview.context import navigation_of
from governance.overview.export import csv_chunks, xlsx_bytes
from governance.overview.register import Page, Register, Row
from governance.overview.register_state import FILTERS, VOCABULARIES, ListState, read_state
from inventory.systems.models import AISystem, SavedView
from inventory.vendors.models import Vendor

KEPT = "register_columns"
DRAWN = frozenset({"tier", "ready", "owner", "model", "due", "changed"})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
READY_VIEWS: tuple[tuple[str, dict[str, tuple[str, ...]]], ...] = (
    ("All", {}),
    ("Mine", {"owner": ("me",)}),
    ("High-risk", {"tier": ("high",)}),
    ("Unclassified", {"tier": ("unclassified",)}),
    ("With gaps", {"gaps": ("1",)}),
)


@require_safe
@login_required
@vary_on_headers("HX-Request")
def register(request: HttpRequest) -> HttpResponse:
    """List the systems as the address asks: the whole page, or its table for htmx."""
    user, state = acting_user(request), _state(request)
    columns = _columns(request, state)
    page = Register(user, state, timezone.localdate()).page()
    context = {
        "page": page,
        "table": [(row, _cells(row, columns)) for row in page.rows],
        "state": state,
        "heads": [(column, _sort_address(state, column.sort)) for column in columns],
        "name_sort": _sort_address(state, "name"),
        "chips": _chips(user, state),
        "unknown": [(_label(name), value) for name, value in state.unknown],
        "address": state.address(),
        "words": page_words(page),
        "previous_url": state.on_page(state.page - 1).address() if state.page > 1 else "",
        "next_url": state.on_page(state.page + 1).address() if page.has_next else "",
    }
    htmx: Any = getattr(request, "htmx", None)
    if htmx and not htmx.history_restore_request:
        return render(request, "overview/_register.html", context)
    own_views = list(user.saved_views.all())
    context |= {
        "segments": _segments(own_views, state),
        "own_views": own_views,
        "kept_pairs": [pair for pair in state.pairs() if pair[0] != "q"],
        "choices": [(column, column in columns) for column in COLUMNS],
        "without_columns": [pair for pair in state.pairs() if pair[0] != "cols"],
        "may_register": Capability.REGISTER in navigation_of(request).abilities,
    }
    return render(request, "overview/register.html", context)


@require_safe
@login_required
def register_filter(request: HttpRequest) -> HttpResponse:
    """Show every filter of the list, as the address has them set."""
    user, state = acting_user(request), _state(request)
    systems = AISystem.objects.visible_to(user).order_by()
    owners = User.objects.filter(pk__in=systems.values("owner_id")).order_by("name")
    boxes = [
        (name, label, [(v, words, v in state.filters.get(name, ())) for v, words in known.items()])
        for name, (label, known) in VOCABULARIES.items()
    ]
    selects = [
        ("unit", "Unit, with all below", _options(visible_units(user), "pk")),
        ("owner", "Owner", [("me", "Me"), ("none", "Nobody"), *_options(owners, "handle")]),
        ("vendor", "Vendor", [("none", "None"), *_options(Vendor.objects.visible_to(user), "ref")]),
    ]
    first = {name: (values or ("",))[0] for name, values in state.filters.items()}
    context = {
        "boxes": boxes,
        "selects": [(name, label, found, first.get(name, "")) for name, label, found in selects],
        "others": [pair for pair in state.pairs() if pair[0] in ("q", "sort", "cols", "agreement")],
    }
    return render(request, "overview/register_filter.html", context)


@require_safe
@login_required
def export_csv(request: HttpRequest) -> HttpResponseBase:
    """Stream every matching row, with the columns of the list, as CSV."""
    user, state = acting_user(request), _state(request)
    rows = Register(user, state, timezone.localdate()).all_rows()
    response = StreamingHttpResponse(
        csv_chunks(rows, _columns(request, state)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{_file_name()}.csv"'
    return response


@require_safe
@login_required
def export_xlsx(request: HttpRequest) -> HttpResponse:
    """Return every matching row, with the columns of the list, as a workbook."""
    user, state = acting_user(request), _state(request)
    rows = Register(user, state, timezone.localdate()).all_rows()
    response = HttpResponse(xlsx_bytes(rows, _columns(request, state)), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{_file_name()}.xlsx"'
    return response


def page_words(page: Page) -> str:
    """Return where the page stands in the list: 1 to 50 of 2,133 systems."""
    if not page.rows:
        return "No system"
    last = page.first + len(page.rows) - 1
    if page.total is None:
        return f"{page.first:,} to {last:,} of more than {page.counted_to:,} systems"
    noun = "system" if page.total == 1 else "systems"
    return f"{page.first:,} to {last:,} of {page.total:,} {noun}"


def _cells(row: Row, columns: list[Column]) -> list[tuple[str, str]]:
    """Return key and text of each cell; the template draws some of them better than text."""
    return [(c.key, "" if c.key in DRAWN else c.text(row)) for c in columns]


def _file_name() -> str:
    return f"ai-systems-{timezone.localdate():%Y-%m-%d}"


def _state(request: HttpRequest) -> ListState:
    return read_state(dict(request.GET.lists()), BY_KEY)


def _columns(request: HttpRequest, state: ListState) -> list[Column]:
    """Return the columns of the address, which are kept, or those kept last time."""
    kept = request.session.get(KEPT, list(DEFAULT))
    if state.columns and list(state.columns) != kept:
        request.session[KEPT] = list(state.columns)
    return chosen(state.columns or tuple(kept))


def _sort_address(state: ListState, key: str) -> tuple[str, str]:
    """Return the address that sorts by a column, and how the column is sorted now."""
    if not key:
        return "", ""
    now = {key: "ascending", f"-{key}": "descending"}.get(state.sort, "")
    return state.sorted_by(key).address(), now


def _segments(own_views: list[SavedView], state: ListState) -> list[dict[str, Any]]:
    now = {name: values for name, values in state.filters.items() if values}
    here = (state.query, now)
    ready = [
        {
            "url": ListState(filters=filters).address(),
            "label": label,
            "count": None,
            "current": here == ("", filters),
        }
        for label, filters in READY_VIEWS
    ]
    own = [
        {
            "url": f"?{view.query}",
            "label": view.name,
            "count": None,
            "current": state.address() == f"?{view.query}",
        }
        for view in own_views
    ]
    return ready + own


def _chips(user: User, state: ListState) -> list[dict[str, str]]:
    chips = []
    if state.query:
        bare = ListState(filters=state.filters, sort=state.sort, columns=state.columns)
        chips.append({"label": f"Search: {state.query}", "url": bare.address()})
    for name in FILTERS:
        for value in state.filters.get(name, ()):
            label = f"{_label(name)}: {_value_words(user, name, value)}"
            chips.append({"label": label, "url": state.without(name, value).address()})
    return chips


def _label(name: str) -> str:
    return VOCABULARIES[name][0] if name in VOCABULARIES else name.capitalize()


def _value_words(user: User, name: str, value: str) -> str:
    if name in VOCABULARIES:
        return VOCABULARIES[name][1][value]
    if value in ("me", "none"):
        return "me" if value == "me" else "none"
    found: dict[str, Callable[[], QuerySet[Any]]] = {
        "unit": lambda: visible_units(user).filter(pk=value),
        "owner": lambda: User.objects.filter(handle=value),
        "vendor": lambda: Vendor.objects.visible_to(user).filter(ref=value),
    }
    row = found[name]().first() if name in found else None
    return str(row) if row else value


def _options(rows: QuerySet[Any], key: str) -> list[tuple[str, str]]:
    return [(str(getattr(row, key)), str(row)) for row in rows]
