"""What goes in and out of the API of releases."""

from typing import Any

from rest_framework import serializers

from governance.accounts.models import User
from governance.approvals.lifecycle import ChangeClass, Environment, Event
from governance.approvals.models import Release, Vote, Waiver
from governance.approvals.situations import END_CHECKLIST
from governance.rest.fields import StrictBody, VisibleField
from inventory.systems.models import ModelVersion
from inventory.systems.serializers import PersonField

DIGEST = "^[0-9a-f]{64}$"
MOVED_BY_PEOPLE = [
    *(Event.SUBMIT, Event.WITHDRAW, Event.REOPEN, Event.APPROVE, Event.REJECT),
    *(Event.RETRO_APPROVE, Event.RETRO_REJECT, Event.RECERTIFY, Event.SCHEDULE),
    *(Event.ACTIVATE, Event.START_CANARY, Event.PROMOTE, Event.SUSPEND, Event.RESUME),
    *(Event.ROLLBACK, Event.EMERGENCY_ACTIVATE, Event.RETIRE),
    *("second", "set_class", "remark"),
]


class VoteSerializer(serializers.ModelSerializer):
    person = PersonField(read_only=True)
    acting_for = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = Vote
        fields = [
            *("purpose", "slot", "person", "acting_for", "yes", "reason", "digest"),
            *("evidence_digest", "rules_version", "at", "void_at", "void_because"),
        ]


class ReleaseSerializer(serializers.ModelSerializer):
    system = serializers.CharField(source="system.ref", read_only=True)
    state = serializers.CharField(source="status", read_only=True)
    number = serializers.CharField(read_only=True)
    submitted_by = PersonField(read_only=True)
    decided_by = PersonField(read_only=True, allow_null=True)
    assigned_to = PersonField(read_only=True, allow_null=True)
    votes = VoteSerializer(many=True, read_only=True)

    class Meta:
        model = Release
        fields = [
            *("ref", "system", "version", "number", "environment", "task", "digest", "state"),
            *("change_class", "class_suggested", "risk_tier", "reason", "gap_addressed"),
            *("submitted_by", "submitted_at", "assigned_to", "decision_reason", "decided_by"),
            *("decided_at", "approved_at", "valid_until", "activated_at", "window_from"),
            *("window_until", "emergency_until", "evidence_digest", "rules_version", "votes"),
            "row_version",
        ]


class WaiverSerializer(serializers.ModelSerializer):
    granted_by = PersonField(read_only=True)

    class Meta:
        model = Waiver
        fields = ["id", "version", "digest", "reason", "granted_by", "granted_at", "ends_on"]


class VersionField(VisibleField):
    """A version of a system the caller sees, by id."""

    def __init__(self, **options: Any) -> None:
        super().__init__(ModelVersion.objects.visible_to, **options)


class ColleagueField(VisibleField):
    """A person who can be named, by id."""

    def __init__(self, **options: Any) -> None:
        super().__init__(lambda user: User.objects.filter(is_active=True), **options)


class DeclaredInput(StrictBody):
    """Facts of a change that no diff shows."""

    intended_purpose_changed = serializers.BooleanField(default=False)
    personal_data_changed = serializers.BooleanField(default=False)
    new_task_function = serializers.BooleanField(default=False)
    new_user_group = serializers.BooleanField(default=False)
    autonomy_increased = serializers.BooleanField(default=False)
    special_category_or_phi_added = serializers.BooleanField(default=False)
    behaviour_goal = serializers.BooleanField(default=False)
    retrained = serializers.BooleanField(default=False)
    section_2_affected = serializers.BooleanField(default=False)
    in_predetermined_plan = serializers.BooleanField(default=False)


class ProposalInput(StrictBody):
    """A proposal; `seen` is the digest of the version that was read."""

    version = VersionField()
    reason = serializers.CharField(max_length=10_000)
    environment = serializers.ChoiceField(list(Environment), required=False)
    task = serializers.SlugField(max_length=60, required=False)
    change_class = serializers.ChoiceField(list(ChangeClass), required=False)
    gap_addressed = serializers.CharField(max_length=200, required=False)
    declared = DeclaredInput(required=False)
    seen = serializers.RegexField(DIGEST, required=False)
    draft = serializers.BooleanField(default=False)


class ConditionInput(StrictBody):
    """A condition of an approval."""

    text = serializers.CharField(max_length=2_000)
    owner = ColleagueField()
    due_on = serializers.DateField()
    blocking = serializers.BooleanField(default=True)


class MetricLimit(StrictBody):
    name = serializers.CharField(max_length=60)
    comparator = serializers.ChoiceField([">=", ">", "<=", "<"])
    value = serializers.RegexField(r"^-?[0-9]{1,12}(\.[0-9]{1,12})?$")


class CanaryRule(StrictBody):
    """What a canary has to show."""

    tasks = serializers.IntegerField(min_value=0, max_value=10_000_000, default=0)
    hours = serializers.IntegerField(min_value=0, max_value=8_760, default=0)
    metrics = MetricLimit(many=True, required=False)


class TransitionInput(StrictBody):
    """An event, with what it needs; `seen` is the seal and `row` the row version that was read."""

    event = serializers.ChoiceField(MOVED_BY_PEOPLE)
    reason = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    seen = serializers.RegexField(DIGEST, required=False)
    row = serializers.IntegerField(min_value=1, max_value=2_147_483_647, required=False)
    conditions = ConditionInput(many=True, required=False)
    window_from = serializers.DateTimeField(required=False)
    window_until = serializers.DateTimeField(required=False)
    rule = CanaryRule(required=False)
    hours = serializers.IntegerField(min_value=1, max_value=72, required=False)
    done = serializers.ListField(
        child=serializers.ChoiceField(list(END_CHECKLIST)), required=False, max_length=4
    )
    to = serializers.ChoiceField(list(ChangeClass), required=False)
    text = serializers.CharField(max_length=10_000, required=False)


class OneDecisionInput(StrictBody):
    """A yes or no to one release; `seen` is its seal as it was read."""

    release = VisibleField(Release.objects.all().visible_to, slug_field="ref")
    event = serializers.ChoiceField(["approve", "reject"])
    reason = serializers.CharField(max_length=10_000, required=False, default="", allow_blank=True)
    seen = serializers.RegexField(DIGEST)
    row = serializers.IntegerField(min_value=1, max_value=2_147_483_647, required=False)


class DecisionsInput(StrictBody):
    """Decisions that are all made, or none."""

    decisions = OneDecisionInput(many=True, allow_empty=False, max_length=50)  # type: ignore[call-arg]


class WaiverInput(StrictBody):
    version = VersionField()
    reason = serializers.CharField(max_length=10_000)
    ends_on = serializers.DateField()
    seen = serializers.RegexField(DIGEST, required=False)
