"""The tree over REST and on the pages: heads, tiles and proofs, and who may have them."""

import pytest
from django.db import transaction
from django.test import Client

from governance.checkpoints.actions import checkpoint_now
from governance.checkpoints.models import Checkpoint
from governance.checkpoints.queries import keys, public_key
from governance.common.notes import Key, decoded, open_checkpoint, parse_tlog_proof
from governance.ledger.actions import record_many, sequence_all
from governance.ledger.merkle import is_consistent, root_from_inclusion
from governance.ledger.models import Entry, LeafSequence, Tile
from governance.ledger.tree import root_at
from inventory.systems.actions import change_system
from tests.conftest import sign_in

API = "/api/v1/ledger"


@pytest.fixture
def head(system) -> Checkpoint:
    """A checkpoint over a system's registration and what came before it."""
    return checkpoint_now()


@pytest.fixture
def registered(head, system) -> LeafSequence:
    """The place of the system's registration."""
    entry = Entry.objects.get(action="system.registered", object_ref=system.ref)
    return LeafSequence.objects.get(entry_id=entry.pk)


def test_everybody_who_is_signed_in_has_the_newest_checkpoint(client, head, stranger):
    answer = sign_in(client, stranger).get(f"{API}/checkpoint")

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert open_checkpoint(answer.content, [Key.parse(public_key())]).size == head.size


@pytest.mark.parametrize("place", ["checkpoint", "tile/0/000.p/1", "consistency?from=1"])
def test_nobody_else_has_it(client, head, place):
    assert client.get(f"{API}/{place}").status_code == 401


def test_before_the_first_checkpoint_there_is_none(client, officer):
    assert sign_in(client, officer).get(f"{API}/checkpoint").status_code == 404


def test_the_public_key_is_read_without_signing_in(client, head):
    answer = client.get("/.well-known/muster-log.vkey")

    assert answer.content.decode() == f"{public_key()}\n"
    assert Key.parse(answer.content.decode()) == keys()[0]


def test_there_is_no_public_key_before_the_first_checkpoint(client, db):
    assert client.get("/.well-known/muster-log.vkey").status_code == 404


@pytest.mark.parametrize("accept", ["*/*", "text/plain", "application/json"])
def test_the_proof_of_an_entry_leads_to_the_signed_root(client, registered, owner, accept):
    answer = sign_in(client, owner).get(
        f"{API}/entries/{registered.seq}/proof", headers={"Accept": accept}
    )

    proof = parse_tlog_proof(answer.content)
    said = open_checkpoint(proof.note.encode(), keys())
    leaf = bytes(registered.leaf)
    assert root_from_inclusion(leaf, proof.index, said.size, proof.path) == said.root


def test_a_proof_may_end_in_an_earlier_checkpoint(client, registered, head, owner, system, officer):
    change_system(system, actor=officer, name="Claims triage scorer 2")
    assert checkpoint_now() != head
    asked = sign_in(client, owner)

    old = asked.get(f"{API}/entries/{registered.seq}/proof?size={head.size}")
    assert parse_tlog_proof(old.content).note == head.note
    missing = asked.get(f"{API}/entries/{registered.seq}/proof?size={head.size - 1}")
    assert missing.status_code == 404


def test_an_entry_that_one_may_not_read_has_no_proof(client, registered, stranger):
    asked = sign_in(client, stranger)

    assert asked.get(f"{API}/entries/{registered.seq}/proof").status_code == 404
    assert asked.get(f"/ledger/{registered.seq}/entry.tlog-proof").status_code == 404


def test_one_signed_record_is_shown_to_begin_a_later_one(client, head, system, officer, stranger):
    change_system(system, actor=officer, name="Claims triage scorer 2")
    later = checkpoint_now()
    answer = sign_in(client, stranger).get(f"{API}/consistency?from={head.size}&to={later.size}")

    path = [decoded(line) for line in answer.content.decode().splitlines()]
    assert is_consistent((head.size, bytes(head.root)), (later.size, bytes(later.root)), path)


@pytest.mark.parametrize(
    "query", ["", "from=0", "from=x", "from=9&to=8", "from=1&to=999999", "from=1&more=2", "from=²"]
)
def test_sizes_that_are_none_are_refused(client, head, officer, query):
    answer = sign_in(client, officer).get(f"{API}/consistency?{query}")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_tile_at_the_edge_holds_the_leaves_up_to_its_width(client, head, stranger):
    width = head.size
    answer = sign_in(client, stranger).get(f"{API}/tile/0/000.p/{width}")

    leaves = LeafSequence.objects.values_list("leaf", flat=True)[:width]
    assert answer.content == b"".join(map(bytes, leaves))
    assert answer["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "place",
    [
        "0/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/200",
        "0/000.p/01",
        "0/0",
        "0/x000/000.p/1",
        "0/001.p/1",
        "1/000.p/1",
        "64/000.p/1",
        "0/000.p/1/",
    ],
)
def test_a_tile_that_is_not_there_is_404(client, head, officer, place):
    assert sign_in(client, officer).get(f"{API}/tile/{place}").status_code == 404


def test_full_tiles_and_those_above_are_served(client, organisation, administrator, officer):
    with transaction.atomic():
        told = [(organisation, {"turn": turn}, None) for turn in range(300)]
        record_many("unit.renamed", told, actor=administrator)
    head = checkpoint_now()
    asked = sign_in(client, officer)

    full = asked.get(f"{API}/tile/0/000")
    assert full.content == bytes(Tile.objects.get().hashes)
    assert "immutable" in full["Cache-Control"]
    assert asked.get(f"{API}/tile/1/000.p/1").content == root_at(256)
    assert asked.get(f"{API}/tile/0/001.p/{head.size - 256}").status_code == 200


def test_nothing_after_the_newest_checkpoint_is_served(client, head, system, officer):
    change_system(system, actor=officer, name="Claims triage scorer 2")
    sequence_all()
    asked = sign_in(client, officer)

    assert asked.get(f"{API}/tile/0/000.p/{head.size + 1}").status_code == 404
    assert asked.get(f"{API}/entries/{head.size}/proof").status_code == 404
    page = asked.get(f"/ledger/{head.size}/")
    assert b"Not signed yet" in page.content


def test_the_pages_offer_checkpoint_and_proof(client: Client, registered, head, owner):
    asked = sign_in(client, owner)

    assert f"checkpoint-{head.size}.txt" in asked.get("/ledger/").content.decode()
    assert asked.get("/ledger/checkpoint.txt").content.decode() == head.note
    page = asked.get(f"/ledger/{registered.seq}/").content.decode()
    assert f"/ledger/{registered.seq}/entry.tlog-proof" in page
    proof = asked.get(f"/ledger/{registered.seq}/entry.tlog-proof")
    assert parse_tlog_proof(proof.content).index == registered.seq
