"""Digests of facts are remembered, and never those of other facts."""

from governance.classification.digests import digests_now
from governance.classification.models import FactSheet
from governance.classification.queries import facts_of


def test_the_digest_is_that_of_the_facts(answered):
    assert digests_now([answered]) == {answered.pk: facts_of(answered).digest}


def test_a_system_without_answers_has_the_digest_of_what_the_register_says(system):
    assert digests_now([system]) == {system.pk: facts_of(system).digest}


def test_what_was_asked_before_takes_one_look_up(answered, django_assert_num_queries):
    first = digests_now([answered])

    with django_assert_num_queries(1):
        assert digests_now([answered]) == first


def test_facts_changed_by_another_hand_have_another_digest_at_once(answered):
    sheets = FactSheet.objects.filter(system=answered)
    seen = digests_now([answered])
    for facts in (
        {"actor.mandated_representative": True},
        {},
        {"actor.mandated_representative": None},
    ):
        sheets.update(facts=facts)  # neither row_version nor the transaction are others

        told = digests_now([answered])
        assert told == {answered.pk: facts_of(answered).digest} != seen
        seen = told


def test_another_role_of_ours_has_another_digest(answered):
    seen = digests_now([answered])
    FactSheet.objects.filter(system=answered).delete()
    answered.our_roles = ["provider"]

    assert digests_now([answered]) == {answered.pk: facts_of(answered).digest} != seen
