"""Who may register, and what a registration makes."""

import pytest

from fintrack.access.invitations import accept_invitation, invite_member
from fintrack.access.memberships import members
from fintrack.access.sessions import check_credentials, end_session, session_of_handle
from fintrack.access.tenants import my_tenants, tenant_settings
from fintrack.context import Role, TenantContext
from fintrack.errors import NotFound, NotSignedIn
from tests.conftest import PASSWORD, join


def test_a_registration_makes_a_tenant_with_its_owner(ana: TenantContext) -> None:
    assert members(ana)[["name", "role"]].to_numpy().tolist() == [["Ana", "OWNER"]]


def test_ben_is_a_viewer_of_the_family_and_owner_of_his_own(ben: TenantContext) -> None:
    roles = {tenant.name: tenant.role for tenant in my_tenants(ben.session)}
    assert roles == {"Rivera family": Role.VIEWER, "Ben's own": Role.OWNER}


def test_the_right_password_signs_in(ana: TenantContext) -> None:
    assert check_credentials("ANA@example.org ", PASSWORD, "127.0.0.1") == ana.user_id


def test_a_wrong_password_does_not_sign_in(ana: TenantContext) -> None:
    with pytest.raises(NotSignedIn):
        check_credentials(ana.session.email, "another password", "127.0.0.1")


def test_an_ended_session_is_out_at_the_next_transaction(ana: TenantContext) -> None:
    end_session(ana.session, ana.session.id)
    assert session_of_handle(ana.session.handle) is None
    with pytest.raises(NotSignedIn):
        tenant_settings(ana)
