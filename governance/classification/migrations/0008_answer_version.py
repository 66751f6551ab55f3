"""Which version of the fact sheet brought an answer, to tell what others answered since."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("classification", "0007_asked_once")]

    operations = [
        migrations.AddField(
            model_name="answernote",
            name="version",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
