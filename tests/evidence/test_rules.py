"""Names, sizes, days and standing of evidence."""

from datetime import date, timedelta

import pytest

from governance.evidence.rules import (
    MOST_BYTES,
    OTHER,
    Standing,
    content_type,
    days_out_of_order,
    kept_name,
    misfit,
    standing,
)

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\files\\log.txt", "log.txt"),
        ("two\r\nlines\x00.txt", "twolines.txt"),
        ("\u202efdp.exe", "fdp.exe"),
        ("", "file"),
        ("/", "file"),
    ],
)
def test_a_name_keeps_no_folder_and_no_hidden_sign(given, kept):
    assert kept_name(given) == kept


def test_a_long_name_keeps_its_ending():
    kept = kept_name("x" * 500 + ".pdf")

    assert len(kept) == 200
    assert kept.endswith("x.pdf")


@pytest.mark.parametrize(
    ("name", "served"),
    [("A.PDF", "application/pdf"), ("page.html", OTHER), ("x.svg", OTHER), ("plain", OTHER)],
)
def test_what_a_browser_could_run_has_no_type_of_its_own(name, served):
    assert content_type(name) == served


@pytest.mark.parametrize(
    ("size", "refused"), [(0, True), (1, False), (MOST_BYTES, False), (MOST_BYTES + 1, True)]
)
def test_empty_and_too_large_files_are_refused(size, refused):
    assert bool(misfit(size)) is refused


@pytest.mark.parametrize(
    ("withdrawn", "valid_until", "expected"),
    [
        (False, None, Standing.STANDS),
        (False, DAY, Standing.STANDS),
        (False, DAY - timedelta(days=1), Standing.EXPIRED),
        (True, None, Standing.WITHDRAWN),
        (True, DAY - timedelta(days=1), Standing.WITHDRAWN),
    ],
)
def test_an_item_counts_up_to_its_last_day_and_until_it_is_withdrawn(
    withdrawn, valid_until, expected
):
    assert standing(withdrawn=withdrawn, valid_until=valid_until, today=DAY) == expected


def test_a_period_of_one_day_is_in_order():
    assert not days_out_of_order(DAY, DAY)
    assert not days_out_of_order(None, DAY)
    assert days_out_of_order(DAY, DAY - timedelta(days=1))
