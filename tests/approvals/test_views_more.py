"""The pages beside an update: steps, proposing, evidence, history, oversight, findings, freezes."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from governance.approvals import finding_actions, run_actions
from governance.approvals.lifecycle import State
from governance.approvals.models import Finding, Freeze, Materiality, Release, ReleaseEvidence
from governance.approvals.models import Waiver as WaiverRow
from inventory.systems.version_actions import add_version
from tests.approvals.world import PINNED, Place, sha

WALL = "%Y-%m-%dT%H:%M"


def at(hours: int) -> str:
    return timezone.localtime(timezone.now() + timedelta(hours=hours)).strftime(WALL)


def proposal(place: Place, version, **over: str) -> dict[str, str]:
    said = {"environment": "prod", "reason": "Better recall.", "seen": version.digest}
    return said | over


def test_a_step_says_what_follows_and_is_taken(place, as_user):
    release = place.approved()
    client = as_user(place.people["OC"])
    path = f"/updates/{release.ref}/steps/activate/"
    page = client.get(path).content.decode()
    client.post(path)
    release.refresh_from_db()

    assert "It goes live now." in page
    assert release.state == State.ACTIVE


def test_a_step_says_why_it_is_not_for_the_person(place, as_user):
    release = place.active()
    page = as_user(place.people["BS"]).get(f"/updates/{release.ref}/steps/suspend/")

    assert "Suspend is for" in page.content.decode()


def test_a_step_that_does_not_fit_the_state_is_a_409_with_those_that_do(place, as_user):
    release = place.active()
    answer = as_user(place.people["OC"]).post(f"/updates/{release.ref}/steps/activate/")

    assert answer.status_code == 409
    assert b"Possible:" in answer.content


@pytest.mark.parametrize("verb", ["suspend", "rollback"])
def test_a_step_without_its_reason_is_shown_again(verb, place, as_user):
    place.active("1.0.0")
    release = place.active("1.1.0")
    answer = as_user(place.owner).post(f"/updates/{release.ref}/steps/{verb}/", {"reason": ""})

    assert answer.status_code == 422
    assert b"There is a problem" in answer.content


def test_a_rollback_names_what_runs_again(place, as_user):
    first, second = place.active("1.0.0"), place.active("1.1.0")
    client = as_user(place.owner)
    page = client.get(f"/updates/{second.ref}/steps/rollback/").content.decode()
    client.post(f"/updates/{second.ref}/steps/rollback/", {"reason": "Wrong answers."})
    first.refresh_from_db()

    assert first.ref in page
    assert first.state == State.ACTIVE


def test_a_window_that_ends_before_it_begins_is_refused_beside_the_field(place, as_user):
    release = place.approved()
    given = {"window_from": at(9), "window_until": at(3), "zone": "Europe/Berlin"}
    answer = as_user(place.people["OC"]).post(f"/updates/{release.ref}/steps/schedule/", given)

    assert answer.status_code == 422
    assert b"ends before it begins" in answer.content


def test_a_canary_is_started_watched_and_cannot_be_promoted_yet(place, as_user):
    release = place.approved()
    client = as_user(place.people["OC"])
    rule = {
        "tasks": "500",
        "hours": "24",
        "metric": "pass_rate",
        "comparator": ">=",
        "value": "0.9",
    }
    client.post(f"/updates/{release.ref}/steps/canary/", rule)
    release.refresh_from_db()
    promote = client.get(f"/updates/{release.ref}/steps/promote/").content.decode()

    assert release.state == State.CANARY
    assert release.canary_rule["metrics"][0]["name"] == "pass_rate"
    assert "Promote" in promote
    assert client.post(f"/updates/{release.ref}/steps/promote/").status_code == 409


def test_retiring_asks_for_each_point_of_the_list(place, as_user):
    release = place.active()
    run_actions.suspend(release, actor=place.owner, reason="Old.")
    given = {"reason": "Replaced.", "done": ["access_revoked"]}
    answer = as_user(place.owner).post(f"/updates/{release.ref}/steps/retire/", given)

    assert answer.status_code == 422
    assert b"Each point must be done first." in answer.content


def test_proposing_shows_the_class_the_voices_and_the_evidence_first(place, as_user):
    version = place.version()
    page = as_user(place.submitter).get(f"/updates/propose/{version.pk}/").content.decode()

    assert "Suggested: class C" in page
    assert "Regression run" in page
    assert "Asks for CHG-01, validator" in page


def test_a_declared_change_of_purpose_brings_the_questions_of_the_act(place, as_user):
    version = place.version()
    given = proposal(place, version, declared="intended_purpose_changed", look="1")
    page = as_user(place.submitter).post(f"/updates/propose/{version.pk}/", given)

    assert page.status_code == 200
    assert "Suggested: class D" in page.content.decode()
    assert "Art. 43(4)" in page.content.decode()
    assert Release.objects.count() == 0


def test_a_version_is_proposed_from_its_page(place, as_user):
    version = place.version()
    client = as_user(place.submitter)
    path = f"/updates/propose/{version.pk}/"
    empty = client.post(path, proposal(place, version, reason=""))
    client.post(path, proposal(place, version, environment="staging"))

    assert empty.status_code == 422
    assert Release.objects.get().environment == "staging"


def test_a_floating_id_is_waived_by_somebody_else_with_an_end(place, as_user):
    version = place.version(model_id="gpt-4o")
    path, client = f"/updates/waive/{version.pk}/", as_user(place.officer)
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    page = as_user(place.submitter).get(f"/updates/propose/{version.pk}/").content.decode()
    client = as_user(place.officer)
    client.post(path, {"reason": "Pilot.", "ends_on": day, "seen": version.digest})

    assert "needs a waiver first" in page
    assert client.post(path, {"reason": "", "seen": version.digest}).status_code == 422
    assert WaiverRow.objects.get().granted_by == place.officer


def test_evidence_is_added_as_a_file_and_replaces_what_stood(place, as_user, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    release = place.proposed()
    path = f"/updates/evidence/{release.version_id}/cost_estimate/"
    client = as_user(place.submitter)
    file = SimpleUploadedFile("cost.csv", b"month,eur\n1,900\n")
    client.post(path, {"upload": file, "produced_by": "Platform team"})
    page = client.get(f"/updates/evidence/{release.version_id}/").content.decode()
    rows = ReleaseEvidence.objects.filter(kind="cost_estimate")

    assert rows.filter(replaced_at__isnull=True).get().item.file_name == "cost.csv"
    assert rows.count() == 2
    assert "Counts no more" in page


@pytest.mark.parametrize(
    "given",
    [
        {"produced_by": "Team"},
        {"statement": "Said.", "produced_by": ""},
        {"statement": "Said.", "produced_by": "T", "observed_from": "2026-02-01",
         "observed_until": "2026-01-01"},
    ],
)  # fmt: skip
def test_evidence_that_lacks_something_is_shown_again_with_what_was_typed(given, place, as_user):
    version = place.version()
    path = f"/updates/evidence/{version.pk}/cost_estimate/"
    answer = as_user(place.submitter).post(path, given)

    assert answer.status_code == 422
    assert given.get("statement", "").encode() in answer.content


def test_evidence_is_taken_away_with_a_reason(place, as_user):
    release = place.proposed()
    proof = ReleaseEvidence.objects.filter(kind="cost_estimate").get()
    client = as_user(place.submitter)

    assert client.post(f"/updates/proofs/{proof.pk}/withdraw/", {"reason": ""}).status_code == 422
    client.post(f"/updates/proofs/{proof.pk}/withdraw/", {"reason": "Wrong month."})
    proof.refresh_from_db()
    release.refresh_from_db()
    assert proof.replaced_because == "Wrong month."


def test_the_history_draws_versions_and_says_the_same_in_a_table(place, as_user):
    place.active("1.0.0")
    place.active("1.1.0")
    page = as_user(place.owner).get(f"/systems/{place.system.ref}/updates/").content.decode()

    assert page.count('class="graph-node"') == 2
    assert "Superseded" in page
    assert "1.1.0 is active in production." in page


def test_any_two_versions_are_compared(place, as_user):
    place.active("1.0.0")
    place.version("1.1.0", model_id="gpt-4o-2024-08-06")
    path = f"/systems/{place.system.ref}/updates/compare/?from=1.1.0&to=1.0.0"
    page = as_user(place.owner).get(path).content.decode()

    assert '<del class="wrap">gpt-4o-2024-08-06</del>' in page
    assert "1.1.0 → 1.0.0" in page


def test_a_history_of_thousands_is_read_page_by_page(place, as_user):
    place.active("1.0.0")
    for number in range(60):
        add_version(
            place.system,
            actor=place.officer,
            label=f"2.0.{number}",
            provider="openai",
            model_id=PINNED,
            prompt_sha256=sha(str(number)),
        )
    client, path = as_user(place.owner), f"/systems/{place.system.ref}/updates/"
    first, second = (client.get(f"{path}?page={at}").content.decode() for at in (1, 2))

    assert "1 to 50 of 61 versions" in first
    assert "51 to 61 of 61 versions" in second
    assert 'scope="row">2.0.59' in first
    assert 'scope="row">2.0.59' not in second
    assert 'scope="row">1.0.0' in second
    assert first.count('class="graph-node"') == second.count('class="graph-node"') == 24


def test_a_page_of_many_versions_takes_as_many_queries_as_one_of_few(
    place, as_user, django_assert_max_num_queries
):
    client, path = as_user(place.owner), f"/systems/{place.system.ref}/updates/"
    for number in range(12):
        place.version(f"1.{number}.0")

    with django_assert_max_num_queries(26):
        client.get(path)


def test_oversight_counts_each_decision_and_exports_it(place, as_user):
    release = place.approved()
    client = as_user(place.owner)
    page = client.get("/updates/oversight/").content.decode()
    table = client.get("/updates/oversight/export/").content.decode()

    assert "Too few to tell" in page
    assert "never opened" in page
    assert table.count(release.ref) == 2


def test_oversight_shows_nothing_of_systems_one_does_not_see(place, as_user, stranger):
    place.approved()

    assert "Nobody has decided yet" in as_user(stranger).get("/updates/oversight/").content.decode()


def test_a_finding_is_closed_with_how_it_ended(place, as_user):
    finding = finding_actions.open_finding(
        place.system, actor=place.officer, kind="alias_moved", severity=2, words="Alias moved."
    )
    client = as_user(place.officer)
    listed = client.get(f"/systems/{place.system.ref}/findings/").content.decode()
    path = f"/updates/findings/{finding.pk}/"

    assert "Alias moved." in listed
    assert client.post(path, {"reason": "", "decision": "close"}).status_code == 422
    client.post(path, {"reason": "Moved back.", "decision": "close"})
    assert Finding.objects.get().closed_because == "Moved back."


def test_a_freeze_is_set_and_lifted(place, as_user, officer):
    client = as_user(officer)
    given = {"unit": place.system.unit_id, "reason": "Year end.", "zone": "Europe/Berlin"}
    wrong = client.post("/updates/freezes/", given | {"begins_at": at(9), "ends_at": at(2)})
    client.post("/updates/freezes/", given | {"begins_at": at(-1), "ends_at": at(40)})
    page = client.get("/updates/freezes/").content.decode()
    client.post(f"/updates/freezes/{Freeze.objects.get().pk}/lift/")

    assert wrong.status_code == 422
    assert "Year end." in page
    assert Freeze.objects.get().lifted_by == officer


def test_how_much_a_system_matters_raises_its_tier(place, as_user, officer):
    path, client = f"/systems/{place.system.ref}/materiality/", as_user(officer)

    assert client.post(path, {"exposure": "3", "purpose": "3", "reason": ""}).status_code == 422
    client.post(path, {"exposure": "3", "purpose": "3", "reason": "Everybody."})
    assert Materiality.objects.get().said_by == officer
    assert "Why the high tier" in client.get(path).content.decode()


def test_what_belongs_to_a_foreign_system_is_404(place, as_user, stranger):
    release = place.proposed()
    proof = ReleaseEvidence.objects.first()
    finding = finding_actions.open_finding(
        place.system, actor=place.officer, kind="alias_moved", severity=2, words="Alias moved."
    )
    version, system = release.version_id, place.system.ref
    paths = [
        *(f"/updates/propose/{version}/", f"/updates/waive/{version}/"),
        *(f"/updates/evidence/{version}/", f"/updates/evidence/{version}/cost_estimate/"),
        *(f"/updates/proofs/{proof.pk}/withdraw/", f"/updates/findings/{finding.pk}/"),
        *(f"/systems/{system}/updates/", f"/systems/{system}/updates/compare/"),
        *(f"/systems/{system}/findings/", f"/systems/{system}/materiality/"),
    ]

    client = as_user(stranger)
    assert {client.get(path).status_code for path in paths} == {404}
