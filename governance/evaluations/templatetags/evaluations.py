"""Numbers of evaluations as people read them, and a difference as a picture."""

from decimal import ROUND_HALF_EVEN, Decimal

from django import template
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from governance.evaluations.criteria import plain
from governance.evaluations.statistics import Difference

register = template.Library()

TENTH = Decimal("0.1")
WIDE = 160  # of the picture of a difference
REACH = (Decimal(5), Decimal(10), Decimal(25), Decimal(50), Decimal(100))  # points from its middle


@register.filter
def points(value: Decimal) -> str:
    """Return percentage points with their sign: +1.5, −8.0, 0.0."""
    rounded = value.quantize(TENTH, ROUND_HALF_EVEN)
    if rounded == 0:
        return "0.0"
    return f"+{rounded}" if rounded > 0 else f"−{abs(rounded)}"


@register.filter
def percent(passed: int, total: int) -> str:
    """Return a share in percent, one place: 95.0 %; never 100 while something is missing."""
    if not total:
        return "none"
    share = Decimal(100 * passed) / total
    rounded = share.quantize(TENTH, ROUND_HALF_EVEN)
    if rounded == 100 and passed < total:
        rounded = Decimal("99.9")
    if rounded == 0 and passed:
        rounded = TENTH
    return f"{rounded} %"


@register.filter
def number(value: Decimal) -> str:
    """Return a number without zeros at its end; a minus is a minus."""
    return plain(value).replace("-", "−")


@register.filter
def p_words(value: Decimal) -> str:
    """Return a p-value as it is written: p = 0.039, p < 0.001."""
    if value < Decimal("0.001"):
        return "p\u00a0<\u00a00.001"
    return f"p\u00a0=\u00a0{value.quantize(Decimal('0.001'))}"


@register.simple_tag
def querystring_of(**named: str) -> str:
    """Return names and values as the end of an address; what is empty is left out."""
    return urlencode({name: value for name, value in named.items() if value})


@register.simple_tag
def reach(*differences: Difference) -> Decimal:
    """Return how far a picture goes to either side so that these differences fit."""
    ends = [abs(end) for one in differences for end in (one.interval.low, one.interval.high)]
    return next((one for one in REACH if one >= max(ends, default=Decimal(0))), REACH[-1])


@register.simple_tag
def span(difference: Difference, far: Decimal) -> SafeString:
    """Return a difference between its limits as a picture; the middle is no difference."""
    low, high = _x(difference.interval.low, far), _x(difference.interval.high, far)
    bad = " range-bad" if difference.is_regression else ""
    return format_html(
        '<svg class="range" viewBox="0 0 {} 16" aria-hidden="true">'
        '<line class="range-zero" x1="{}" x2="{}" y1="0" y2="16"/>'
        '<line class="range-span{}" x1="{}" x2="{}" y1="8" y2="8"/>'
        '<circle class="range-dot{}" cx="{}" cy="8" r="3.5"/></svg>',
        *(WIDE, WIDE // 2, WIDE // 2, bad, low, high, bad, _x(difference.delta_points, far)),
    )


def _x(value: Decimal, far: Decimal) -> int:
    inside = max(-far, min(far, value))
    return int((inside + far) * (WIDE - 8) / (2 * far)) + 4
