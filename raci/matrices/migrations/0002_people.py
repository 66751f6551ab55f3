"""Holders and authorities belong to the stage of people now; see people.0001."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("raci", "0001_initial"), ("people", "0001_taken_over")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel("RoleHolder"),
                migrations.DeleteModel("Authority"),
            ]
        )
    ]
