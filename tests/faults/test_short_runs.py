"""Faults in short, with the processes of the product: bench/faults carries them out in full."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from launcher.test import UNSAFE_BUT_FAST

from bench.faults import clocks, packs, sequencing, stamping, witnesses, workers
from bench.faults.plan import Run, carried_out
from bench.faults.world import Ground, free_port, ground

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def prepared() -> Iterator[Ground]:
    """A PostgreSQL of its own with a founded organisation, to be copied by each experiment."""
    home = Path(__file__).resolve().parent.parent.parent / "var" / "test"
    with ground(home, UNSAFE_BUT_FAST) as made:
        yield made


def shown(ground: Ground, name: str, experiment: Callable[[Run], None]) -> list[str]:
    """Carry a short run out; return the equalities that do not hold, in words."""
    found = carried_out(Run(name, 1, ground, free_port(), short=True), experiment)
    if found.not_run:
        pytest.skip(f"needs {found.not_run}")
    assert found.checks
    return [str(check) for check in found.checks if not check.holds]


def test_what_was_acknowledged_is_there_once_though_everything_is_killed(prepared):
    assert shown(prepared, "short", workers.kill_anything) == []


def test_a_pack_is_built_once_and_whole_though_its_builder_is_killed(prepared):
    assert shown(prepared, "packs", packs.kill_builder) == []


def test_what_falls_due_is_told_once_while_three_clocks_ask_for_it(prepared):
    assert shown(prepared, "clocks", clocks.schedulers) == []


def test_wall_times_hold_across_the_changes_of_the_clocks_of_two_zones(prepared):
    assert shown(prepared, "year", clocks.year) == []


def test_numbers_stay_dense_while_two_sequencers_are_killed(prepared):
    assert shown(prepared, "numbers", sequencing.sequencers) == []


def test_without_the_signing_key_writing_goes_on_packs_wait_and_one_checkpoint_catches_up(prepared):
    assert shown(prepared, "key", sequencing.key_away) == []


def test_a_witness_that_errs_in_every_way_stops_no_writing_and_sees_no_second_root(prepared):
    assert shown(prepared, "witness", witnesses.witness_away) == []


def test_packs_go_out_without_a_time_stamping_service_and_believe_no_wrong_stamp(prepared):
    assert shown(prepared, "stamps", stamping.service_away) == []
