"""The pages of evaluations."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from governance.evaluations.criteria import criteria_from
from governance.evaluations.models import Run, Suite
from governance.evaluations.readers.report import Result
from governance.evaluations.rules import Source
from tests.factories import a_run

CSV = b"case,passed\na,1\nb,0\n"
ASKS = criteria_from([{"metric": "pass_rate", "comparator": ">=", "value": "0.95"}])


def cases(lost: int, total: int = 60) -> tuple[Result, ...]:
    """Return cases of which the first ones fail, half of them German."""
    return tuple(
        Result(f"c{at:03d}", at >= lost, None, ("language=de",) if at < 30 else ("language=fr",))
        for at in range(total)
    )


@pytest.fixture
def before(version, owner) -> Run:
    """A run of the version that is there."""
    ended = timezone.now() - timedelta(days=3)
    return a_run(version, actor=owner, criteria=ASKS, results=cases(1), observed_until=ended)


@pytest.fixture
def after(before, update, owner) -> Run:
    """A run of the next version, which lost German cases."""
    return a_run(update, actor=owner, results=cases(9))


def filled(version, **over):
    now = timezone.localtime()
    return {
        "upload": SimpleUploadedFile("run.csv", CSV),
        "version": version.pk,
        "suite": "",
        "key": "triage",
        "kind": "regression",
        "observed_from": f"{now - timedelta(hours=2):%Y-%m-%dT%H:%M}",
        "observed_until": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "produced_by": "CI job 4711",
        **over,
    }


def test_a_system_shows_its_suites_and_what_the_newest_run_lost(as_user, auditor, system, after):
    page = as_user(auditor).get(reverse("evaluations:on_system", args=[system.ref]))

    assert page.status_code == 200
    for words in ("Regression", "1.1.0 lost 8 cases", "language=de", "−13.3 points", "<svg"):
        assert words in page.content.decode()
    assert "Add a run" not in page.content.decode()


def test_a_system_without_runs_says_how_to_begin(as_user, owner, system):
    page = as_user(owner).get(reverse("evaluations:on_system", args=[system.ref]))

    assert "No evaluation yet" in page.content.decode()


def test_a_run_shows_flagged_slices_first_and_the_cases_it_lost(as_user, auditor, after):
    client = as_user(auditor)
    text = client.get(after.get_absolute_url()).content.decode()

    assert text.index("language=de") < text.index("language=fr")
    for words in (
        "85.0 % passed",
        "Against 1.0.0",
        "p\u00a0=\u00a00.008",
        "at least 0.95 is asked",
    ):
        assert words in text
    lost = client.get(f"{after.get_absolute_url()}?show=lost").content.decode()
    assert "c001" in lost
    assert "c000" not in lost


def test_a_run_is_held_against_any_other_of_its_suite(as_user, owner, before, after):
    client = as_user(owner)
    text = client.get(f"{before.get_absolute_url()}?against={after.ref}").content.decode()
    assert "Against 1.1.0" in text

    other = a_run(before.version, actor=owner, kind="bias")
    text = client.get(f"{before.get_absolute_url()}?against={other.ref}").content.decode()
    assert "runs of different suites" in text
    text = client.get(f"{before.get_absolute_url()}?against=RUN-99999").content.decode()
    assert "There is no run RUN-99999" in text


def test_the_cases_of_one_slice_are_paged(as_user, owner, after):
    client = as_user(owner)
    page = client.get(f"{after.get_absolute_url()}?show=all&slice=language%3Dfr")
    whole = client.get(f"{after.get_absolute_url()}?show=all")

    assert "1 to 30 of 30" in page.content.decode()
    assert "1 to 50 of 60" in whole.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_runs(
    as_user, owner, system, before, after, django_assert_max_num_queries
):
    client = as_user(owner)
    url = reverse("evaluations:on_system", args=[system.ref])
    client.get(url)
    for at in range(10):
        a_run(after.version, actor=owner, results=cases(at), kind="bias" if at % 2 else "cost")

    with django_assert_max_num_queries(20):
        client.get(url)


def test_a_run_comes_in_by_the_page_and_makes_its_suite(as_user, owner, system, version):
    url = reverse("evaluations:add", args=[system.ref])
    client = as_user(owner)
    assert client.get(url).status_code == 200
    done = client.post(url, filled(version))

    run = Run.objects.get()
    assert done["Location"] == run.get_absolute_url()
    assert (run.source, run.suite.key, run.file_name) == (Source.PAGE, "triage", "run.csv")


def test_every_wrong_line_is_told_and_nothing_typed_is_lost(as_user, owner, system, version):
    wrong = SimpleUploadedFile("run.csv", b"case,passed\na,maybe\nb,perhaps\n")
    url = reverse("evaluations:add", args=[system.ref])
    page = as_user(owner).post(url, filled(version, upload=wrong))

    assert page.status_code == 422
    for words in ("Line 2: “maybe”", "Line 3: “perhaps”", "CI job 4711", 'value="triage"'):
        assert words in page.content.decode()


def test_the_file_itself_is_held_until_the_form_is_right(as_user, owner, system, version, tmp_path):
    client, url = as_user(owner), reverse("evaluations:add", args=[system.ref])
    first = client.post(url, filled(version, produced_by=""))
    assert "run.csv is still here" in first.content.decode()
    held = first.context["form"]["held"].value()
    again = filled(version, held=held)
    del again["upload"]

    assert client.post(url, again).status_code == 302
    assert Run.objects.get().sha256
    assert list(tmp_path.glob("evaluations/held/*")) == []


def test_nobody_sends_the_file_that_is_held_for_another(as_user, owner, officer, system, version):
    url = reverse("evaluations:add", args=[system.ref])
    first = as_user(owner).post(url, filled(version, produced_by=""))
    again = filled(version, held=first.context["form"]["held"].value())
    del again["upload"]

    page = as_user(officer).post(url, again)
    assert "Choose the file with the results." in page.content.decode()
    assert not Run.objects.exists()


def test_other_cases_are_refused_until_the_person_says_that_the_list_changed(
    as_user, owner, system, version
):
    client, url = as_user(owner), reverse("evaluations:add", args=[system.ref])
    client.post(url, filled(version))
    more = {"suite": "triage", "key": "", "kind": ""}
    other = SimpleUploadedFile("run.csv", CSV + b"c,1\n")
    refused = client.post(url, filled(version, **more, upload=other))
    assert "1 new (c)" in refused.content.decode()
    held = refused.context["form"]["held"].value()
    again = filled(version, **more, held=held, revise="on")
    del again["upload"]

    assert client.post(url, again).status_code == 302
    assert Run.objects.latest("pk").suite.revision == 2


def test_an_auditor_finds_no_form(as_user, auditor, system, after):
    client = as_user(auditor)
    for name in ("add", "make_suite"):
        assert client.get(reverse(f"evaluations:{name}", args=[system.ref])).status_code == 403
    assert client.get(reverse("evaluations:withdraw", args=[after.ref])).status_code == 403


def test_a_stranger_finds_nothing(as_user, stranger, system, after):
    client = as_user(stranger)
    for name, args in (
        ("on_system", [system.ref]),
        ("suite", [system.ref, "regression"]),
        ("run", [after.ref]),
        ("file", [after.ref]),
    ):
        assert client.get(reverse(f"evaluations:{name}", args=args)).status_code == 404


def test_a_run_of_another_system_is_not_compared_through_the_address(
    as_user, stranger, officer, lending, before
):
    from inventory.systems.version_actions import add_version
    from tests.factories import make_system

    system = make_system(actor=officer, unit=lending, name="Credit scorer")
    version = add_version(
        system, actor=officer, label="1", provider="openai", model_id="gpt-4o-2024-08-06"
    )
    own = a_run(version, actor=officer)

    text = as_user(stranger).get(f"{own.get_absolute_url()}?against={before.ref}").content.decode()
    assert f"There is no run {before.ref}" in text
    assert "Claims triage scorer" not in text


def test_what_came_in_is_handed_out_as_it_came(as_user, auditor, after):
    served = as_user(auditor).get(reverse("evaluations:file", args=[after.ref]))

    assert served["Content-Disposition"].startswith("attachment")
    assert b"".join(served.streaming_content) == Path(after.file.path).read_bytes()


def test_a_file_that_was_altered_is_not_handed_out(as_user, auditor, after):
    Path(after.file.path).write_bytes(b"other")

    answer = as_user(auditor).get(reverse("evaluations:file", args=[after.ref]))
    assert answer.status_code == 409
    assert "is not the one that came in" in answer.content.decode()


def test_a_run_is_withdrawn_on_its_page(as_user, owner, after):
    client = as_user(owner)
    url = reverse("evaluations:withdraw", args=[after.ref])
    assert client.get(url).status_code == 200
    client.post(url, {"reason": "Wrong prompts."})

    text = client.get(after.get_absolute_url()).content.decode()
    assert "withdrew this run" in text
    assert "Wrong prompts." in text


def test_a_suite_is_made_and_revised_on_its_pages(as_user, owner, system):
    client = as_user(owner)
    given = {"key": "triage", "title": "Triage", "kind": "regression"}
    made = client.post(
        reverse("evaluations:make_suite", args=[system.ref]),
        given | {"criteria": "pass_rate >= 0.95 margin 0.01\ncost <= 2 soft"},
    )
    assert made.status_code == 302
    revise = reverse("evaluations:revise", args=[system.ref, "triage"])
    page = client.get(revise).content.decode()
    assert "pass_rate &gt;= 0.95 margin 0.01\ncost &lt;= 2 soft" in page
    change = given | {"criteria": "pass_rate >= 0.97", "reason": "Stricter.", "seen": 1}
    client.post(revise, change)
    stale = client.post(revise, change | {"criteria": "pass_rate >= 0.5"})

    suite = Suite.objects.latest("revision")
    assert (suite.revision, suite.criteria[0]["value"], suite.reason) == (2, "0.97", "Stricter.")
    assert "There is a newer revision" in stale.content.decode()
    shown = client.get(reverse("evaluations:suite", args=[system.ref, "triage"])).content.decode()
    assert "Pass rate at least 0.97" in shown
    assert "Nobody has run it yet" in shown


def test_a_criterion_that_cannot_be_read_is_told_by_its_line(as_user, owner, system):
    given = {"key": "t", "title": "T", "kind": "bias", "criteria": "pass_rate >= 0,9\nfast"}
    page = as_user(owner).post(reverse("evaluations:make_suite", args=[system.ref]), given)

    for words in ("Line 1: value “0,9” has a comma", "Line 2: “fast” is no criterion"):
        assert words in page.content.decode()
