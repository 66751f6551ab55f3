"""What runs by the clock. Each is a sweep: a run that is lost or doubled changes nothing."""

# name: (task, every so many seconds, gone from the queue after so many)
SWEEPS: dict[str, tuple[str, float, int]] = {
    "sweep-imports": ("inventory.imports.tasks.sweep_imports", 10.0, 30),
    "sweep-duties": ("governance.obligations.tasks.sweep_duties", 5.0, 5),
    "sweep-releases": ("governance.approvals.tasks.sweep_releases", 60.0, 60),
    "sweep-reviews": ("governance.approvals.tasks.sweep_reviews", 60.0, 60),
    "sweep-notices": ("governance.notices.tasks.sweep_notices", 5.0, 5),
    "sweep-webhooks": ("governance.notices.tasks.sweep_webhooks", 5.0, 5),
    "forget-deliveries": ("governance.notices.tasks.forget_deliveries", 3600.0, 3600),
    "heartbeat": ("governance.health.tasks.heartbeat", 10.0, 60),
    "sequence-pending": ("governance.ledger.tasks.sequence_pending", 2.0, 10),
    "sweep-checkpoints": ("governance.checkpoints.tasks.sweep_checkpoints", 60.0, 60),
    "deliver-checkpoints": ("governance.checkpoints.tasks.deliver_checkpoints", 10.0, 10),
    "look-outside": ("governance.checkpoints.tasks.look_outside", 60.0, 60),
    "forget-answers": ("governance.rest.tasks.forget_answers", 3600.0, 3600),
    "sweep-previews": ("governance.classification.tasks.sweep_previews", 20.0, 20),
    "sweep-triage": ("governance.classification.tasks.sweep_triage", 60.0, 60),
    "sweep-items": ("governance.escalation.tasks.sweep_items", 5.0, 5),
    "watch-sweeps": ("governance.escalation.tasks.watch_sweeps", 60.0, 60),
    "sweep-rules": ("governance.pipelines.tasks.sweep_rules", 15.0, 15),
    "sweep-mlflow": ("governance.pipelines.tasks.sweep_mlflow", 30.0, 30),
    "forget-metrics": ("governance.pipelines.tasks.forget_metrics", 3600.0, 3600),
    "note-erasures": ("governance.retention.tasks.note_erasures", 60.0, 60),
    "sweep-packs": ("governance.audit_packs.tasks.sweep_packs", 20.0, 20),
    "sweep-questions": ("governance.audit_packs.tasks.sweep_questions", 600.0, 600),
    "sweep-stamps": ("governance.audit_packs.tasks.sweep_stamps", 30.0, 30),
    "reconcile-items": ("governance.escalation.tasks.reconcile_items", 300.0, 300),
    "reconcile-urgent": ("governance.escalation.tasks.reconcile_urgent", 30.0, 30),
}

SCHEDULE: dict[str, dict[str, object]] = {
    name: {"task": task, "schedule": every, "options": {"expires": expires}}
    for name, (task, every, expires) in SWEEPS.items()
}
