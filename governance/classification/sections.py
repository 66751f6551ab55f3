"""The lesser sections of a pack: transitional rules, deadlines, fines, lists of the annexes."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any

from governance.classification.law import Deadline, PackError, Penalty
from governance.classification.reading import Entry, entries

TRANSITIONS = ("art111.2", "art111.2.public", "art111.3", "art111.4")  # the evaluation needs them
TEXTS = frozenset({"enacted", "amended"})
FOLLOWS = frozenset({"prohibition", "duties", "information", "union_bodies"})
LOWER, HIGHER = "lower of the two", "higher of the two"
REGISTERS = ("section_a", "section_b", "section_c")
SUMS = (frozenset({"eur", "turnover_pct"}), frozenset({"eur_art5", "eur_other"}))
TRANSITIONAL_FIELDS = ("id", "when", "effect", "cut_off", "enacted", "amended", "citation", "note")
PENALTY_FIELDS = (
    "id", "infringement", "max", "sme_rule", "smc_rule", "dates", "citation", "note", "follows",
    "duties", "duties_amended",
)  # fmt: skip


def read_transitional(file: str, raw: object) -> dict[str, Mapping[str, Any]]:
    """Return the rules of Art. 111 by id; those that the evaluation needs have all their days."""
    rows: dict[str, Mapping[str, Any]] = {}
    for entry in entries(file, "transitional", raw):
        entry.only(*TRANSITIONAL_FIELDS)
        for field in ("enacted", "amended"):
            entry.day(field, entry.raw.get(field))
        for field in ("when", "effect"):
            entry.text(field)
        entry.text("note", required=False)
        if entry.rule in rows:
            raise entry.refuse("id", "twice in the pack")
        rows[entry.rule] = {**entry.raw, "citation": entry.texts("citation", required=True)}
    for name in TRANSITIONS:
        if name not in rows:
            raise PackError(file, name, "id", "the evaluation needs this transitional rule")
        _check_days(Entry(file, name, rows[name]))
    return rows


def _check_days(entry: Entry) -> None:
    """Refuse a transitional rule without a day that the evaluation reads."""
    if entry.rule == "art111.2":
        cut = Entry(entry.file, entry.rule, entry.raw.get("cut_off"), "cut_off")
        amended = Entry(entry.file, entry.rule, cut.raw.get("amended"), "cut_off.amended")
        cut.only("enacted", "amended")
        amended.only("annex3", "annex1")
        cut.needed_day("enacted")
        for route in ("annex3", "annex1"):
            amended.needed_day(route)
        return
    for field in ("amended",) if entry.rule == "art111.4" else ("enacted", "amended"):
        entry.needed_day(field)


def read_timelines(file: str, raw: object) -> dict[str, tuple[tuple[date, str], ...]]:
    """Return what applies from which day, under each text."""
    texts = Entry(file, "timelines", raw)
    texts.only(*TEXTS)
    if set(texts.raw) != TEXTS:
        raise texts.refuse("enacted and amended", "both texts expected")
    found = {text: tuple(_moments(file, text, rows)) for text, rows in texts.raw.items()}
    for text, moments in found.items():
        days = [day for day, _applies in moments]
        if days != sorted(days):
            raise texts.refuse(text, "not in the order of the days")
    return found


def _moments(file: str, text: str, rows: object) -> Iterator[tuple[date, str]]:
    if not isinstance(rows, list):
        raise PackError(file, "timelines", text, "a list expected")
    for row in rows:
        entry = Entry(file, f"timelines.{text}", row)
        entry.only("date", "applies")
        yield entry.needed_day("date"), entry.text("applies")


def read_deadlines(file: str, raw: object) -> tuple[Deadline, ...]:
    """Return the deadlines for reporting incidents."""
    return tuple(_deadline(entry) for entry in _once(entries(file, "incident_deadlines", raw)))


def _deadline(entry: Entry) -> Deadline:
    entry.only("id", "deadline_days", "trigger", "citation")
    days = entry.raw.get("deadline_days")
    if days is not None and not _whole(days):
        raise entry.refuse("deadline_days", "a whole number of days expected, or null")
    return Deadline(entry.rule, days, entry.text("trigger"), entry.texts("citation", required=True))


def read_penalties(file: str, raw: object, duties: Collection[str]) -> tuple[Penalty, ...]:
    """Return the rows of fines; the duties they name must be duties of the pack."""
    rows = tuple(_penalty(entry) for entry in _once(entries(file, "penalties", raw)))
    for row in rows:
        for duty in (*row.duties, *row.duties_amended):
            if duty not in duties:
                raise PackError(file, row.id, "duties", f"there is no duty {duty}")
    return rows


def _penalty(entry: Entry) -> Penalty:
    entry.only(*PENALTY_FIELDS)
    most = entry.raw.get("max")
    if not isinstance(most, Mapping) or frozenset(most) not in SUMS:
        raise entry.refuse("max", "eur and turnover_pct expected")
    for name, value in most.items():
        if not _whole(value) or (name == "turnover_pct" and value > 100):
            raise entry.refuse(f"max.{name}", "a whole number above 0 expected")
    return Penalty(
        id=entry.rule,
        infringement=entry.text("infringement"),
        most=dict(most),
        dates=entry.dates("dates", entry.raw.get("dates")),
        citation=entry.texts("citation", required=True),
        lower_for_sme=_is_lower(entry, "sme_rule"),
        lower_for_smc=_is_lower(entry, "smc_rule"),
        follows=entry.one_of("follows", FOLLOWS) if "follows" in entry.raw else "",
        duties=entry.texts("duties"),
        duties_amended=entry.texts("duties_amended"),
        note=entry.text("note", required=False),
    )


def _is_lower(entry: Entry, field: str) -> bool:
    """Return whether the lower counts; where nothing is said, the higher does."""
    words = entry.text(field) if field in entry.raw else HIGHER
    if not words.startswith((LOWER, HIGHER)):
        raise entry.refuse(field, f"must begin with “{LOWER}” or “{HIGHER}”")
    return words.startswith(LOWER)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _once(rows: Iterator[Entry]) -> Iterator[Entry]:
    seen: set[str] = set()
    for entry in rows:
        if entry.rule in seen:
            raise entry.refuse("id", "twice in the pack")
        seen.add(entry.rule)
        yield entry


def check_retention(file: str, raw: object) -> None:
    """Refuse a row that does not say what is kept, by whom, and for how long."""
    for at, row in enumerate(_rows(file, "retention", raw)):
        entry = Entry(file, f"retention[{at}]", row)
        entry.only("what", "who", "period", "citation", "note")
        for field in ("what", "period"):
            entry.text(field)
        for field in ("who", "citation"):
            entry.texts(field, required=True)


def check_registration(file: str, raw: object) -> None:
    """Refuse lists of Annex VIII that are not numbered texts of a duty."""
    whole = Entry(file, "registration_annex_viii", raw)
    whole.only(*REGISTERS, "restricted_art49_4", "point2")
    for name in REGISTERS:
        section = Entry(file, whole.rule, whole.raw.get(name), name)
        section.only("duty", "fields")
        section.text("duty")
        _numbered(section, "fields", lambda item: isinstance(item, str) and bool(item.strip()))


def check_registers(file: str, raw: Mapping[str, Any], duties: Collection[str]) -> None:
    """Refuse a checked list of Annex VIII that belongs to no duty of the pack."""
    for name in REGISTERS:
        if (duty := raw[name]["duty"]) not in duties:
            words = f"there is no duty {duty}"
            raise PackError(file, "registration_annex_viii", f"{name}.duty", words)


def check_annex_iv(file: str, raw: object) -> None:
    """Refuse headings of Annex IV that are not numbered topics with their items."""
    whole = Entry(file, "annex_iv_items", {"headings": raw})
    _numbered(whole, "headings", lambda item: isinstance(item, Mapping))
    for number, item in whole.raw["headings"].items():
        heading = Entry(file, whole.rule, item, str(number))
        heading.only("topic", "items")
        heading.text("topic")
        heading.texts("items")


def check_texts(section: str) -> Callable[[str, object], None]:
    """Return a check that a section is a list of texts."""

    def check(file: str, raw: object) -> None:
        Entry(file, section, {section: raw}).texts(section, required=True)

    return check


def _numbered(entry: Entry, field: str, fits: Callable[[object], bool]) -> None:
    """Refuse what is not numbered from 1 without a gap."""
    rows = entry.raw.get(field)
    if not isinstance(rows, Mapping) or list(rows) != list(range(1, len(rows) + 1)) or not rows:
        raise entry.refuse(field, "entries numbered from 1 expected")
    for number, item in rows.items():
        if not fits(item):
            raise entry.refuse(f"{field}.{number}", "not what stands there")


def _rows(file: str, section: str, raw: object) -> list[object]:
    if not isinstance(raw, list) or not raw:
        raise PackError(file, section, section, "a list expected")
    return raw


CARRIED: Mapping[str, Callable[[str, object], None]] = {  # checked, then kept as they are
    "retention": check_retention,
    "registration_annex_viii": check_registration,
    "annex_iv_items": check_annex_iv,
    "annex_v_items": check_texts("annex_v_items"),
    "fria_elements": check_texts("fria_elements"),
}
UNREAD = frozenset({"predicate_language", "guidance", "unresolved"})  # for people only
