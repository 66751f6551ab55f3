"""Rows that were there before bundles keep their digest, and get the bundle it was taken of."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from governance.common.canonical import digest
from inventory.systems.models import ModelVersion

migration = import_module("inventory.systems.migrations.0006_bundles_of_rows")


@pytest.mark.parametrize("region", ["", "eu-central"])
def test_an_older_row_gets_the_bundle_whose_digest_it_has(system, region):
    told = {"provider": "openai", "model_id": "gpt-4o-2024-11-20", "region": region}
    told["prompt_sha256"] = ""
    row = ModelVersion.objects.create(system=system, label="1", digest=digest(told), **told)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE systems_modelversion DISABLE TRIGGER version_stays")
        cursor.execute(migration.BUNDLES)
        migration.retirements(apps, None)
        cursor.execute("ALTER TABLE systems_modelversion ENABLE ALWAYS TRIGGER version_stays")
    row.refresh_from_db()

    assert row.bundle == told
    assert digest(row.bundle) == row.digest
    assert str(row.provider_retires_on) == "2027-01-14"
