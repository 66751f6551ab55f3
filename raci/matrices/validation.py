"""All rules over a matrix and what surrounds it: errors before warnings, row by row."""

from raci.matrices import load_rules, people_rules, row_rules
from raci.matrices.rules import Finding
from raci.matrices.situation import Situation

ALL = tuple(f"R{number:02}" for number in range(1, 22))


def findings(now: Situation) -> list[Finding]:
    """Return what R01 to R21 find; what blocks activation comes first."""
    found = [*row_rules.findings(now), *people_rules.findings(now), *load_rules.findings(now)]
    return sorted(found, key=lambda finding: not finding.is_error)
