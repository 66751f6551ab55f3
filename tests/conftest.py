"""People and situations that many tests share."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.servers.basehttp import WSGIRequestHandler
from django.db import OperationalError
from django.db.backends.postgresql.operations import DatabaseOperations
from django.http import HttpRequest
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from governance.accounts import actions as accounts
from governance.accounts import unit_actions
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Role
from governance.accounts.stepup import PASSWORD as PASSWORD_METHOD
from governance.accounts.stepup import note_proof
from governance.environment import broker_options
from inventory.systems import actions as systems
from inventory.systems.models import AISystem
from tests.brokers import BROKER_URL
from tests.factories import verify_address
from tests.live import Live, database_url

# How long an example takes says how busy the machine is, not whether the product is right.
hypothesis.register_profile(
    "busy", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
hypothesis.load_profile("busy")

# The test server sends head and body apart: with Nagle's algorithm each answer waits 40 ms.
WSGIRequestHandler.disable_nagle_algorithm = True

PASSWORD = "correct horse battery"
ALWAYS = """DO $$ DECLARE name text; BEGIN FOR name IN SELECT tgname FROM pg_trigger
WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal LOOP
EXECUTE format('ALTER TABLE {table} ENABLE ALWAYS TRIGGER %I', name); END LOOP; END $$"""


@pytest.fixture(scope="session", autouse=True)
def _talk_to_this_machine_only() -> Iterator[None]:
    """Refuse every connection but to this machine, and every look-up of another name."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            _refuse_outside(address[0])
        connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_outside(host)
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


def _refuse_outside(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name not in (None, "", "localhost", "::1", "0.0.0.0") and not name.startswith("127."):  # noqa: S104
        raise RuntimeError(f"Tests may not talk to {name}.")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """Make the test database whatever tests were chosen.

    pytest-django makes it only for tests that declare a database; the tour of all pages,
    run alone, would fill and empty the real one.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock(), suppress(OperationalError):  # a server may still hold it
        teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def _fast_passwords(settings) -> None:
    """Hash passwords quickly."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def administrator(db) -> User:
    """The first administrator; makes the organisation."""
    founder = unit_actions.found_organisation(
        name="Halden Mutual", email="admin@halden.example", person="Ada Admin", password=PASSWORD
    )
    return verify_address(founder)


@pytest.fixture
def organisation(administrator) -> BusinessUnit:
    """The root unit."""
    return BusinessUnit.objects.get(parent__isnull=True)


@pytest.fixture
def claims(organisation, administrator) -> BusinessUnit:
    """A unit below the root."""
    return unit_actions.add_unit(name="Claims", parent=organisation, actor=administrator)


@pytest.fixture
def lending(organisation, administrator) -> BusinessUnit:
    """Another unit, beside Claims."""
    return unit_actions.add_unit(name="Lending", parent=organisation, actor=administrator)


def person(name: str, role: Role | None, unit: BusinessUnit, admin: User) -> User:
    """Return a new person with one role in a unit, reachable; an auditor's ends in 30 days."""
    email = f"{name.split()[0].lower()}@halden.example"
    user = accounts.add_person(email=email, name=name, unit=unit, actor=admin, password=PASSWORD)
    if role:
        ends = timezone.localdate() + timedelta(days=30) if role == Role.AUDITOR else None
        accounts.grant(user, role=role, unit=unit, actor=admin, ends_on=ends)
    return verify_address(user)


@pytest.fixture
def officer(organisation, administrator) -> User:
    """Compliance officer of the whole organisation."""
    return person("Ines Halvorsen", Role.COMPLIANCE_OFFICER, organisation, administrator)


@pytest.fixture
def ops_lead(organisation, administrator) -> User:
    """AI-ops lead of the whole organisation."""
    return person("Jonas Weber", Role.AI_OPS_LEAD, organisation, administrator)


@pytest.fixture
def owner(claims, administrator) -> User:
    """System owner in Claims."""
    return person("Mira Rossi", Role.SYSTEM_OWNER, claims, administrator)


@pytest.fixture
def auditor(organisation, administrator) -> User:
    """Auditor of the whole organisation."""
    return person("Otto Auditor", Role.AUDITOR, organisation, administrator)


@pytest.fixture
def stranger(lending, administrator) -> User:
    """Compliance officer of Lending, who may not see Claims."""
    return person("Sam Stranger", Role.COMPLIANCE_OFFICER, lending, administrator)


@pytest.fixture
def system(claims, owner, officer) -> AISystem:
    """A system in Claims, owned by Mira Rossi."""
    return systems.register(
        actor=officer,
        name="Claims triage scorer",
        intended_purpose="Ranks incoming claims by urgency.",
        unit=claims,
        owner=owner,
    )


def sign_in(client: Client, user: User) -> Client:
    """Sign a person in as the form does: the session holds the proof that it is them."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    request = HttpRequest()
    request.session = client.session
    note_proof(request, user, PASSWORD_METHOD)
    request.session.save()
    return client


@pytest.fixture
def as_user(client):
    """Return a function that signs a person in and returns the client."""
    return partial(sign_in, client)


@pytest.fixture
def live(transactional_db, settings, tmp_path) -> Iterator[Live]:
    """A real broker in the test's database; `live.start()` brings a real worker and clock."""
    settings.CELERY_BROKER_URL = BROKER_URL
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = broker_options(BROKER_URL, database_url())
    processes = Live(tmp_path)
    yield processes
    processes.stop()


GUARDED = """SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger
WHERE NOT tgisinternal AND tgtype & 32 > 0 ORDER BY 1"""  # tables that refuse TRUNCATE


@pytest.fixture(scope="session", autouse=True)
def _record_can_be_emptied_between_tests() -> Iterator[None]:
    """Transactional tests empty all tables: there, and only there, the guards step aside."""
    stock = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(GUARDED)
            guarded = [table for (table,) in cursor.fetchall()]
            for table in guarded:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            stock(self, sql_list)
            for table in guarded:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
                cursor.execute(ALWAYS.format(table=table))

    DatabaseOperations.execute_sql_flush = flush
    yield
    DatabaseOperations.execute_sql_flush = stock
