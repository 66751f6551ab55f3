"""The site's map: every include, one API router."""

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

from governance.accounts.stepup_views import confirm
from governance.approvals.api import ReleaseViewSet, WaiverViewSet
from governance.approvals.api_more import (
    ConditionViewSet,
    FindingViewSet,
    FreezeViewSet,
    MaterialityViewSet,
    ProofViewSet,
)
from governance.audit_packs.api import PackViewSet
from governance.audit_packs.api_sharing import (
    PackEndViewSet,
    PackQuestionViewSet,
    PackRecipientViewSet,
)
from governance.calendars.api import WorkingHoursViewSet
from governance.classification.api import AssessmentViewSet
from governance.classification.preview_api import PreviewChangeViewSet, PreviewViewSet
from governance.crosswalk.api import FrameworkViewSet
from governance.crosswalk.api_statements import SetAsideViewSet, StatementViewSet
from governance.documents.api import DocumentViewSet, SignedDocumentViewSet
from governance.documents.entry_api import DocumentEntryViewSet
from governance.escalation.api import EscalationViewSet
from governance.escalation.policy_api import EscalationPolicyViewSet
from governance.evaluations.api import CaseResultViewSet, RunViewSet, SuiteViewSet
from governance.evidence.api import EvidenceViewSet
from governance.health.views import healthz, readyz
from governance.incidents.api import IncidentViewSet
from governance.notices.api import WebhookDeliveryViewSet, WebhookEndpointViewSet
from governance.obligations.api import ObligationViewSet
from governance.overview.api import EntryViewSet
from governance.overview.ledger_api import (
    CheckpointView,
    ConsistencyView,
    EntryProofView,
    TileView,
)
from governance.pipelines.api import DeployableViewSet
from governance.pipelines.mlflow_api import MlflowLinkViewSet, MlflowSourceViewSet
from governance.pipelines.report_api import (
    BreachViewSet,
    MetricPointViewSet,
    ObservationViewSet,
    RollbackRuleViewSet,
)
from governance.rest.api import UnitViewSet
from governance.rest.views import NoSuchResource, reading
from inventory.systems.api import SystemViewSet
from inventory.systems.pin_api import PinPatternViewSet
from inventory.systems.version_api import VersionViewSet
from inventory.vendors.api import AgreementViewSet, VendorViewSet
from raci.matrices.api import MatrixViewSet
from raci.matrices.leaver_api import LeaverViewSet
from raci.matrices.signing_api import SigningViewSet
from raci.matrices.system_api import AnsweringViewSet
from raci.oncall.api import ScheduleViewSet
from raci.operations.api import FunctionViewSet
from raci.people.api import AbsenceViewSet, AuthorityViewSet, DelegationViewSet, HolderViewSet

router = SimpleRouter()
router.register("units", UnitViewSet, "units")
router.register("vendors", VendorViewSet, "vendors")
router.register("agreements", AgreementViewSet, "agreements")
router.register("systems", SystemViewSet, "systems")
router.register("model-versions", VersionViewSet, "model-versions")
router.register("pin-patterns", PinPatternViewSet, "pin-patterns")
router.register("classifications", SigningViewSet, "classifications")
router.register("assessments", AssessmentViewSet, "assessments")
router.register("evidence", EvidenceViewSet, "evidence")
router.register("rulepack-previews", PreviewViewSet, "rulepack-previews")
router.register("rulepack-preview-changes", PreviewChangeViewSet, "rulepack-preview-changes")
router.register("obligations", ObligationViewSet, "obligations")
router.register("documents", DocumentViewSet, "documents")
router.register("document-entries", DocumentEntryViewSet, "document-entries")
router.register("signed-documents", SignedDocumentViewSet, "signed-documents")
router.register("systems", AnsweringViewSet, "answering")
router.register("matrices", MatrixViewSet, "matrices")
router.register("leavers", LeaverViewSet, "leavers")
router.register("working-hours", WorkingHoursViewSet, "working-hours")
router.register("on-call-schedules", ScheduleViewSet, "on-call-schedules")
router.register("ai-ops-functions", FunctionViewSet, "ai-ops-functions")
router.register("role-holders", HolderViewSet, "role-holders")
router.register("authorities", AuthorityViewSet, "authorities")
router.register("absences", AbsenceViewSet, "absences")
router.register("delegations", DelegationViewSet, "delegations")
router.register("incidents", IncidentViewSet, "incidents")
router.register("escalations", EscalationViewSet, "escalations")
router.register("escalation-policies", EscalationPolicyViewSet, "escalation-policies")
router.register("releases", ReleaseViewSet, "releases")
router.register("release-evidence", ProofViewSet, "release-evidence")
router.register("release-conditions", ConditionViewSet, "release-conditions")
router.register("findings", FindingViewSet, "findings")
router.register("freezes", FreezeViewSet, "freezes")
router.register("materialities", MaterialityViewSet, "materialities")
router.register("evaluation-suites", SuiteViewSet, "evaluation-suites")
router.register("evaluation-runs", RunViewSet, "evaluation-runs")
router.register("evaluation-results", CaseResultViewSet, "evaluation-results")
router.register("waivers", WaiverViewSet, "waivers")
router.register("observations", ObservationViewSet, "observations")
router.register("metric-points", MetricPointViewSet, "metric-points")
router.register("rollback-rules", RollbackRuleViewSet, "rollback-rules")
router.register("rollback-breaches", BreachViewSet, "rollback-breaches")
router.register("mlflow-sources", MlflowSourceViewSet, "mlflow-sources")
router.register("mlflow-links", MlflowLinkViewSet, "mlflow-links")
router.register("frameworks", FrameworkViewSet, "frameworks")
router.register("control-statements", StatementViewSet, "control-statements")
router.register("controls-set-aside", SetAsideViewSet, "controls-set-aside")
router.register("packs", PackViewSet, "packs")
router.register("packs", PackEndViewSet, "pack-ends")
router.register("pack-recipients", PackRecipientViewSet, "pack-recipients")
router.register("pack-questions", PackQuestionViewSet, "pack-questions")
router.register("webhook-endpoints", WebhookEndpointViewSet, "webhook-endpoints")
router.register("webhook-deliveries", WebhookDeliveryViewSet, "webhook-deliveries")
router.register("ledger-entries", EntryViewSet, "ledger-entries")

# Without a slash at its end: pipelines follow no redirect.
gate = path(
    "model-versions/<str:digest>/deployable",
    DeployableViewSet.as_view({"get": "retrieve"}),
    name="deployable",
)

# The addresses of C2SP tlog-tiles below one prefix.
tree = [
    path("ledger/checkpoint", CheckpointView.as_view(), name="checkpoint"),
    path("ledger/tile/<int:level>/<path:place>", TileView.as_view(), name="tile"),
    path("ledger/entries/<int:number>/proof", EntryProofView.as_view(), name="entry-proof"),
    path("ledger/consistency", ConsistencyView.as_view(), name="consistency"),
]

# allauth's own page lets people take another address, unrecorded; administrators change it.
own_address = login_required(RedirectView.as_view(pattern_name="accounts:profile"))
# Its page that asks for the password again leaves a proof that nothing here reads.
own_confirm = login_required(RedirectView.as_view(pattern_name="account_confirm"))

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("accounts/email/", own_address, name="account_email"),
    path("accounts/reauthenticate/", own_confirm, name="account_reauthenticate"),
    path("accounts/", include("allauth.account.urls")),
    path("account/confirm/", confirm, name="account_confirm"),
    path("api/v1/", include(([gate, *tree, *router.urls], "api"))),
    path("api/v1/openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("api/v1/docs/", reading, name="api_docs"),
    re_path(r"^api/", NoSuchResource.as_view(), name="api_nothing"),
    path("settings/working-hours/", include("governance.calendars.urls")),
    path("settings/model-ids/", include("inventory.systems.pin_urls")),
    path("settings/", include("governance.retention.urls")),
    path("settings/tokens/", include("governance.rest.urls")),
    path("", include("raci.matrices.signing_urls")),  # says what a signature broke
    path("", include("governance.classification.urls")),
    path("", include("governance.documents.urls")),
    path("", include("governance.evidence.urls")),
    path("", include("governance.evaluations.urls")),
    path("imports/", include("inventory.imports.urls")),
    path("packs/", include("governance.audit_packs.urls")),
    path("", include("governance.crosswalk.urls")),
    path("", include("governance.notices.urls")),
    path("settings/", include("governance.accounts.urls")),
    path("systems/", include("inventory.systems.urls")),
    path("", include("inventory.vendors.urls")),
    path("", include("raci.oncall.urls")),
    path("", include("raci.operations.urls")),
    path("", include("raci.matrices.urls")),
    path("", include("governance.obligations.urls")),
    path("", include("governance.incidents.urls")),
    path("", include("governance.escalation.urls")),
    path("", include("governance.pipelines.urls")),
    path("", include("governance.approvals.urls")),
    path("", include("governance.checkpoints.urls")),
    path("", include("governance.overview.urls")),
]
