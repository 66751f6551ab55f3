"""Rows that were there get the bundle whose digest they have, and the published last day."""

from datetime import date
from typing import Any

from django.db import migrations

from inventory.systems.pins.published import pin_table
from inventory.systems.pins.rules import classify_pin

BUNDLES = """
UPDATE systems_modelversion SET bundle = jsonb_build_object(
    'provider', provider, 'model_id', model_id, 'region', region, 'prompt_sha256', prompt_sha256)
WHERE bundle = '{}'::jsonb
"""


def retirements(apps: Any, _editor: Any) -> None:
    """Write the day on which the provider ends a model, where one was published."""
    rows = apps.get_model("systems", "ModelVersion").objects.filter(provider_retires_on=None)
    table = pin_table()
    for provider, model_id in rows.order_by().values_list("provider", "model_id").distinct():
        if day := classify_pin(provider, model_id, table).retires_on:
            same = rows.filter(provider=provider, model_id=model_id)
            same.update(provider_retires_on=date.fromisoformat(day))


class Migration(migrations.Migration):
    dependencies = [("systems", "0005_bundles")]
    operations = [
        migrations.RunSQL(BUNDLES, migrations.RunSQL.noop),
        migrations.RunPython(retirements, migrations.RunPython.noop),
    ]
