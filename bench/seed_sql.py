"""What copied systems get by the thousand, in SQL: facts, signatures, versions, matrices."""

WHOLE = 40  # systems made by actions, from which the others are copied
FIELDS = (
    "system_id, number, tier, tier_enacted, facts, facts_digest, pack_version, result, duty_days, "
    "signed_by_id, reason, signed_at, trace, answers"
)
# What the copied systems have, taken from the whole ones by the remainder of their id.
COPIES = (
    f"""INSERT INTO classification_assessment ({FIELDS})
    SELECT s.id, 1, a.tier, a.tier_enacted, a.facts, a.facts_digest, a.pack_version, a.result,
        a.duty_days, a.signed_by_id, a.reason, a.signed_at, '{{}}'::jsonb,
        a.answers
    FROM systems_aisystem s JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS turn
        FROM classification_assessment WHERE id <= %(kept)s) a ON a.turn = s.id %% {WHOLE}
    WHERE s.id > %(after)s AND s.id * 7 %% 10 < 4""",  # noqa: S608
    """INSERT INTO classification_factsheet (system_id, facts, row_version, changed_at,
        changed_by_id)
    SELECT system_id, facts, 1, signed_at, signed_by_id FROM classification_assessment
    WHERE system_id > %(after)s""",
    """INSERT INTO systems_modelversion (system_id, label, provider, model_id, region,
        prompt_sha256, notes, bundle, texts, training_data_ref, digest, frozen_at, row_version,
        created_at)
    SELECT id, '1.0.0', 'openai', 'gpt-4o-2024-11-20', '', '', '',
        jsonb_build_object('provider', 'openai', 'model_id', 'gpt-4o-2024-11-20', 'code_commit',
            ref), '{}', '', md5(ref) || md5(name), now(), 1, now()
    FROM systems_aisystem WHERE id > %(after)s AND id * 3 %% 10 < 3""",
    """INSERT INTO approvals_release (ref, system_id, version_id, digest, status, reason,
        submitted_by_id, submitted_at, decided_by_id, decided_at, approved_at, valid_until,
        activated_at, activated_by_id, environment, task, round, gap_addressed, declared,
        change_class, class_suggested, class_reasons, risk_tier, evidence_digest, rules_version,
        decision_reason, canary_rule, cycle, changed_at, row_version)
    SELECT 'UPD-B' || v.id, v.system_id, v.id, v.digest, 'active', 'First use.', %(officer)s, now(),
        %(lead)s, now(), now(), now() + interval '182 days', now(), %(lead)s, 'prod', '', 1, '',
        '{}', 'C', 'C', '[]', 'high', '', '', '', '{}', 0, now(), 1
    FROM systems_modelversion v WHERE v.system_id > %(after)s AND v.id %% 2 = 0""",
    """INSERT INTO raci_matrix (system_id, version, status, activities, created_at, activated_at,
        activated_by_id, submitted_at, submitted_by_id, origin, overridden, returned_reason,
        row_version, scheme)
    SELECT id, 1, 'active', '{}', now(), now(), %(lead)s, now(), %(officer)s, 'reviewed', '{}',
        '', 1, 'RACI' FROM systems_aisystem
    WHERE id > %(after)s AND id * 9 %% 10 = 1""",
    """INSERT INTO systems_aisystem_agreements (aisystem_id, agreement_id)
    SELECT s.id, min(a.id) FROM systems_aisystem s
    JOIN vendors_agreement a ON a.vendor_id = s.vendor_id
    WHERE s.id > %(after)s AND s.id %% 10 < 7 GROUP BY s.id""",
)
