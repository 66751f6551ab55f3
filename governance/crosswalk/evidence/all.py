"""Every module of queries: importing this one registers all of them."""

from governance.crosswalk.evidence import (
    of_law,
    of_people,
    of_record,
    of_statements,
    of_systems,
    of_tests,
    of_use,
    of_versions,
)
from governance.crosswalk.evidence.registry import QUERIES, Query, Scope, found, scope_of

__all__ = [
    "QUERIES",
    "Query",
    "Scope",
    "found",
    "of_law",
    "of_people",
    "of_record",
    "of_statements",
    "of_systems",
    "of_tests",
    "of_use",
    "of_versions",
    "scope_of",
]
