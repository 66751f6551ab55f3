"""Pages of policies: made level by level without script, tried by name, taken out of force."""

import pytest

from governance.escalation.models import Policy
from governance.escalation.plans import LevelWish
from governance.escalation.policy_actions import PolicyWish, save_policy
from governance.notices.rules import Severity
from tests.escalation.conftest import due, opened

NEW = "/settings/escalation/new/"


def level(at: int, *targets: str, delay: int = 15, channels=("app", "email")) -> dict:
    """Return what the form posts of one level."""
    named = {f"level-{at}-target_{n}": one for n, one in enumerate(targets, start=1)}
    return {f"level-{at}-delay": delay, f"level-{at}-channels": list(channels), **named}


@pytest.fixture
def head(claims) -> dict:
    """What the form posts beside the levels."""
    return {"name": "Critical items", "unit": claims.pk, "clock": "24x7", "loops": 2}


@pytest.fixture
def policy(claims, officer) -> Policy:
    """A policy of Claims with one level."""
    wish = PolicyWish(name="Usual items", unit=claims, levels=(LevelWish(15, ("responsible",)),))
    return save_policy(None, actor=officer, wish=wish)


def test_a_policy_is_made_with_its_levels_in_their_order(as_user, officer, head):
    posted = head | {"levels": 2, "do": "save"}
    posted |= level(0, "responsible", delay=5) | level(1, "deputy", "role:CISO")

    answer = as_user(officer).post(NEW, posted)

    made = Policy.objects.get()
    assert answer.url == f"/settings/escalation/{made.pk}/"
    assert [row.targets for row in made.levels.all()] == [["responsible"], ["deputy", "role:CISO"]]
    assert (made.clock, made.loops) == ("24x7", 2)


def test_a_policy_without_a_level_is_refused_and_keeps_what_was_typed(as_user, officer, head):
    answer = as_user(officer).post(NEW, head | {"levels": 0, "do": "save"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "A policy without a level tells nobody" in page
    assert 'value="Critical items"' in page
    assert not Policy.objects.exists()


def test_a_level_that_tells_nobody_is_refused_where_it_is(as_user, officer, head):
    posted = head | {"levels": 2, "do": "save"} | level(0, "responsible") | level(1)

    answer = as_user(officer).post(NEW, posted)

    assert answer.status_code == 422
    assert "Level 2: Say who is told at this level." in answer.content.decode()


def test_a_level_is_added_and_taken_away_without_losing_what_was_typed(as_user, officer, head):
    client = as_user(officer)
    posted = head | {"levels": 1} | level(0, "role:CIO", delay=45)

    more = client.post(NEW, posted | {"do": "add"})
    fewer = client.post(
        NEW, posted | {"levels": 2, "do": "remove-0"} | level(1, "deputy", delay=50)
    )

    assert more.status_code == fewer.status_code == 200
    assert [raw["targets"] for raw in more.context["draft"].raw] == [["role:CIO"], []]
    assert [raw["delay"] for raw in fewer.context["draft"].raw] == ["50"]
    assert 'value="Critical items"' in more.content.decode()
    assert "There is a problem" not in more.content.decode()


def test_who_would_be_told_now_is_told_by_name_and_saves_nothing(as_user, officer, head, system):
    posted = head | {"levels": 1, "do": "preview"} | level(0, "owner")

    page = as_user(officer).post(NEW, posted).content.decode()

    assert "If something began now" in page
    assert "Mira Rossi" in page
    assert not Policy.objects.exists()


def test_the_page_of_a_policy_names_who_would_be_told(as_user, officer, policy, system):
    page = as_user(officer).get(f"/settings/escalation/{policy.pk}/").content.decode()

    assert "About Claims triage scorer" in page
    assert "Mira Rossi" in page


def test_a_run_keeps_the_policy_it_began_by_and_shows_todays(
    as_user, owner, officer, policy, system
):
    item = opened(due(system, owner))
    wish = PolicyWish(
        name="Usual items",
        unit=policy.unit,
        levels=(LevelWish(30, ("responsible",)), LevelWish(30, ("role:CIO",))),
    )
    save_policy(policy, actor=officer, wish=wish)

    page = as_user(owner).get(item.get_absolute_url()).content.decode()

    assert "Today it would be another" in page
    assert "keeps to it" in page


def test_two_who_change_a_policy_do_not_undo_each_other(as_user, officer, policy):
    url = f"/settings/escalation/{policy.pk}/edit/"
    posted = {"name": "Mine", "unit": policy.unit_id, "clock": "business", "loops": 0}
    posted |= {"levels": 1, "do": "save", "row_version": policy.row_version}
    Policy.objects.filter(pk=policy.pk).update(row_version=9)

    answer = as_user(officer).post(url, posted | level(0, "owner"))

    assert answer.status_code == 409
    policy.refresh_from_db()
    assert policy.name == "Usual items"


def test_a_policy_out_of_force_serves_nothing_new(as_user, officer, policy):
    as_user(officer).post(f"/settings/escalation/{policy.pk}/retire/")

    assert not Policy.objects.active().exists()


def test_owners_read_policies_and_change_none(as_user, owner, policy):
    client = as_user(owner)

    assert "Usual items" in client.get("/settings/escalation/").content.decode()
    assert "Change" not in client.get(f"/settings/escalation/{policy.pk}/").content.decode()
    assert client.get(NEW).status_code == 403
    assert client.post(f"/settings/escalation/{policy.pk}/retire/").status_code == 403


def test_a_policy_of_another_unit_is_not_there(as_user, stranger, policy):
    client = as_user(stranger)

    assert client.get(f"/settings/escalation/{policy.pk}/").status_code == 404
    assert client.get(f"/settings/escalation/{policy.pk}/edit/").status_code == 404


def test_a_second_policy_for_the_same_is_refused_in_the_form(as_user, officer, policy, head):
    posted = head | {"levels": 1, "do": "save", "name": "Twin"} | level(0, "owner")

    answer = as_user(officer).post(NEW, posted)

    assert answer.status_code == 422
    assert "“Usual items” serves these items" in answer.content.decode()
    assert Severity.WARNING not in answer.content.decode().split("There is a problem")[0]
