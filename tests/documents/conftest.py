"""Situations that the tests of documents share."""

from typing import Any

import pytest

from governance.classification.actions import answer_facts
from governance.classification.queries import usual_answers
from governance.common.canonical import digest
from governance.documents.actions import sign_document
from governance.documents.models import SignedDocument
from governance.documents.queries import draft_of
from governance.documents.rules import Kind
from inventory.systems.models import AISystem
from tests.classification.conftest import sign as sign_classification
from tests.documents.samples import SCHEDULING


def sign(system: AISystem, kind: Kind, actor: Any, reason: str = "Read and agreed."):
    """Sign a document as it stands."""
    read = digest(draft_of(system, kind).content())
    return sign_document(system, kind=kind, reason=reason, actor=actor, digest=read)


@pytest.fixture
def exempt(system, officer) -> AISystem:
    """The system, signed as not high-risk by Art. 6(3)."""
    answer_facts(system, facts=usual_answers(system) | SCHEDULING, actor=officer, seen=0)
    sign_classification(system, officer)
    return system


@pytest.fixture
def record(exempt, officer) -> SignedDocument:
    """The signed record of that assessment."""
    return sign(exempt, Kind.NOT_HIGH_RISK, officer)
