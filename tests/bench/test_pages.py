"""What bench/run measures answers, on an organisation as it seeds it, only smaller."""

import pytest

from bench import pages, seed
from governance.approvals.models import Release
from governance.classification.models import Assessment
from inventory.systems.models import AISystem

pytestmark = pytest.mark.seeded


def test_every_measured_request_answers_on_a_seeded_organisation(db):
    made = seed.found()
    seed.grow(made, 120)

    for send in pages.requests(made).values():
        send()  # ends the test where the answer is another than the wanted one


def test_a_seeded_organisation_has_the_promised_shape(db):
    made = seed.found()
    seed.grow(made, 340)
    copied = AISystem.objects.filter(pk__gt=made.whole[-1].pk)

    assert AISystem.objects.count() == 340
    assert Assessment.objects.filter(system__in=copied).count() == 120  # two in five
    assert Release.objects.filter(system__in=copied).count() in range(30, 61)
    assert len(made.units) == 401
