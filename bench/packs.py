"""Seconds per system of a pack against bare WeasyPrint and Typst on the same text, and memory.

Run: .venv/bin/python -m bench.packs [SYSTEMS]     no database is needed
Processor seconds are compared: they hold on a busy machine, too.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).parent.parent
SYSTEMS = 200
AIM_RATIO, AIM_REPORT_SECONDS, AIM_MIB = 1.15, 3.0, 2048
BARE = """
import json, resource, sys, time
import weasyprint
html, *styles = sys.argv[1:]
begun = time.process_time()
weasyprint.HTML(filename=html).write_pdf(
    html + ".pdf", stylesheets=styles, pdf_variant="pdf/a-3a"
)
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"cpu": time.process_time() - begun, "kib": used.ru_maxrss}))
"""


def measure(systems: int = SYSTEMS) -> dict[str, Any]:
    """Return what a pack of so many systems takes, and a report of 200 rows.

    `ratio` is all our processor time (templates, press with its start, binding) over that of
    one WeasyPrint run on the same HTML, its start left out.
    """
    from bench import typst_pack
    from governance.audit_packs.render import whole_html
    from governance.common.press.child import FONTS
    from tests.audit_packs.samples import EVENT, contents, system

    said = contents(*(system(at + 1) for at in range(systems)), kind="portfolio")
    ours = _printed(said)
    bare = _bare(whole_html(said))
    typst = typst_pack.printed(whole_html(said), FONTS)
    report = _printed(contents(system(1, timeline=[EVENT] * 200), kind="system"))
    return {
        "systems": systems,
        "pages": ours["pages"],
        "seconds_per_system": round(ours["wall"] / systems, 3),
        "cpu_per_system": round(ours["cpu"] / systems, 3),
        "bare_cpu_per_system": round(bare["cpu"] / systems, 3),
        "ratio": round(ours["cpu"] / bare["cpu"], 2),
        "aim_ratio": AIM_RATIO,
        "ratio_to_typst": round(ours["cpu"] / typst["cpu"], 1),
        "typst_cpu_per_system": round(typst["cpu"] / systems, 4),
        "typst_peak_mib": int(typst["kib"]) // 1024,
        "seal_seconds": ours["seal"],
        "peak_mib": ours["peak_mib"],
        "bare_peak_mib": bare["kib"] // 1024,
        "aim_mib": AIM_MIB,
        "report_200_rows_seconds": round(report["wall"], 2),
        "report_200_rows_cpu": round(report["cpu"], 2),
        "aim_report_seconds": AIM_REPORT_SECONDS,
    }


def _cpu() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


def _printed(said: Any) -> dict[str, Any]:
    """Print a pack; the peak is our own memory with the larger of the two programs' beside it."""
    from governance.audit_packs.render import print_pack

    begun, cpu = time.perf_counter(), _cpu()
    with tempfile.TemporaryDirectory() as folder:
        printed = print_pack(said, Path(folder))
        wall, cpu = time.perf_counter() - begun, _cpu() - cpu
        seal = _seal_seconds(printed.file)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "pages": printed.pages,
        "wall": wall,
        "cpu": cpu,
        "seal": seal,
        "peak_mib": (own + max(printed.press_kib, printed.binding_kib)) // 1024,
    }


def _seal_seconds(file: Path) -> float:
    """Return what sealing takes: PAdES B-B with P-256, the second time, when all is loaded."""
    from governance.audit_packs.pdf_seal import sign
    from governance.audit_packs.seal_key import SealKey
    from tests.audit_packs.tsa import authority

    key = SealKey(*authority("Bench"))
    for _ in range(2):
        begun = time.process_time()
        sign(file, file.with_name("sealed.pdf"), key)
    return round(time.process_time() - begun, 3)


def _bare(html: str) -> dict[str, float]:
    """Run WeasyPrint once over the whole, with the same styles and fonts."""
    from governance.common.press.child import CONF, FONTS, STYLES

    with tempfile.TemporaryDirectory() as folder:
        page, conf = Path(folder) / "whole.html", Path(folder) / "fonts.conf"
        page.write_text(html, encoding="utf-8")
        conf.write_text(CONF.format(fonts=FONTS, cache=folder), encoding="utf-8")
        styles = [str(ROOT / "static" / "css" / name) for name in STYLES]
        told = subprocess.run(
            [sys.executable, "-I", "-c", BARE, str(page), *styles],
            env=os.environ | {"FONTCONFIG_FILE": str(conf)},
            stdout=subprocess.PIPE,
            check=True,
        )
    result: dict[str, float] = json.loads(told.stdout)
    return result


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    os.environ.setdefault("MUSTER_MODE", "local")
    django.setup()
    print(json.dumps(measure(*map(int, sys.argv[1:2])), indent=2))
