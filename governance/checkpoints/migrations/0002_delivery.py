"""Deliveries of checkpoints, what lies outside, doubts and recoveries."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("checkpoints", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Place",
            fields=[
                ("sink", models.CharField(max_length=400, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField(default=0)),
                ("root", models.CharField(blank=True, max_length=64)),
                ("note", models.TextField(blank=True)),
                ("since", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("fault", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ["sink"],
            },
        ),
        migrations.CreateModel(
            name="Doubt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("smaller", "Smaller"), ("root", "Root"), ("fork", "Fork")],
                        max_length=12,
                    ),
                ),
                ("sink", models.CharField(max_length=400)),
                ("words", models.TextField()),
                ("outside_size", models.BigIntegerField(default=0)),
                ("outside_root", models.CharField(blank=True, max_length=64)),
                ("note", models.TextField(blank=True)),
                ("own_size", models.BigIntegerField()),
                ("own_root", models.CharField(max_length=64)),
                ("noticed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("kind", "sink"),
                        name="doubt_open_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Lateness",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField(unique=True)),
                ("noticed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "latenesses",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("ended_at",),
                        name="lateness_open_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sink", models.CharField(max_length=400)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("superseded", "Superseded"),
                            ("refused", "Refused"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("leased_until", models.DateTimeField(null=True)),
                ("claim", models.CharField(blank=True, max_length=32)),
                ("sent_at", models.DateTimeField(null=True)),
                ("where", models.CharField(blank=True, max_length=1000)),
                ("cosignature", models.TextField(blank=True)),
                ("result", models.CharField(blank=True, max_length=300)),
                (
                    "checkpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="checkpoints.checkpoint",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "failed",
                                    "waiting",
                                ],
                            )
                        ),
                        fields=["due_at"],
                        name="head_delivery_due",
                    ),
                    models.Index(fields=["sink", "-id"], name="head_delivery_sink"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("checkpoint", "sink"), name="head_delivered_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "status",
                                    "sending",
                                ),
                                ("leased_until__isnull", False),
                                ("sent_at__isnull", True),
                            ),
                            models.Q(
                                (
                                    "status",
                                    "sent",
                                ),
                                ("leased_until__isnull", True),
                                ("sent_at__isnull", False),
                            ),
                            models.Q(
                                (
                                    "status__in",
                                    [
                                        "failed",
                                        "refused",
                                        "superseded",
                                        "waiting",
                                    ],
                                ),
                                ("leased_until__isnull", True),
                                ("sent_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="head_delivery_fits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recovery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                ("outside_size", models.BigIntegerField()),
                ("outside_root", models.CharField(max_length=64)),
                ("own_size", models.BigIntegerField()),
                ("own_root", models.CharField(max_length=64)),
                ("lost", models.JSONField(default=list)),
                ("left", models.JSONField(default=list)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "recoveries",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="recovery_has_a_reason",
                    )
                ],
            },
        ),
    ]
