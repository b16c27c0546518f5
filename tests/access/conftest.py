"""Ana's phone, and the recovery codes that she wrote down."""

import pytest

from fintrack.access.factors import turn_on_factor
from fintrack.access.sessions import confirm_session
from fintrack.context import TenantContext
from tests.access.phone import SEED, Phone
from tests.conftest import PASSWORD


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Phone:
    """Ana's phone."""
    return Phone(monkeypatch)


@pytest.fixture
def recovery(ana: TenantContext, phone: Phone) -> tuple[str, ...]:
    """Ana's recovery codes; her second factor is turned on, and half a minute has gone by."""
    confirm_session(ana.session, PASSWORD)
    written_down = turn_on_factor(ana.session, SEED, phone.code())
    phone.wait()
    return written_down
