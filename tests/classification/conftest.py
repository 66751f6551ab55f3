"""Situations that the tests of classification share."""

import pytest

from governance.classification.actions import answer_facts, sign_classification
from governance.classification.queries import provisional, usual_answers

CHATBOT = {"actor.uses_professionally": True, "tr.interacts_directly": True}


def sign(system, actor, reason="checked with the team"):
    """Sign what the facts say now."""
    now = provisional(system)
    return sign_classification(
        system,
        reason=reason,
        actor=actor,
        facts_digest=now.facts.digest,
        pack_version=now.classification.pack_version,
    )


@pytest.fixture
def answered(system, officer):
    """The system with every question answered, two of them not as usual."""
    answer_facts(system, facts=usual_answers(system) | CHATBOT, actor=officer, seen=0)
    return system
