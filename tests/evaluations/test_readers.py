"""Files of results: what they say, and each mistake at its place."""

import codecs
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.evaluations.readers import read_file
from governance.evaluations.readers.cases import read_cases
from governance.evaluations.readers.junit import read_junit
from governance.evaluations.readers.report import ReportError, Result, metrics_of
from governance.evaluations.rules import MOST_CASES, Source

TABLE = (
    "case,passed,score,slices,slice:language,note\n"
    "größe-1,passed,0.93,long|new,de,x\n"
    "b,FAIL,,,fr,\n"
    "c,skipped,,,,\n"
)
JUNIT = b"""<?xml version="1.0"?>
<testsuites><testsuite name="triage" timestamp="2026-11-22T09:00:00+00:00" time="90.5">
  <properties><property name="slice" value="nightly"/>
    <property name="muster.digest" value="ABC"/></properties>
  <testcase classname="t.Triage" name="one[de]"><properties>
    <property name="slice:language" value="de"/><property name="score" value="0.5"/>
  </properties></testcase>
  <testcase classname="t.Triage" name="two"><failure message="wrong urgency">long text</failure>
  </testcase>
  <testcase name="three"><error>boom
   again</error></testcase>
  <testcase classname="t" name="four"><skipped message="later"/></testcase>
</testsuite></testsuites>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_in_every_usual_shape(encoding, delimiter):
    text = TABLE.replace(",", delimiter)
    report, source = read_file(text.encode(encoding))

    assert source is Source.CSV
    assert report.results == (
        Result("größe-1", True, Decimal("0.93"), ("language=de", "long", "new")),
        Result("b", False, None, ("language=fr",)),
        Result("c", None),
    )
    assert "Not read: note." in report.notes


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('a,passed,"0,93"', "Line 2: “0,93” has a comma. Write a point: 0.93."),
        ("a,maybe,", "Line 2: “maybe” says neither passed nor failed"),
        ("a,passed,high", "Line 2: “high” is not a number"),
        ("a,passed,NaN", "Line 2: “NaN” is not a number below"),
        (",passed,", "Line 2: the case has no key"),
        ("a,passed", "Line 2: has 2 cells; the header has 3"),
        ("a,passed,\na,failed,", "Line 3: the case “a” is there already (Line 2)"),
        ("a,skipped,", "No case passed or failed"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named(line, words):
    with pytest.raises(ReportError) as refused:
        read_file(f"case,passed,score\n{line}\n".encode())

    assert words in str(refused.value)


def test_every_mistake_of_a_file_is_told_at_once():
    with pytest.raises(ReportError) as refused:
        read_file(b"case,passed\na,maybe\nb,true\nc,perhaps\n")

    assert [problem.place for problem in refused.value.problems] == ["Line 2", "Line 4"]


def test_a_file_with_very_many_mistakes_tells_the_first_fifty():
    lines = "\n".join(f"c{at},maybe" for at in range(500))
    with pytest.raises(ReportError) as refused:
        read_file(f"case,passed\n{lines}\n".encode())

    assert len(refused.value.problems) == 51


def test_a_header_without_a_result_says_what_is_needed():
    with pytest.raises(ReportError, match="there is no column “passed”"):
        read_file(b"case,urgency\na,2\n")


def test_junit_says_cases_slices_scores_digest_and_when():
    report, source = read_file(JUNIT)

    assert source is Source.JUNIT
    assert report.results == (
        Result("t.Triage.one[de]", True, Decimal("0.5"), ("language=de", "nightly")),
        Result("t.Triage.two", False, None, ("nightly",), "wrong urgency"),
        Result("three", False, None, ("nightly",), "boom again"),
        Result("t.four", None, None, ("nightly",), "later"),
    )
    assert (report.digest, report.tool) == ("abc", "triage")
    assert report.observed_from == datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert report.observed_until == datetime(2026, 11, 22, 9, 1, 30, 500_000, tzinfo=UTC)


def test_a_time_without_its_zone_is_left_for_a_person_to_say():
    report = read_junit(JUNIT.replace(b"+00:00", b""))

    assert report.observed_from is None


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_junit_is_read_in_other_encodings(encoding):
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    text = f'{head}<testsuite><testcase name="größe"/></testsuite>'

    assert read_file(text.encode(encoding))[0].results[0].key == "größe"


BOMB = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<testsuite><testcase name="&b;"/></testsuite>"""
OUTSIDE = b"""<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<testsuite><testcase name="a"><failure>&x;</failure></testcase></testsuite>"""


@pytest.mark.parametrize("content", [BOMB, OUTSIDE, b"<!DOCTYPE t SYSTEM 'http://x/t.dtd'><t/>"])
def test_xml_with_a_document_type_is_refused_before_anything_of_it_is_read(content):
    with pytest.raises(ReportError, match="has a document type"):
        read_file(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html><body/></html>", "no JUnit XML: it begins with <html>"),
        (b"<testsuite><testcase name='a'>", "cannot be read"),
        (b"<testsuite>" * 30, "nests deeper than 20 levels"),
        (b"<testsuite><testcase name='" + b"a" * 10_001 + b"'/></testsuite>", "more than 10000"),
        (b"<testsuite/>", "No case passed or failed"),
        (b"<testsuite><testcase name='&undefined;'/></testsuite>", "cannot be read"),
        (
            b"<testsuite><testcase name='a'/><testcase name='a'/></testsuite>",
            "the case “a” is there already",
        ),
        (b'{"cases": []}', "This is JSON"),
        (b"  \n", "The file is empty"),
        (
            codecs.BOM_UTF8 + b"<testsuite><properties><property name='muster.digest' value='a'/>"
            b"<property name='muster.digest' value='b'/></properties>"
            b"<testcase name='a'/></testsuite>",
            "more than one digest",
        ),
    ],
)
def test_a_file_that_is_no_report_is_refused_in_words(content, words):
    with pytest.raises(ReportError, match=words):
        read_file(content)


def test_more_cases_than_a_run_may_have_are_refused():
    rows = "".join(f"{at},1\n" for at in range(MOST_CASES + 1))

    with pytest.raises(ReportError, match="at most 100,000 cases"):
        read_file(f"case,passed\n{rows}".encode())


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a", "a case is an object"),
        ({"key": "a"}, "passed is true, false, or null"),
        ({"key": "a", "passed": 1}, "passed is true, false, or null"),
        ({"key": 1, "passed": True}, "key is text"),
        ({"key": "", "passed": True}, "the case has no key"),
        ({"key": "a", "passed": True, "score": "0,9"}, "has a comma"),
        ({"key": "a", "passed": True, "score": True}, "score is a number"),
        ({"key": "a", "passed": True, "score": "9" * 20}, "is not a number"),
        ({"key": "a", "passed": True, "slices": "de"}, "slices is a list"),
        ({"key": "a", "passed": True, "slices": ["x[1]"]}, "no name of a slice"),
        ({"key": "a", "passed": True, "slices": [str(n) for n in range(21)]}, "at most 20 slices"),
        ({"key": "a", "passed": True, "points": 3}, "does not exist here"),
    ],
)
def test_a_case_that_does_not_fit_is_pointed_at(row, words):
    with pytest.raises(ReportError) as refused:
        read_cases([{"key": "fine", "passed": True}, row])

    assert refused.value.problems[0].place == "/cases/1"
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [(0.1, "0.100000"), ("0.93", "0.930000"), (0.30000000000000004, "0.300000"), (1, "1.000000")],
)
def test_a_score_is_kept_by_its_digits(given, kept):
    (result,) = read_cases([{"key": "a", "passed": True, "score": given}])

    assert str(result.score) == kept


@given(st.text(max_size=40))
def test_a_key_comes_through_whole_or_is_refused(key):
    try:
        (result,) = read_cases([{"key": key, "passed": True}])
    except ReportError:
        return
    assert result.key == key.strip() != ""


@pytest.mark.parametrize(
    "given",
    [{"pass_rate": "1"}, {"Cost": "1"}, {"cost": "1,2"}, {f"m{n}": "1" for n in range(51)}],
)
def test_metrics_that_cannot_be_are_refused(given):
    with pytest.raises(ReportError):
        metrics_of(given)
