"""How places are written, and the mail to somebody outside."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from governance.checkpoints.actions import checkpoint_now
from governance.checkpoints.delivering import deliver
from governance.checkpoints.delivery_rules import LONGEST_WAIT, next_wait
from governance.checkpoints.models import Delivery
from governance.checkpoints.outside import newest_outside
from governance.checkpoints.sinks.base import folder_of, name_of, parse_name
from governance.checkpoints.sinks.configured import ConfigurationError, parse

WITNESS = "w.example/w1+f5d8f3c0+BHyh8TA6bonZ1XSlNx1L3KONBgosS8H9QB2hLHcL1wjZ"


def test_places_are_written_as_addresses():
    texts = [
        "file:///srv/with%20space",
        "s3://bucket/prefix",
        "mailto:auditor@firm.example",
        f"witness:https://w.example/#{WITNESS}",
    ]

    assert [one.words.split()[0] for one in parse(texts)] == ["Folder", "Bucket", "Mail", "Witness"]
    assert len(parse([*texts, *texts])) == 4


@pytest.mark.parametrize(
    "text",
    [
        "ftp://x/",
        "file:relative",
        "file://host/path",
        "s3:///prefix",
        "mailto:nobody",
        "mailto:a@b.example?bcc=c@d.example",
        "witness:https://w.example/",
        "witness:https://w.example/#log.example+00000000+AAAA",
        f"witness:https://w.example/#{WITNESS}".replace("f5d8", "f5d9"),
    ],
)
def test_what_is_no_place_is_refused(text):
    with pytest.raises(ConfigurationError):
        parse([text])


def test_names_sort_as_sizes_do_and_are_read_strictly():
    names = [name_of(size, "ab" * 32) for size in (9, 10, 100)]

    assert names == sorted(names)
    found = parse_name(names[1], "x")
    assert found
    assert (found.size, found.root) == (10, "ab" * 32)
    assert parse_name(f"{names[1]}.part", "x") is None


@pytest.mark.parametrize("origin", ["..", ".", "a/../b", "log.example/with space"])
def test_no_name_of_a_log_leads_out_of_its_place(origin):
    assert "/" not in folder_of(origin)
    assert folder_of(origin).strip(".")


def test_waits_double_up_to_a_quarter_of_an_hour():
    waits = [next_wait(tries, 0) for tries in (1, 2, 3, 50, 5_000)]

    assert waits[:3] == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40)]
    assert waits[3:] == [LONGEST_WAIT, LONGEST_WAIT]


@pytest.mark.django_db
def test_the_newest_checkpoint_is_mailed_at_most_once_a_day(settings, write):
    settings.CHECKPOINT_SINKS = ["mailto:auditor@firm.example"]
    now = timezone.now()
    for hours in (0, 1, 5, 25):
        write()
        head = checkpoint_now()
        deliver(now + timedelta(hours=hours))

    first, last = mail.outbox
    assert last.to == ["auditor@firm.example"]
    assert head.note in last.body
    assert last.attachments[0][1] == head.note
    assert first.extra_headers["Message-ID"] != last.extra_headers["Message-ID"]
    out = newest_outside()
    assert out
    assert out.size == head.size


@pytest.mark.django_db
def test_without_a_mail_server_it_waits_and_says_why(settings, write):
    settings.CHECKPOINT_SINKS = ["mailto:auditor@firm.example"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    write()
    checkpoint_now()

    deliver()

    assert "EMAIL_HOST" in Delivery.objects.get().result
