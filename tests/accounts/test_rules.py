"""What each role may do, as a table, without a database."""

import pytest

from governance.accounts.rules import CAPABILITIES, Capability, Role, roles_with

C = Capability
WHO_MAY = {
    C.REGISTER: {Role.COMPLIANCE_OFFICER, Role.AI_OPS_LEAD, Role.SYSTEM_OWNER, Role.ADMINISTRATOR},
    C.EDIT: {Role.COMPLIANCE_OFFICER, Role.AI_OPS_LEAD, Role.ADMINISTRATOR},
    C.EDIT_OWN: {Role.COMPLIANCE_OFFICER, Role.SYSTEM_OWNER},
    C.ANSWER: {Role.COMPLIANCE_OFFICER, Role.AI_OPS_LEAD, Role.SYSTEM_OWNER, Role.ADMINISTRATOR},
    C.IMPORT: {Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR},
    C.AGREE: {Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR},
    C.CLASSIFY: {Role.COMPLIANCE_OFFICER},
    C.ASSIGN: {Role.COMPLIANCE_OFFICER, Role.AI_OPS_LEAD},
    C.SUBMIT: {Role.COMPLIANCE_OFFICER, Role.AI_OPS_LEAD, Role.SYSTEM_OWNER},
    C.APPROVE: {Role.COMPLIANCE_OFFICER, Role.AI_OPS_LEAD},
    C.PACK: {Role.COMPLIANCE_OFFICER, Role.AI_OPS_LEAD},
    C.HAND_OUT: {Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR},
    C.WITHDRAW: {Role.COMPLIANCE_OFFICER},
    C.CONFIGURE: {Role.ADMINISTRATOR},
    C.ERASE: {Role.ADMINISTRATOR},
}


@pytest.mark.parametrize("capability", Capability)
def test_who_may_do_what(capability):
    assert set(roles_with(capability)) == WHO_MAY[capability]


def test_an_auditor_may_do_nothing_but_read():
    assert CAPABILITIES[Role.AUDITOR] == frozenset()


def test_every_role_is_in_the_table():
    assert set(CAPABILITIES) == set(Role)
