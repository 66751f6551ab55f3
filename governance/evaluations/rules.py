"""Kinds of suites, the limits of a run, and when a run meets what its suite asks. Pure."""

from enum import StrEnum

MOST_CASES = 100_000
MOST_BYTES = 50 * 1024 * 1024
LONGEST_KEY = 300
LONGEST_SLICE = 100
LONGEST_MESSAGE = 500
MOST_SLICES_OF_A_CASE = 20
MOST_SLICES_OF_A_RUN = 500


class SuiteKind(StrEnum):
    """What a suite looks for."""

    REGRESSION = "regression"
    ADVERSARIAL = "adversarial"
    BIAS = "bias"
    COST = "cost"
    SECURITY = "security"
    CANARY_SET = "canary_set"  # fixed inputs, replayed to notice that a provider changed something
    OTHER = "other"


class Source(StrEnum):
    """How a run came in."""

    REST = "rest"
    CSV = "csv"
    JUNIT = "junit"
    PAGE = "page"


SOURCE_WORDS = {
    Source.REST: "over the API",
    Source.CSV: "as CSV",
    Source.JUNIT: "as JUnit XML",
    Source.PAGE: "on the page",
}
