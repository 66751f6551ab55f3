"""Releases: what the database refuses."""

from django.db import migrations, models

from governance.approvals.lifecycle import State


class Migration(migrations.Migration):
    dependencies = [("approvals", "0004_releases_tables")]

    operations = [
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
