"""Production is chosen by default and refuses to start half configured."""

import os
import subprocess
import sys

import pytest

from governance.environment import SAMPLE_KEY, broker_options, database, problems
from tests.setup.conftest import ROOT, plain_environment

GOOD = {
    "DATABASE_URL": "postgresql://muster:secret@db.example/muster",
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "muster.example",
    "BASE_URL": "https://muster.example",
}


def test_a_whole_configuration_has_no_problem():
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASE_URL", "", "DATABASE_URL must name the database."),
        ("SECRET_KEY", SAMPLE_KEY, "SECRET_KEY must be a secret"),
        ("SECRET_KEY", "short", "SECRET_KEY must be a secret"),
        ("DEBUG", "1", "DEBUG must not be on."),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS must list the host names"),
        ("ALLOWED_HOSTS", "muster.example,*", "ALLOWED_HOSTS must list the host names"),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS must list the host names"),
        ("BASE_URL", "http://muster.example", "BASE_URL must begin with https://."),
        ("BASE_URL", "", "BASE_URL must begin with https://."),
    ],
)
def test_each_unsafe_setting_is_named(name, value, sentence):
    assert any(found.startswith(sentence) for found in problems(GOOD | {name: value}))


def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run one of our processes with nothing set but what is given."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=plain_environment() | env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "words",
    [
        ("manage.py", "check"),
        ("-c", "import governance.wsgi"),
        ("-m", "celery", "-A", "governance", "worker"),
    ],
)
def test_no_process_starts_with_the_sample_key(words):
    done = run(*words, **GOOD | {"SECRET_KEY": SAMPLE_KEY})

    assert done.returncode != 0
    assert "Muster does not start in production like this: SECRET_KEY must be" in (
        done.stderr + done.stdout
    )


def test_manage_refuses_with_a_sentence_and_no_traceback():
    done = run("manage.py", "check", **GOOD | {"DEBUG": "1"})

    assert done.stderr.startswith("muster: ")
    assert "Traceback" not in done.stderr


def test_in_production_cookies_and_transport_are_closed():
    code = """
from django.conf import settings as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,
      s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, s.DEBUG, s.ALLAUTH_TRUSTED_PROXY_COUNT,
      s.EMAIL_BACKEND.split('.')[-2])
"""
    done = run("-c", code, DJANGO_SETTINGS_MODULE="governance.settings", **GOOD)

    expected = "__Host-session __Host-csrf True True True 31536000 False 1 dummy"
    assert done.stdout.strip() == expected, done.stderr


def test_a_database_address_may_name_a_socket_and_options():
    found = database("postgresql://muster@/muster?host=%2Fsrv%2FMy%20Data&sslmode=require")

    assert found["HOST"] == "/srv/My Data"
    assert found["NAME"] == "muster"
    assert found["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("pgmq://database", {"conn_string": "postgresql://x/muster", "init_extension": False}),
        ("pgmq://u:p@h/q", {"conn_string": "postgresql://u:p@h/q", "polling_interval": 0.02}),
        ("redis://h/0", {"unacked_restore_interval": 5, "unacked_restore_throttle": 1}),
        ("amqp://h", {"confirm_publish": True}),
    ],
)
def test_each_broker_gets_the_options_that_keep_messages(url, wanted):
    options = broker_options(url, "postgresql://x/muster")

    assert options | wanted == options


def test_a_task_ends_before_the_broker_hands_its_message_out_again(settings):
    hold = broker_options("pgmq://database", "")["visibility_timeout"]

    assert hold > settings.CELERY_TASK_TIME_LIMIT > settings.CELERY_TASK_SOFT_TIME_LIMIT


def test_rabbitmq_gets_quorum_queues():
    code = "from django.conf import settings as s; print(s.CELERY_TASK_DEFAULT_QUEUE_TYPE)"
    more = {"DJANGO_SETTINGS_MODULE": "governance.settings", "BROKER_URL": "amqp://mq.example"}
    done = run("-c", code, **GOOD | more)

    assert done.stdout.strip() == "quorum", done.stderr
    assert os.environ.get("BROKER_URL") == "memory://"
