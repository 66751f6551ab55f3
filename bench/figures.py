"""From what was measured to a table: each figure with its aim, its peer and its baseline. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Of the nearest peer on this kind of machine; it was not run again.
PEER_LIST = {"1000": 255, "10000": 503}
PEER_STATEMENTS, PEER_DETAIL, PEER_EXPORT, PEER_REPORT = 168, 160, 87, 13.8
AIM_GROWTH, AIM_STATEMENTS = 1.5, 12
AIMS_MS = {"list": 25.0, "detail": 15.0}


@dataclass(frozen=True)
class Figure:
    """One line of the table; `aim` is the most it should be, or the least where `least` is set."""

    name: str
    value: float
    unit: str
    aim: float | None = None
    least: bool = False
    peer: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Return met, missed, or nothing where there is no aim."""
        if self.aim is None:
            return ""
        good = self.value >= self.aim if self.least else self.value <= self.aim
        return "met" if good else "missed"


def of_pages(told: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield times, statements and growth of every kind of request, and the export."""
    sizes = list(told["sizes"])
    by_name: dict[str, dict[str, Any]] = {}
    for size in sizes:
        for name, found in told["sizes"][size]["requests"].items():
            by_name.setdefault(name, {})[size] = found
    bare = by_name.get("bare SELECT of the page's rows", {})
    for name, at in by_name.items():
        for size in sizes:
            yield _request(name, size, at[size], bare.get(size))
        if name == "list":
            most = max(at[size]["statements"] for size in sizes)
            yield Figure("list: statements", most, "", AIM_STATEMENTS, peer=PEER_STATEMENTS)
        if len(sizes) > 1:
            note = f"{int(sizes[-1]):,} to {int(sizes[0]):,} systems, median of pairs"
            aim = None if name.startswith(("also", "bare")) else AIM_GROWTH
            yield Figure(f"{name}: growth", at[sizes[-1]]["growth"], "times", aim, note=note)
    if export := told.get("export"):
        times = round(export["seconds"] / export["bare_seconds"], 1)
        note = f"{export['systems']:,} systems; {times} times a bare SELECT written as CSV"
        yield Figure("CSV export", export["seconds"], "s", 2.0, peer=PEER_EXPORT, note=note)
        yield Figure("CSV export: first byte", export["first_byte_ms"], "ms")


def _request(name: str, size: str, at: Mapping[str, Any], bare: Any) -> Figure:
    words = [
        f"fastest {at['fastest_ms']}, p95 {at['p95_ms']}",
        f"{at['statements']} statements",
        f"cpu {at['cpu_ms']}",
    ]
    if name == "list" and bare:
        words.append(f"{at['median_ms'] / bare['median_ms']:.1f} times the bare SELECT")
    peer = PEER_LIST.get(size) if name == "list" else PEER_DETAIL if name == "detail" else None
    shown = f"{name}, {int(size):,} systems"
    return Figure(shown, at["median_ms"], "ms", AIMS_MS.get(name), peer=peer,
                  note=", ".join(words))  # fmt: skip


def of_engine(told: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield the engine's speed."""
    note = f"{told['duties_per_classification']} duties each, one core"
    rate, aim = told["classifications_per_second"], told["aim_per_second"]
    yield Figure("engine", rate, "classifications/s", aim, least=True, note=note)
    for words, key in (
        ("outlook, nothing known", "outlook_of_nothing_ms"),
        ("outlook, 20 answers", "outlook_of_20_answers_ms"),
        ("diagrams made", "diagrams_ms"),
    ):
        yield Figure(words, told[key], "ms")


def of_who(told: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield how fast “who is it?” is answered, and what all rules take over 1,000 matrices."""
    rate, aim = told["who_per_second"], told["aim_per_second"]
    times = told["look_ups_of_a_letter_per_question"]
    note = f"one core, {told['questions']:,} different; {times} times a bare look-up of the letter"
    yield Figure("who is it", rate, "questions/s", aim, least=True, note=note)
    note = f"{told['rules_ms_per_matrix']} ms each; {told['rules_over_rules_of_rows']} times"
    note += " the rules of rows"
    yield Figure("all rules, 1,000 matrices", told["validation_of_1000_s"], "s", note=note)


def of_packs(told: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield what packs take."""
    note = f"{told['systems']} systems, {told['pages']} pages; processor time"
    yield Figure("pack against bare WeasyPrint", told["ratio"], "times", told["aim_ratio"],
                 note=note)  # fmt: skip
    yield Figure(
        "pack: one system",
        told["seconds_per_system"],
        "s",
        note=f"cpu {told['cpu_per_system']}; bare {told['bare_cpu_per_system']}",
    )
    yield Figure("pack: peak memory", told["peak_mib"], "MiB", told["aim_mib"],
                 note=f"bare WeasyPrint {told['bare_peak_mib']}")  # fmt: skip
    yield Figure("pack against Typst, same text", told["ratio_to_typst"], "times",
                 note=f"Typst: {told['typst_peak_mib']} MiB")  # fmt: skip
    yield Figure("pack: sealing the PDF", told["seal_seconds"], "s", note="P-256, B-B")
    yield Figure("report of 200 rows as PDF", told["report_200_rows_seconds"], "s",
                 told["aim_report_seconds"], peer=PEER_REPORT,
                 note=f"cpu {told['report_200_rows_cpu']}")  # fmt: skip


def of_imports(told: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield rows per second of a first and of a second import."""
    times = told["second_rows_per_second"] / told["first_rows_per_second"]
    yield Figure("import, all new", told["first_rows_per_second"], "rows/s",
                 note=f"{told['rows']:,} rows in {told['first_seconds']} s")  # fmt: skip
    yield Figure("import, nothing new", told["second_rows_per_second"], "rows/s",
                 note=f"{times:.1f} times the first")  # fmt: skip


def of_ledger(told: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield the record's speed against plain inserts."""
    note = f"{told['appends_per_second']:,} appends/s, {told['plain_per_second']:,} plain inserts/s"
    yield Figure("ledger appends against plain inserts", told["ratio"], "times", 0.7, least=True,
                 note=f"8 writers; {note}")  # fmt: skip
    yield Figure("ledger: numbering", told["sequenced_per_second"], "entries/s")
    yield Figure("ledger: check of all", told["verified_per_second"], "entries/s")


def of_proofs(told: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield the speed of proofs and of verifying, each against what it cannot do without."""
    note = f"from bytes to the root; SHA-256 alone is {told['verified_over_bare']} times as fast"
    rate = told["verified_per_second"]
    yield Figure("entries verified", rate, "entries/s", 100_000, least=True, note=note)
    note = f"all columns and values; reading the rows is {told['checked_over_bare']} times as fast"
    yield Figure("entries checked in the database", told["checked_per_second"], "entries/s",
                 note=note)  # fmt: skip
    at = f"at {told['entries']:,} entries"
    note = f"{told['make_over_row']} times one row by its key; {told['proof_bytes']} bytes"
    yield Figure(f"proof made, {at}", told["make_ms"], "ms", 50.0, note=note)
    note = f"{told['check_over_bare']} times the bare Ed25519 check"
    yield Figure(f"proof checked, {at}", told["check_ms"], "ms", 5.0, note=note)
    yield Figure(f"consistency made, {at}", told["consistency_ms"], "ms")


def of_backup(told: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield what backup and restore take beside PostgreSQL's own programs, and their memory."""
    for size, at in told["sizes"].items():
        entries = f"of {int(size):,} entries"
        for name, bare in (("backup", "dump"), ("restore", "restore"), ("check", "")):
            alone = f"bare {at[f'bare_{bare}_seconds']} s, " if bare else ""
            note = f"{alone}{at[f'{name}_mib']} MiB at most; dump of {at['dump_mib']} MiB"
            aim = told["aim_seconds"] if name == "restore" else None
            yield Figure(f"{name} {entries}", at[f"{name}_seconds"], "s", aim, note=note)
    for name in ("backup", "restore"):
        grown, note = told[f"{name}_growth_mib"], "ten times the entries"
        yield Figure(f"{name}: growth of memory", grown, "MiB", told["aim_growth_mib"], note=note)


def of_escalation(told: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield what one sweep takes, and how that stands to plain inserts."""
    note = f"{told['items']:,} open items; cpu {told['cpu_seconds']} s; {told['rows']:,} rows"
    yield Figure(f"sweep of {told['due']:,} items that fall due in a minute", told["seconds"], "s",
                 told["aim_seconds"], note=note)  # fmt: skip
    yield Figure("sweep: notices written", told["notices_per_second"], "/s",
                 note=f"{told['notices']:,} notices")  # fmt: skip
    note = f"the same rows, ready made: {told['plain_seconds']} s"
    yield Figure("sweep against plain inserts of its rows", told["ratio"], "times", note=note)
    yield Figure("sweep that finds nothing", told["idle_ms"], "ms")


def of_reconcile(told: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield what it takes to bring items in line with the tables."""
    items = f"{told['items']:,} facts"
    note = f"{told['opened']:,} opened, {told['megabytes_more']} MB more at most"
    yield Figure(f"first look at {items}", told["open_seconds"], "s", note=note)
    yield Figure(f"look at {items} that changes nothing", told["idle_seconds"], "s",
                 told["aim_seconds"])  # fmt: skip
    note = f"{told['moved']:,} planned anew, {told['resolved']:,} resolved"
    yield Figure(f"look at {items} of which a fifth changed", told["change_seconds"], "s",
                 told["aim_seconds"], note=note)  # fmt: skip


def of_preview(told: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield what a change of the law takes over the register, and that memory stays flat."""
    sizes = list(told["sizes"])
    for size in sizes:
        at = told["sizes"][size]
        name = f"law change, {int(size):,} systems"
        bare, cpu = at["bare_seconds"], at["cpu_seconds"]
        note = f"cpu {cpu}; {at['touched']:,} touched; bare loop of two classifications {bare} s"
        aim = told["aim_seconds"] if int(size) >= 100_000 else None
        yield Figure(name, at["seconds"], "s", aim, note=note)
        times = round(at["seconds"] / bare, 1)
        yield Figure(f"{name}: against the bare loop", times, "times")
    least, most = (told["sizes"][size]["peak_mib"] for size in (sizes[0], sizes[-1]))
    note = f"peak {least} MiB at {int(sizes[0]):,}, {most} MiB at {int(sizes[-1]):,}"
    grown = round(most - least, 1)
    yield Figure("law change: growth of memory", grown, "MiB", told["aim_growth_mib"], note=note)


def of_versions(told: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield bundles per second, the gate beside plain readings, pages of many versions."""
    size = f"{told['bytes_of_a_bundle']:,} bytes each"
    yield Figure("bundles: digests per second", told["digests_per_second"], "/s", note=size)
    yield Figure("bundles: diffs per second", told["diffs_per_second"], "/s")
    many = f"{told['versions']:,} versions, {told['of_one']} of them of one system"
    for name, taken in told["requests"].items():
        note = f"95 of 100 within {taken['p95_ms']} ms, {taken['statements']} statements; {many}"
        yield Figure(f"versions: {name}", taken["median_ms"], "ms", note=note)
    for name, times in told["times"].items():
        aim = told["aim_times"] if name.startswith("psycopg") else None
        yield Figure(f"deployable against {name}", times, "times", aim)


def of_frameworks(told: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield the pages of frameworks beside their statements alone, and a pack's part of them."""
    for name, at in told["pages"].items():
        times = round(at["median_ms"] / at["bare_ms"], 1)
        note = f"{told['systems']:,} systems, {at['statements']} statements, cpu {at['cpu_ms']}; "
        note += f"{times} times its statements alone ({at['bare_ms']} ms by psycopg)"
        yield Figure(f"frameworks: {name}", at["median_ms"], "ms", told["aim_ms"], note=note)
    note = f"{told['systems']:,} systems, all five"
    yield Figure("frameworks: read for a pack", told["pack_seconds"], "s", note=note)


def of_starts(told: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield seconds of starting, and memory."""
    aims = {"first": 30.0, "first_with_demo": 30.0, "second": 6.0, "fresh_clone": 30.0}
    words = {
        "first": "new data folder, empty",
        "first_with_demo": "new data folder, with the demo organisation",
        "second": "the same data folder again",
        "fresh_clone": "fresh clone without .venv, with the demo organisation",
    }
    for name, note in words.items():
        if (value := told.get(f"{name}_seconds")) is not None:
            label = f"bin/start, {name.replace('_', ' ')}"
            yield Figure(label, value, "s", aims[name], note=note)
    pack = told.get("pack", {})
    for name, idle in told.get("idle_mib", {}).items():
        after, peak = (told[key].get(name, 0) for key in ("after_pack_mib", "peak_mib"))
        note = f"after a pack of {pack['systems']} systems {after}, at most {peak} meanwhile"
        yield Figure(f"memory of the {name}, idle", idle, "MiB", note=note)
    if pack:
        note = f"{pack['pages']:,} pages, {pack['mib']} MiB, worker and queue included"
        yield Figure(f"pack of {pack['systems']} systems", pack["seconds"], "s", note=note)


KINDS: dict[str, Callable[[Mapping[str, Any]], Iterator[Figure]]] = {
    "pages": of_pages,
    "packs": of_packs,
    "imports": of_imports,
    "engine": of_engine,
    "who": of_who,
    "ledger": of_ledger,
    "proofs": of_proofs,
    "backup": of_backup,
    "escalation": of_escalation,
    "reconcile": of_reconcile,
    "preview": of_preview,
    "starts": of_starts,
    "versions": of_versions,
    "frameworks": of_frameworks,
}


def figures(report: Mapping[str, Any]) -> list[Figure]:
    """Return every figure of a report."""
    measured = report["measured"]
    return [one for name, read in KINDS.items() if name in measured for one in read(measured[name])]


def table(report: Mapping[str, Any]) -> str:
    """Return the report as a table in Markdown, the machine above it."""
    machine = report["machine"]
    loads = {name: told["load"] for name, told in report["measured"].items()}
    lines = [
        f"{machine['date']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"Python {machine['python']}, commit {machine['commit']}; load around each: {loads}",
        "",
        "| figure | result | aim | peer | | remarks |",
        "| --- | ---: | ---: | ---: | --- | --- |",
    ]
    return "\n".join([*lines, *map(_line, figures(report))])


def _line(one: Figure) -> str:
    sign = "≥" if one.least else "≤"
    aim = "" if one.aim is None else f"{sign} {one.aim:g}"
    peer = "" if one.peer is None else f"{one.peer:g}"
    value = f"{one.value:,.0f}" if one.value >= 1_000 else f"{one.value:g}"
    return f"| {one.name} | {value} {one.unit} | {aim} | {peer} | {one.verdict} | {one.note} |"
