"""Releases: the first of the tables."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from governance.approvals.lifecycle import Environment, State, Tier


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_one_root"),
        ("approvals", "0003_assigned"),
        ("evidence", "0002_kept"),
        ("systems", "0006_bundles_of_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Freeze",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("set_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="freezes",
                        to="accounts.businessunit",
                    ),
                ),
            ],
            options={
                "ordering": ["begins_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Materiality",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("exposure", models.PositiveSmallIntegerField()),
                ("purpose", models.PositiveSmallIntegerField()),
                ("reason", models.TextField(max_length=2000)),
                ("said_at", models.DateTimeField()),
                (
                    "said_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="materialities",
                        to="systems.aisystem",
                    ),
                ),
            ],
            options={
                "ordering": ["-said_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.CharField(editable=False, max_length=16, unique=True)),
                (
                    "environment",
                    models.CharField(
                        choices=[("prod", "Prod"), ("staging", "Staging"), ("test", "Test")],
                        default=Environment["PROD"],
                        max_length=16,
                    ),
                ),
                ("task", models.CharField(blank=True, max_length=60)),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("digest", models.CharField(max_length=64)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("evaluating", "Evaluating"),
                            ("in_review", "In review"),
                            ("approved", "Approved"),
                            ("approved_conditional", "Approved conditional"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Withdrawn"),
                            ("scheduled", "Scheduled"),
                            ("active", "Active"),
                            ("canary", "Canary"),
                            ("suspended", "Suspended"),
                            ("rolled_back", "Rolled back"),
                            ("superseded", "Superseded"),
                            ("expired", "Expired"),
                            ("retired", "Retired"),
                            ("emergency_active", "Emergency active"),
                        ],
                        default=State["DRAFT"],
                        max_length=24,
                    ),
                ),
                ("reason", models.TextField(max_length=10000)),
                ("gap_addressed", models.CharField(blank=True, max_length=200)),
                ("declared", models.JSONField(default=dict)),
                (
                    "change_class",
                    models.CharField(
                        blank=True,
                        choices=[("0", "0"), ("A", "A"), ("B", "B"), ("C", "C"), ("D", "D")],
                        max_length=1,
                    ),
                ),
                (
                    "class_suggested",
                    models.CharField(
                        blank=True,
                        choices=[("0", "0"), ("A", "A"), ("B", "B"), ("C", "C"), ("D", "D")],
                        max_length=1,
                    ),
                ),
                ("class_reasons", models.JSONField(default=list)),
                (
                    "risk_tier",
                    models.CharField(
                        choices=[("minimal", "Minimal"), ("limited", "Limited"), ("high", "High")],
                        default=Tier["HIGH"],
                        max_length=8,
                    ),
                ),
                ("submitted_at", models.DateTimeField()),
                ("evidence_digest", models.CharField(blank=True, max_length=64)),
                ("rules_version", models.CharField(blank=True, max_length=64)),
                ("review_began_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision_reason", models.TextField(blank=True, max_length=10000)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("valid_until", models.DateTimeField(blank=True, null=True)),
                ("window_from", models.DateTimeField(blank=True, null=True)),
                ("window_until", models.DateTimeField(blank=True, null=True)),
                ("canary_rule", models.JSONField(default=dict)),
                ("canary_since", models.DateTimeField(blank=True, null=True)),
                ("activated_at", models.DateTimeField(blank=True, null=True)),
                ("left_at", models.DateTimeField(blank=True, null=True)),
                ("suspended_at", models.DateTimeField(blank=True, null=True)),
                ("emergency_until", models.DateTimeField(blank=True, null=True)),
                ("seconded_at", models.DateTimeField(blank=True, null=True)),
                ("cycle", models.PositiveSmallIntegerField(default=0)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("row_version", models.PositiveIntegerField(default=1)),
                (
                    "activated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activated_releases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assigned_releases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "before",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="approvals.release",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decided_releases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "emergency_second",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rollback_target",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="approvals.release",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submitted_releases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="releases",
                        to="systems.aisystem",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="releases",
                        to="systems.modelversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-submitted_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Viewing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("groups", models.JSONField(default=list)),
                ("shown", models.PositiveSmallIntegerField(default=0)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="viewings",
                        to="approvals.release",
                    ),
                ),
            ],
        ),
    ]
