"""A matrix is reviewed by somebody else before it comes into force, and follows a default."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

OPEN = ["draft", "in_review"]
STATUSES = [
    ("draft", "Draft"),
    ("in_review", "In review"),
    ("active", "Active"),
    ("superseded", "Superseded"),
]
ORIGINS = [
    ("reviewed", "Reviewed"),
    ("inherited", "Inherited"),
    ("reassigned", "Reassigned"),
    ("earlier", "Earlier"),
]


def take_over(apps, schema_editor):
    """Say that nobody reviewed what is in force, and that a system's rows are its own."""
    matrices = apps.get_model("raci", "Matrix").objects
    matrices.filter(activated_at__isnull=False).update(origin="earlier")
    matrices.filter(system__isnull=False).update(overridden=F("activities"))


def person(related_name):
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to=settings.AUTH_USER_MODEL,
    )


def codes():
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.CharField(max_length=16), blank=True, default=list, size=None
    )


def check(name, condition):
    return migrations.AddConstraint(
        "matrix", models.CheckConstraint(condition=condition, name=f"matrix_{name}")
    )


def one_open(scope):
    return migrations.AddConstraint(
        "matrix",
        models.UniqueConstraint(
            condition=Q(status__in=OPEN), fields=(scope,), name=f"matrix_{scope}_draft"
        ),
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("raci", "0005_statements"),
    ]

    operations = [
        *[
            migrations.RemoveConstraint("matrix", f"matrix_{name}")
            for name in ("status_known", "activated_at", "system_draft", "unit_draft")
        ],
        migrations.AddField(
            "matrix",
            "authors",
            models.ManyToManyField(related_name="drafted_matrices", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            "matrix",
            "origin",
            models.CharField(choices=ORIGINS, default="reviewed", max_length=16),
        ),
        migrations.AddField("matrix", "overridden", codes()),
        migrations.AddField("matrix", "returned_by", person("returned_matrices")),
        migrations.AddField(
            "matrix", "returned_reason", models.TextField(blank=True, default="", max_length=2_000)
        ),
        migrations.AddField("matrix", "submitted_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("matrix", "submitted_by", person("submitted_matrices")),
        migrations.AlterField(
            "matrix",
            "status",
            models.CharField(choices=STATUSES, default="draft", max_length=16),
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        check("status_known", Q(status__in=[value for value, _ in STATUSES])),
        check("activated_at", Q(status__in=OPEN) ^ Q(activated_at__isnull=False)),
        check("origin_known", Q(origin__in=[value for value, _ in ORIGINS])),
        check(
            "submitted_by",
            ~Q(status="in_review") | Q(submitted_at__isnull=False, submitted_by__isnull=False),
        ),
        check(
            "four_eyes",
            Q(activated_at__isnull=True)
            | ~Q(origin="reviewed")
            | (Q(submitted_by__isnull=False) & ~Q(submitted_by=F("activated_by"))),
        ),
        one_open("system"),
        one_open("unit"),
    ]
