"""The key that signs: made once, shown to everybody by its public half, and replaced."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from governance.common.clock import database_now
from governance.ledger.models import Entry
from governance.pipelines import keyfile, tokens
from governance.pipelines.key_actions import make_key, rotate_key
from governance.pipelines.keyfile import KeyFileError
from governance.pipelines.models import SigningKey
from governance.pipelines.signing import COUNTS_ON, public_keys, signer

PATH = "/.well-known/muster-decisions.json"


def shown(client) -> list[str]:
    """Return the names of the keys that everybody may read."""
    return [one["kid"] for one in client.get(PATH).json()["keys"]]


def test_it_is_made_once(db, settings):
    first = make_key()

    assert make_key() == first
    assert SigningKey.objects.count() == 1
    assert settings.DECISION_KEY.stat().st_mode & 0o777 == 0o600
    assert Entry.objects.filter(action="signing_key.made").count() == 1


def test_the_private_half_is_in_no_table_and_no_entry(key, settings):
    secret = tokens.encoded(keyfile.read(settings.DECISION_KEY).private_bytes_raw())
    entry = Entry.objects.get(action="signing_key.made")

    assert secret.encode() not in bytes(entry.body)
    assert secret not in str(SigningKey.objects.values().get())


def test_everybody_may_read_the_public_half(key, client):
    answer = client.get(PATH)
    (found,) = answer.json()["keys"]

    assert answer["Content-Type"] == "application/jwk-set+json"
    assert set(found) == {"alg", "crv", "kid", "kty", "use", "x"}
    assert found["kid"] == tokens.kid_of(tokens.decoded(found["x"])) == key.kid


def test_before_the_first_key_there_is_an_empty_list(db, client):
    assert client.get(PATH).json() == {"keys": []}


def test_after_a_rotation_both_count_until_the_last_token_has_ended(key, client):
    new = rotate_key()

    assert shown(client) == [new.kid, key.kid]
    assert tokens.kid_of(tokens.public_bytes(signer(database_now()))) == new.kid
    later = database_now() + COUNTS_ON
    assert set(public_keys(later)) == {new.kid}


def test_a_rotation_is_recorded_in_the_name_of_who_did_it(key, administrator):
    new = rotate_key(actor=administrator)
    entry = Entry.objects.get(action="signing_key.rotated")

    assert entry.actor_ref == administrator.handle
    assert new.kid.encode() in bytes(entry.body)


def test_only_an_administrator_rotates(key, officer):
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        rotate_key(actor=officer)
    assert SigningKey.objects.count() == 1


def test_a_key_that_is_elsewhere_is_not_replaced_by_chance(key, settings):
    settings.DECISION_KEY.unlink()

    with pytest.raises(KeyFileError, match="other host"):
        make_key()
    assert SigningKey.objects.filter(retired_at__isnull=True).get() == key


def test_a_key_that_was_brought_along_is_taken_over(db, settings):
    brought = keyfile.new_key()
    new = keyfile.lay_aside(settings.DECISION_KEY, brought)
    keyfile.put_in_place(new, settings.DECISION_KEY)

    assert make_key().kid == tokens.kid_of(tokens.public_bytes(brought))


def test_a_key_that_nobody_registered_signs_nothing(key, settings):
    stray = keyfile.lay_aside(settings.DECISION_KEY, keyfile.new_key())
    keyfile.put_in_place(stray, settings.DECISION_KEY)

    with pytest.raises(KeyFileError, match="not the one that signs"):
        signer(database_now())


def test_a_retired_key_signs_no_more(key, settings):
    old = settings.DECISION_KEY.read_text()
    rotate_key()
    settings.DECISION_KEY.write_text(old)

    with pytest.raises(KeyFileError):
        signer(database_now() + timedelta(minutes=2))


def test_the_commands_do_the_same(db, administrator, capsys):
    call_command("make_signing_key")
    call_command("rotate_signing_key", by=administrator.email)
    made, rotated = capsys.readouterr().out.split()

    assert made != rotated
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("rotate_signing_key", by="nobody@halden.example")
