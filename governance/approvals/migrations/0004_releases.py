"""Releases with their votes, conditions, evidence and findings."""

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
            name="Finding",
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
                        choices=[
                            ("evaluation", "Evaluation failed"),
                            ("model_mismatch", "Another model answers"),
                            ("condition_overdue", "Condition overdue"),
                            ("rollback", "Rolled back"),
                            ("suspension", "Suspended"),
                            ("alias_moved", "Alias moved without approval"),
                        ],
                        max_length=24,
                    ),
                ),
                ("severity", models.PositiveSmallIntegerField()),
                ("key", models.CharField(blank=True, max_length=200)),
                ("words", models.TextField(max_length=2000)),
                ("opened_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_because", models.TextField(blank=True, max_length=2000)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="systems.aisystem",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="approvals.release",
                    ),
                ),
            ],
            options={
                "ordering": ["severity", "-opened_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Condition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(max_length=2000)),
                ("due_on", models.DateField()),
                ("blocking", models.BooleanField(default=True)),
                ("set_at", models.DateTimeField()),
                ("met_at", models.DateTimeField(blank=True, null=True)),
                ("met_how", models.TextField(blank=True, max_length=2000)),
                (
                    "met_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conditions",
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
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conditions",
                        to="approvals.release",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="CanaryReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("observed_from", models.DateTimeField()),
                ("observed_until", models.DateTimeField()),
                ("tasks", models.PositiveIntegerField()),
                ("metrics", models.JSONField(default=dict)),
                ("reported_at", models.DateTimeField()),
                (
                    "reported_by",
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
                        related_name="canary_reports",
                        to="approvals.release",
                    ),
                ),
            ],
            options={
                "ordering": ["observed_from", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ReleaseEvidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("statement", models.TextField(blank=True, max_length=10000)),
                ("not_applicable", models.BooleanField(default=False)),
                ("sha256", models.CharField(max_length=64)),
                ("produced_by", models.CharField(max_length=200)),
                ("observed_from", models.DateField(blank=True, null=True)),
                ("observed_until", models.DateField(blank=True, null=True)),
                ("digest_of_version", models.CharField(max_length=64)),
                ("valid_days", models.PositiveSmallIntegerField()),
                ("added_at", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(blank=True, null=True)),
                ("replaced_because", models.CharField(blank=True, max_length=500)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="added_proofs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="authored_proofs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proves",
                        to="evidence.evidenceitem",
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proofs",
                        to="systems.modelversion",
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "-added_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(max_length=10000)),
                ("at", models.DateTimeField()),
                (
                    "author",
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
                        related_name="remarks",
                        to="approvals.release",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
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
        migrations.CreateModel(
            name="Vote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("approve", "Approve"),
                            ("retro", "Retro"),
                            ("recertify", "Recertify"),
                        ],
                        default="approve",
                        max_length=12,
                    ),
                ),
                ("cycle", models.PositiveSmallIntegerField(default=0)),
                (
                    "slot",
                    models.CharField(
                        choices=[
                            ("PO", "PO"),
                            ("VAL", "VAL"),
                            ("DPO", "DPO"),
                            ("BS", "BS"),
                            ("LEG", "LEG"),
                            ("EXEC", "EXEC"),
                        ],
                        max_length=8,
                    ),
                ),
                ("yes", models.BooleanField()),
                ("reason", models.TextField(blank=True, max_length=10000)),
                ("digest", models.CharField(max_length=64)),
                ("evidence_digest", models.CharField(max_length=64)),
                ("rules_version", models.CharField(max_length=64)),
                ("seen", models.JSONField(default=list)),
                ("proof", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("groups_viewed", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("groups_shown", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("at", models.DateTimeField()),
                ("void_at", models.DateTimeField(blank=True, null=True)),
                ("void_because", models.CharField(blank=True, max_length=200)),
                (
                    "acting_for",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="votes_by_others",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="votes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="votes",
                        to="approvals.release",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="freeze",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("begins_at"))), name="freeze_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="freeze",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="freeze_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="materiality",
            constraint=models.CheckConstraint(
                condition=models.Q(("exposure__range", (1, 3)), ("purpose__range", (1, 3))),
                name="materiality_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="materiality",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="materiality_why"
            ),
        ),
        migrations.AddIndex(
            model_name="release",
            index=models.Index(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            State["DRAFT"],
                            State["EVALUATING"],
                            State["IN_REVIEW"],
                            State["SUBMITTED"],
                        ],
                    )
                ),
                fields=["submitted_at"],
                name="release_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="release",
            index=models.Index(fields=["-decided_at"], name="release_decided_on"),
        ),
        migrations.AddIndex(
            model_name="release",
            index=models.Index(
                condition=models.Q(("status__in", [State["ACTIVE"], State["EMERGENCY_ACTIVE"]])),
                fields=["valid_until"],
                name="release_ends",
            ),
        ),
        migrations.AddIndex(
            model_name="release",
            index=models.Index(fields=["digest"], name="release_digest"),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            State["DRAFT"],
                            State["SUBMITTED"],
                            State["EVALUATING"],
                            State["IN_REVIEW"],
                            State["APPROVED"],
                            State["APPROVED_CONDITIONAL"],
                            State["REJECTED"],
                            State["WITHDRAWN"],
                            State["SCHEDULED"],
                            State["ACTIVE"],
                            State["CANARY"],
                            State["SUSPENDED"],
                            State["ROLLED_BACK"],
                            State["SUPERSEDED"],
                            State["EXPIRED"],
                            State["RETIRED"],
                            State["EMERGENCY_ACTIVE"],
                        ],
                    )
                ),
                name="release_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            State["DRAFT"],
                            State["EVALUATING"],
                            State["IN_REVIEW"],
                            State["SUBMITTED"],
                        ],
                    ),
                    ("decided_at__isnull", False),
                    _connector="OR",
                ),
                name="release_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "status__in",
                            [
                                State["APPROVED"],
                                State["APPROVED_CONDITIONAL"],
                                State["SCHEDULED"],
                                State["ACTIVE"],
                                State["CANARY"],
                            ],
                        ),
                        _negated=True,
                    ),
                    models.Q(("valid_until__isnull", False), ("approved_at__isnull", False)),
                    _connector="OR",
                ),
                name="release_approved_before_it_runs",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", State["EMERGENCY_ACTIVE"]), _negated=True),
                    models.Q(
                        ("activated_by__isnull", False),
                        ("emergency_second__isnull", False),
                        ("emergency_until__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="release_emergency_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("emergency_second__isnull", True),
                    models.Q(("emergency_second", models.F("activated_by")), _negated=True),
                    _connector="OR",
                ),
                name="release_emergency_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", State["REJECTED"]), _negated=True),
                    models.Q(("decision_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="release_rejected_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", [State["ACTIVE"], State["EMERGENCY_ACTIVE"]])),
                fields=("system", "environment", "task"),
                name="release_one_runs",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("status__in", [State["REJECTED"], State["RETIRED"], State["WITHDRAWN"]]),
                    _negated=True,
                ),
                fields=("version", "environment", "task"),
                name="release_one_alive",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.UniqueConstraint(
                fields=("version", "environment", "task", "round"), name="release_round_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("severity__range", (1, 3))), name="finding_severity"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at__isnull", True),
                    models.Q(("closed_because", ""), _negated=True),
                    _connector="XOR",
                ),
                name="finding_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("closed_at__isnull", True), models.Q(("key", ""), _negated=True)
                ),
                fields=("system", "kind", "key"),
                name="finding_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="condition",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="condition_said"
            ),
        ),
        migrations.AddConstraint(
            model_name="condition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("met_at__isnull", True), ("met_by__isnull", False), _connector="XOR"
                ),
                name="condition_met",
            ),
        ),
        migrations.AddConstraint(
            model_name="canaryreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("observed_until__gt", models.F("observed_from"))),
                name="canary_report_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="releaseevidence",
            constraint=models.CheckConstraint(
                condition=models.Q(("item__isnull", True), ("statement", ""), _connector="XOR"),
                name="release_evidence_either",
            ),
        ),
        migrations.AddConstraint(
            model_name="releaseevidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("observed_from__isnull", True),
                    ("observed_until__isnull", True),
                    ("observed_until__gte", models.F("observed_from")),
                    _connector="OR",
                ),
                name="release_evidence_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="releaseevidence",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_at__isnull", True)),
                fields=("version", "kind"),
                name="release_evidence_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="remark",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="remark_said"
            ),
        ),
        migrations.AddConstraint(
            model_name="viewing",
            constraint=models.UniqueConstraint(fields=("release", "person"), name="viewing_once"),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.UniqueConstraint(
                condition=models.Q(("void_at__isnull", True)),
                fields=("release", "purpose", "cycle", "person"),
                name="vote_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.UniqueConstraint(
                condition=models.Q(("void_at__isnull", True), ("yes", True)),
                fields=("release", "purpose", "cycle", "slot"),
                name="vote_slot_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("yes", True), models.Q(("reason", ""), _negated=True), _connector="OR"
                ),
                name="vote_no_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("void_at__isnull", True),
                    models.Q(("void_because", ""), _negated=True),
                    _connector="XOR",
                ),
                name="vote_void_why",
            ),
        ),
    ]
