"""Every page of the product, one line each, with the roles that open it.

A path may name things of the world (tests/browser/world.py): "/systems/{system}/".
"""

from dataclasses import dataclass

from governance.accounts.rules import Role

EVERYBODY = tuple(Role)


@dataclass(frozen=True)
class Visit:
    """A page, who opens it, and the status it answers with."""

    path: str
    roles: tuple[Role, ...] = (Role.COMPLIANCE_OFFICER,)
    status: int = 200


NOBODY_SIGNED_IN = [
    Visit("/accounts/login/", ()),
    Visit("/accounts/password/reset/", ()),
    Visit("/accounts/password/reset/done/", ()),
    Visit("/no/such/page/", (), 404),
]
VISITS = [
    Visit("/", EVERYBODY),
    Visit("/find/?q=claims", (Role.COMPLIANCE_OFFICER, Role.AUDITOR)),
    Visit("/kit/"),
    Visit("/settings/", EVERYBODY),
    Visit("/accounts/password/change/"),
    Visit("/classification/", (Role.COMPLIANCE_OFFICER, Role.AUDITOR)),
    Visit("/classification/?show=changed"),
    Visit("/systems/{system}/classify/", EVERYBODY),
    Visit("/systems/{system}/classify/transparency/", (Role.SYSTEM_OWNER,)),
    Visit("/systems/{system}/classify/services/"),
    Visit("/systems/{unanswered}/classify/"),
    Visit("/systems/{system}/classifications/1/", (Role.COMPLIANCE_OFFICER, Role.AUDITOR)),
    Visit("/raci/", (Role.COMPLIANCE_OFFICER, Role.AUDITOR)),
    Visit("/raci/?show=without"),
    Visit("/raci/default/", (Role.COMPLIANCE_OFFICER, Role.AUDITOR)),
    Visit("/raci/{default}/"),
    Visit("/systems/{system}/raci/", (Role.COMPLIANCE_OFFICER, Role.SYSTEM_OWNER)),
    Visit("/systems/{unanswered}/raci/"),
    Visit("/updates/", (Role.AI_OPS_LEAD, Role.AUDITOR)),
    Visit("/updates/?show=decided"),
    Visit("/updates/{waiting}/", (Role.COMPLIANCE_OFFICER, Role.SYSTEM_OWNER)),
    Visit("/updates/{decided}/"),
    Visit("/updates/waive/{floating}/"),
    Visit("/updates/propose/{floating}/", (Role.SYSTEM_OWNER,)),
    Visit("/systems/{system}/updates/", (Role.COMPLIANCE_OFFICER, Role.AUDITOR)),
    Visit("/imports/", (Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR)),
    Visit("/imports/new/"),
    Visit("/imports/{import_chosen}/columns/"),
    Visit("/imports/{import_chosen}/"),
    Visit("/imports/{import_done}/", (Role.COMPLIANCE_OFFICER, Role.AUDITOR)),
    Visit("/no/such/page/", status=404),
]
