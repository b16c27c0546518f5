"""Operators: they act for a named user, briefly and on record."""

import pytest

from fintrack.access.sessions import session_of_handle, sessions
from fintrack.access.tenants import my_tenants
from fintrack.context import TenantContext
from fintrack.errors import NotFound
from fintrack.operations.operators import acting_for


def test_an_operator_acts_for_a_named_user(ana: TenantContext) -> None:
    with acting_for(" ANA@example.org ", "a test") as session:
        assert my_tenants(session)[0].tenant_id == ana.tenant_id


def test_an_operator_s_session_ends_with_its_work(ana: TenantContext) -> None:
    with acting_for("ana@example.org", "a test") as session:
        handle = session.handle
    assert session_of_handle(handle) is None


def test_an_operator_s_session_ends_when_the_work_fails(ana: TenantContext) -> None:
    acting = acting_for("ana@example.org", "a test")
    handle = acting.__enter__().handle
    acting.__exit__(ZeroDivisionError, ZeroDivisionError(), None)
    assert session_of_handle(handle) is None


def test_an_operator_s_session_is_none_of_the_user_s_browsers(ana: TenantContext) -> None:
    with acting_for("ana@example.org", "a test"):
        assert [each.is_current for each in sessions(ana.session)] == [True]


def test_nobody_can_be_acted_for_without_an_account(ana: TenantContext) -> None:
    with pytest.raises(NotFound), acting_for("nobody@example.org", "a test"):
        pass
