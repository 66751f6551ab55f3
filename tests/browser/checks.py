"""What every page must be: accessible, quiet in the console, no wider than the screen."""

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request

ROOT = Path(__file__).resolve().parents[2]
AXE = Path(os.environ.get("AXE_PATH") or ROOT / "var" / "axe" / "axe.min.js")
AXE_VERSION = "4.14.1"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST = ["color-contrast"]  # all that differs between light and dark
RUN = """async (rules) => {
  document.querySelectorAll("details").forEach((each) => { each.open = true; });
  await document.fonts.ready;
  const found = await axe.run(document, {runOnly: rules, rules: {"target-size": {enabled: true}}});
  return found.violations.map((each) => ({id: each.id, nodes: each.nodes.map((node) =>
    node.target.join(" ") + ": " + (node.any[0] || node.all[0] || node.none[0] || {}).message)}));
}"""

CUT = """() => [...document.querySelectorAll(
    "main .panel :is(a, button, input, select, textarea, time, code, dd, h2, h3, p)"
  )].filter((each) => {
    if (each.closest(".scroll, .vh, .seg, pre, svg, [tabindex='0']")) return false;
    const own = each.getBoundingClientRect(), all = each.closest(".panel").getBoundingClientRect();
    return own.width > 1 && (own.right > all.right + 1 || own.left < all.left - 1);
  }).map((each) => each.tagName + " " + (each.textContent || each.name).trim().slice(0, 60))"""


@dataclass
class Watched:
    """What the console of a page complained about, and of all pages of the tab so far."""

    complaints: list[str] = field(default_factory=list)
    ever: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Keep a complaint."""
        self.complaints.append(text)
        self.ever.append(text)


_watched: dict[int, Watched] = {}


def watch(page: Page) -> None:
    """Keep the errors that the page's console and scripts report, refusals of the policy too."""
    seen = _watched[id(page)] = Watched()

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            seen.add(message.text)

    def moved(request: Request) -> None:
        if request.is_navigation_request():
            seen.complaints.clear()

    page.on("request", moved)
    page.on("console", heard)
    page.on("pageerror", lambda error: seen.add(str(error)))


def check_quiet(page: Page, status: int = 200) -> None:
    """Assert that nothing was reported; a page answered with an error status may say that."""
    complaints = _watched[id(page)].complaints
    expected = f"status of {status} " if status >= 400 else "\0"
    left = [text for text in complaints if expected not in text]

    assert not left, f"{page.url}: {left}"


def check_quiet_so_far(page: Page, *statuses: int) -> None:
    """Assert that no page of this tab reported anything but answers with one of these statuses."""
    expected = tuple(f"status of {status} " for status in statuses)
    left = [text for text in _watched[id(page)].ever if not any(one in text for one in expected)]

    assert not left, f"on the way to {page.url}: {left}"


@cache
def axe_source() -> str:
    """Return axe-core's script."""
    if not AXE.is_file():
        pytest.fail(f"There is no axe-core at {AXE}: npm pack axe-core@{AXE_VERSION} has it.")
    return AXE.read_text(encoding="utf-8")


def axe_violations(page: Page, rules: list[str] = RULES) -> list[dict[str, Any]]:
    """Return what axe-core finds wrong, with the elements."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(axe_source())
    violations: list[dict[str, Any]] = page.evaluate(RUN, rules)
    return violations


def check_axe(page: Page, rules: list[str] = RULES) -> None:
    """Assert that axe-core finds nothing wrong (WCAG 2.2 AA and best practice)."""
    violations = axe_violations(page, rules)
    words = [f"{each['id']}: {'; '.join(each['nodes'][:4])}" for each in violations]

    assert not violations, f"{page.url}\n" + "\n".join(words)


def check_width(page: Page) -> None:
    """Assert that the page itself does not scroll sideways."""
    over = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )

    assert over <= 0, f"{page.url} is {over} px wider than the screen"


def check_inside(page: Page) -> None:
    """Assert that nothing on the page is cut off at the edge of its panel."""
    cut = page.evaluate(CUT)

    assert not cut, f"{page.url}: {cut}"
