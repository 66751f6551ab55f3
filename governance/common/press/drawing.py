"""Text as our fonts can draw it."""

import functools
import re
import unicodedata

from fontTools.ttLib import TTFont

from governance.common.press.child import FONTS

JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"


@functools.cache
def _undrawable() -> re.Pattern[str]:
    """Return a pattern of the characters that no font of ours draws, or that turn text around."""
    drawn = {code for font in FONTS.glob("*.ttf") for code in TTFont(font).getBestCmap()}
    kept = {
        chr(code)
        for code in drawn
        if unicodedata.category(chr(code)) not in {"Cc", "Cf", "Co"} or chr(code) in JOINERS
    }
    shown = "".join(sorted(kept | {"\n", "\t"}))
    return re.compile(f"[^{re.escape(shown)}]")


def drawable(html: str) -> str:
    """Return the text with every character that cannot be drawn written as its number."""
    return _undrawable().sub(lambda found: f"[U+{ord(found[0]):04X}]", html)
