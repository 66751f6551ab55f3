"""Every page of the product, one line each, with the roles that open it.

A path may name things of the world (tests/browser/world.py): "/systems/{system}/".
"""

from dataclasses import dataclass

from governance.accounts.rules import Role

EVERYBODY = tuple(Role)
OFFICER, LEAD, OWNER = Role.COMPLIANCE_OFFICER, Role.AI_OPS_LEAD, Role.SYSTEM_OWNER
AUDITOR, ADMIN = Role.AUDITOR, Role.ADMINISTRATOR


@dataclass(frozen=True)
class Visit:
    """A page, who opens it, and the status it answers with."""

    path: str
    roles: tuple[Role, ...] = (OFFICER,)
    status: int = 200


NOBODY_SIGNED_IN = [
    Visit("/accounts/login/", ()),
    Visit("/accounts/password/reset/", ()),
    Visit("/accounts/password/reset/done/", ()),
    Visit("/no/such/page/", (), 404),
    Visit("/{ack}/", ()),
    Visit("/acknowledge/cut-off/", (), 404),
    Visit("/verify-address/cut-off/", (), 404),
]
VISITS = [
    # Today, search, kit, errors
    Visit("/", EVERYBODY),
    Visit("/find/?q=claims", (OFFICER, AUDITOR)),
    Visit("/kit/"),
    Visit("/no/such/page/", status=404),
    Visit("/settings/people/", (OFFICER,), 403),
    # AI systems
    Visit("/systems/", (OFFICER, AUDITOR)),
    Visit("/systems/?tier=high&gaps=1"),
    Visit("/systems/?q=nothing+like+this"),
    Visit("/systems/filter/"),
    Visit("/systems/new/", (OFFICER, OWNER)),
    Visit("/systems/{system}/", (OFFICER, LEAD, AUDITOR)),
    Visit("/systems/{unanswered}/"),
    Visit("/systems/{system}/edit/"),
    Visit("/systems/{system}/retire/"),
    Visit("/systems/{system}/share/"),
    Visit("/systems/{system}/agreements/"),
    Visit("/systems/{system}/versions/new/"),
    Visit("/systems/{system}/evidence/", (OFFICER, AUDITOR)),
    Visit("/systems/{unanswered}/evidence/"),
    Visit("/evidence/{evidence}/withdraw/"),
    # Evaluations
    Visit("/systems/{system}/evaluations/", (OFFICER, AUDITOR)),
    Visit("/systems/{unanswered}/evaluations/"),
    Visit("/systems/{system}/evaluations/new/", (OWNER,)),
    Visit("/systems/{system}/evaluations/new-suite/", (OWNER,)),
    Visit("/systems/{system}/evaluations/suites/regression/", (OFFICER, AUDITOR)),
    Visit("/systems/{system}/evaluations/suites/regression/revise/", (OWNER,)),
    Visit("/evaluations/{ran}/", (OFFICER, AUDITOR)),
    Visit("/evaluations/{ran}/?show=all&slice=language%3Dfr"),
    Visit("/evaluations/{ran}/withdraw/", (OWNER,)),
    # Classification
    Visit("/classification/", (OFFICER, AUDITOR)),
    Visit("/classification/?show=changed"),
    Visit("/classification/first/", (OFFICER, AUDITOR)),
    Visit("/classification/law/?rule=annex3.5.b", (OFFICER, OWNER, AUDITOR)),
    Visit("/classification/law/?part=fines"),
    Visit("/systems/{system}/classify/", EVERYBODY),
    Visit("/systems/{system}/classify/content/", (OWNER,)),
    Visit("/systems/{system}/classify/tr.ai_obvious/"),
    Visit("/systems/{system}/classify/prod.legislation/"),
    Visit("/systems/{unanswered}/classify/"),
    Visit("/systems/{unanswered}/classify/next/"),
    Visit("/systems/{unanswered}/classify/market/"),
    Visit("/systems/{system}/classifications/1/", (OFFICER, AUDITOR)),
    Visit("/systems/{system}/classify/trace/", (OFFICER, AUDITOR)),
    Visit("/systems/{unanswered}/classify/trace/"),
    Visit("/systems/{system}/classifications/1/trace/", (OFFICER, AUDITOR)),
    # Obligations
    Visit("/obligations/", (OFFICER, OWNER, AUDITOR)),
    Visit("/obligations/?view=timeline"),
    Visit("/obligations/?state=met&accountable=me"),
    Visit("/obligations/{duty}/", (OFFICER, AUDITOR)),
    Visit("/obligations/{duty}/attach/"),
    Visit("/obligations/{duty}/propose/"),
    Visit("/obligations/{duty}/detach/"),
    Visit("/obligations/{duty}/meet/"),
    Visit("/systems/{system}/classifications/", (OFFICER, AUDITOR)),
    Visit("/systems/{system}/classifications/compare/?a=1&b=now", (OFFICER, AUDITOR)),
    Visit("/classification/preview/"),
    Visit("/classification/preview/{preview}/"),
    Visit("/classification/preview/{preview}/?kind=tier"),
    # Documents
    Visit("/systems/{system}/documents/", (OFFICER, AUDITOR)),
    Visit("/systems/{unanswered}/documents/"),
    Visit("/systems/{system}/documents/fria/"),
    Visit("/systems/{system}/documents/annex-iv/", (OWNER,)),
    Visit("/systems/{exempt}/documents/not-high-risk/", (OFFICER, AUDITOR)),
    Visit("/systems/{exempt}/documents/annex-viii-b/?text=enacted"),
    Visit("/systems/{exempt}/documents/annex-viii-b/items/1.address/", (OWNER,)),
    Visit("/systems/{exempt}/documents/signed/1/", (OFFICER, AUDITOR)),
    # RACI
    Visit("/raci/", (OFFICER, AUDITOR)),
    Visit("/raci/?show=without"),
    Visit("/raci/now/", (OFFICER, AUDITOR)),
    Visit("/raci/now/?system={system}&activity=CHG-01"),
    Visit("/raci/now/?system=none", status=422),
    Visit("/cover/", (OFFICER, OWNER, AUDITOR)),
    Visit("/cover/people/{person}/", (OFFICER, AUDITOR)),
    Visit("/cover/absences/new/", (OWNER,)),
    Visit("/cover/delegations/new/"),
    Visit("/cover/deputies/new/"),
    Visit("/raci/default/", (OFFICER, AUDITOR)),
    Visit("/raci/{default}/"),
    Visit("/raci/{matrix}/rows/CHG-01/", (OFFICER, AUDITOR)),
    Visit("/raci/{matrix}/copy/?from={default}"),
    Visit("/raci/{matrix}/paste/"),
    Visit("/systems/{system}/raci/", (OFFICER, OWNER)),
    Visit("/systems/{unanswered}/raci/"),
    # On call
    Visit("/raci/on-call/", (OFFICER, OWNER, AUDITOR)),
    Visit("/raci/on-call/new/"),
    Visit("/raci/operations/", (OFFICER, AUDITOR)),
    Visit("/raci/operations/new/"),
    Visit("/raci/on-call/calendar/", (OWNER,)),
    Visit("/raci/on-call/{rota}/", (OFFICER, LEAD, OWNER, AUDITOR)),
    Visit("/raci/on-call/{rota}/?at=2027-03-28T02:00"),
    Visit("/raci/on-call/{empty_rota}/"),
    Visit("/raci/on-call/{rota}/edit/"),
    Visit("/raci/on-call/{rota}/layers/new/"),
    Visit("/raci/on-call/{rota}/overrides/new/"),
    Visit("/raci/on-call/{rota}/swaps/new/", (OWNER,)),
    Visit("/raci/on-call/{rota}/calendar/"),
    Visit("/raci/on-call/{rota}/import/"),
    # Model updates
    Visit("/updates/", (LEAD, AUDITOR)),
    Visit("/updates/?show=decided"),
    Visit("/updates/{waiting}/", (OFFICER, OWNER)),
    Visit("/updates/{decided}/"),
    Visit("/updates/waive/{floating}/"),
    Visit("/updates/propose/{floating}/", (OWNER,)),
    Visit("/systems/{system}/updates/", (OFFICER, AUDITOR)),
    # Incidents
    Visit("/incidents/", (OFFICER, AUDITOR)),
    Visit("/incidents/?show=ended"),
    Visit("/incidents/{incident}/", (OFFICER, OWNER, AUDITOR)),
    Visit("/incidents/{incident}/correct/"),
    Visit("/incidents/{incident}/steps/initial_report/"),
    Visit("/incidents/{incident}/not-serious/"),
    Visit("/incidents/{incident}/close/"),
    Visit("/systems/{system}/incidents/new/", (OWNER,)),
    # Escalations
    Visit("/?show=team"),
    Visit("/escalations/", (OFFICER, OWNER, AUDITOR)),
    Visit("/escalations/?show=resolved&severity=high"),
    Visit("/escalations/{told}/", (OFFICER, OWNER, AUDITOR)),
    Visit("/escalations/{told}/snooze/"),
    Visit("/escalations/{told}/reassign/"),
    Visit("/settings/escalation/", (OFFICER, ADMIN, AUDITOR)),
    Visit("/settings/escalation/new/"),
    Visit("/settings/escalation/{policy}/", (OFFICER, AUDITOR)),
    Visit("/settings/escalation/{policy}/edit/"),
    # Vendors and agreements
    Visit("/vendors/", (OFFICER, AUDITOR)),
    Visit("/vendors/new/"),
    Visit("/vendors/{vendor}/", (OFFICER, AUDITOR)),
    Visit("/agreements/", (OFFICER, AUDITOR)),
    Visit("/agreements/new/"),
    Visit("/agreements/{agreement}/", (OFFICER, AUDITOR)),
    Visit("/agreements/{agreement}/edit/"),
    Visit("/agreements/{agreement}/end/"),
    # Import
    Visit("/imports/", (OFFICER, ADMIN, AUDITOR)),
    Visit("/imports/new/"),
    Visit("/imports/{import_chosen}/columns/"),
    Visit("/imports/{import_chosen}/"),
    Visit("/imports/{import_done}/", (OFFICER, AUDITOR)),
    # Evidence packs
    Visit("/packs/", (OFFICER, AUDITOR)),
    Visit("/packs/new/"),
    Visit("/packs/{pack}/", (OFFICER, AUDITOR)),
    # Ledger
    Visit("/ledger/", (OFFICER, AUDITOR)),
    Visit("/ledger/3/", (OFFICER, AUDITOR)),
    Visit("/ledger/verify/"),
    # Settings and API
    Visit("/settings/", EVERYBODY),
    Visit("/settings/people/", (ADMIN,)),
    Visit("/settings/people/new/", (ADMIN,)),
    Visit("/settings/people/{person}/", (ADMIN,)),
    Visit("/settings/units/", (ADMIN,)),
    Visit("/settings/units/{unit}/", (ADMIN,)),
    Visit("/settings/tokens/", (LEAD, OWNER)),
    Visit("/settings/working-hours/", (OFFICER, OWNER)),
    Visit("/settings/working-hours/new/"),
    Visit("/settings/working-hours/{hours}/", (OFFICER, OWNER)),
    Visit("/settings/working-hours/{hours}/edit/"),
    Visit("/settings/calendar/", (OWNER, AUDITOR)),
    Visit("/notices/", (OFFICER, AUDITOR)),
    Visit("/notices/?show=all", (OWNER,)),
    Visit("/settings/notices/", (OWNER,)),
    Visit("/settings/addresses/", (OWNER, ADMIN)),
    Visit("/settings/webhooks/", (ADMIN,)),
    Visit("/settings/webhooks/{endpoint}/", (ADMIN,)),
    Visit("/settings/webhooks/{endpoint}/edit/", (ADMIN,)),
    Visit("/accounts/password/change/"),
    Visit("/account/confirm/?next=/updates/", (OFFICER, OWNER)),
    Visit("/api/v1/docs/", (LEAD,)),
]
