"""Suites of cases, runs of them against a version, and what two runs show together."""
