"""Before what cannot be taken back, the user shows again that it is he."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from fintrack.access.factors import renew_recovery_codes, turn_off_factor, turn_on_factor
from fintrack.access.sessions import confirm_session, require_confirmation
from fintrack.context import TenantContext
from fintrack.db import sign_in_transaction
from fintrack.errors import ConfirmationNeeded, FinTrackError, InvalidInput
from fintrack.security_schema import SessionRow
from tests.access.phone import SEED, Phone
from tests.conftest import PASSWORD, sign_in


def test_every_change_of_the_factor_is_confirmed_first(
    ana: TenantContext, recovery: tuple[str, ...], phone: Phone
) -> None:
    other = sign_in(ana.user_id)
    for change in (
        lambda: turn_on_factor(other, SEED, phone.code()),
        lambda: turn_off_factor(other),
        lambda: renew_recovery_codes(other),
    ):
        with pytest.raises(ConfirmationNeeded):
            change()


def test_a_confirmation_wants_the_code_as_well(
    ana: TenantContext, recovery: tuple[str, ...], phone: Phone
) -> None:
    other = sign_in(ana.user_id)
    for code in ("", "123456"):
        with pytest.raises(InvalidInput, match="code"):
            confirm_session(other, PASSWORD, code)
    with pytest.raises(InvalidInput, match="password"):
        confirm_session(other, "not it", phone.code())
    confirm_session(other, PASSWORD, phone.code())
    require_confirmation(other, "why")


def test_a_confirmation_lasts_ten_minutes(ana: TenantContext) -> None:
    confirm_session(ana.session, PASSWORD)
    require_confirmation(ana.session, "why")
    with sign_in_transaction() as db:
        earlier = SessionRow.confirmed_at - timedelta(minutes=10)
        db.execute(update(SessionRow).values(confirmed_at=earlier))
    with pytest.raises(ConfirmationNeeded, match="why"):
        require_confirmation(ana.session, "why")


def test_a_confirmation_is_of_one_session(ana: TenantContext) -> None:
    other = sign_in(ana.user_id)
    confirm_session(ana.session, PASSWORD)
    with pytest.raises(ConfirmationNeeded):
        require_confirmation(other, "why")


def test_failed_confirmations_of_one_user_hold_up_nobody_else(
    ana: TenantContext, cleo: TenantContext
) -> None:
    for number in range(70):
        stranger = replace(ana.session, email=f"{number}@example.org")
        with pytest.raises(FinTrackError):
            confirm_session(stranger, "not it")
    confirm_session(cleo.session, PASSWORD)
