"""My account: second factor, data and erasure, each after showing that it is me."""

import re
import time
from dataclasses import replace
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from fintrack.access.api_tokens import api_tokens, create_api_token
from fintrack.access.factors import second_factor, turn_on_factor
from fintrack.access.persons import ties
from fintrack.access.sessions import (
    check_credentials,
    confirm_session,
    session_of_handle,
)
from fintrack.access.tenants import enter_tenant
from fintrack.access.totp import Enrolment, code_of, new_enrolment, step_at
from fintrack.context import TenantContext, TenantStatus
from fintrack.errors import CodeNeeded, NotSignedIn
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ui.second_factor import CODES, ENROLMENT
from tests.conftest import PASSWORD, sign_in
from tests.pages.opening import open_page
from tests.pages.test_front_door import errors, fill, press, visit, words

HERE = "10.0.0.1"


def confirm(page: AppTest, password: str = PASSWORD, code: str = "") -> AppTest:
    """Answer the dialog."""
    assert "Confirm" in [button.label for button in page.button], "no dialog asks"
    fill(page, step_up_password=password)
    if code:
        fill(page, step_up_code=code)
    return press(page, "Confirm")


@pytest.fixture
def seed(ana: TenantContext) -> bytes:
    """What Ana's phone holds; her factor was turned on with the code of the last half minute."""
    confirm_session(ana.session, PASSWORD)
    seed = new_enrolment(ana.session.email).seed
    turn_on_factor(ana.session, seed, code_of(seed, step_at(time.time()) - 1))
    return seed


def now(seed: bytes, steps: int = 0) -> str:
    """Return what the app shows."""
    return code_of(seed, step_at(time.time()) + steps)


def test_the_second_factor_is_turned_on_with_a_phone(ana: TenantContext) -> None:
    page = press(open_page(ana, "account"), "Turn on")
    assert "Scan this" not in words(page)
    confirm(page)
    assert "Scan this" in words(page)
    enrolment: Enrolment = page.session_state[ENROLMENT]
    assert enrolment.words in [code.value for code in page.code]
    fill(page, enrolment_code=now(enrolment.seed))
    assert errors(press(page, "Turn on")) == []
    shown = page.code[0].value.split("\n")
    assert len(shown) == 10
    press(page, "I wrote them down")
    assert "Recovery codes left: 10." in words(page)
    assert shown[0] not in "".join(code.value for code in page.code)
    with pytest.raises(CodeNeeded):
        check_credentials(ana.session.email, PASSWORD, HERE)
    assert check_credentials(ana.session.email, PASSWORD, HERE, shown[0]) == ana.user_id


def test_a_wrong_first_code_turns_nothing_on(ana: TenantContext) -> None:
    page = confirm(press(open_page(ana, "account"), "Turn on"))
    fill(page, enrolment_code="12345")
    assert "clock of the phone" in errors(press(page, "Turn on"))[0]
    assert second_factor(ana.session) is None


def test_the_dialog_refuses_a_wrong_password_and_goes_on_asking(ana: TenantContext) -> None:
    page = confirm(press(open_page(ana, "account"), "Turn on"), "not it at all")
    assert errors(page) == ["The password is wrong. Type it again."]
    assert "Scan this" in words(confirm(page))


def test_where_there_is_a_factor_the_dialog_asks_for_the_code_as_well(
    ana: TenantContext, seed: bytes
) -> None:
    elsewhere = replace(ana, session=sign_in(ana.user_id))
    page = press(open_page(elsewhere, "account"), "Turn off")
    assert errors(confirm(page))[0].startswith("The code is wrong")
    confirm(page, code=now(seed))
    assert second_factor(elsewhere.session) is None
    assert "Off. With it" in words(page)


def test_new_recovery_codes_are_shown_once(ana: TenantContext, seed: bytes) -> None:
    page = press(open_page(ana, "account"), "New recovery codes")
    assert len(page.code[0].value.split("\n")) == 10
    assert CODES in page.session_state
    press(page, "I wrote them down")
    assert not page.code


def test_signing_in_takes_two_steps(ana: TenantContext, seed: bytes) -> None:
    page = visit()
    fill(page, sign_in_email=ana.session.email, sign_in_password=PASSWORD)
    assert errors(press(page, "Sign in")) == []
    assert "One more step" in words(page)
    assert [one.proto.autocomplete for one in page.text_input] == ["one-time-code"]
    fill(page, sign_in_code="000 000")
    assert errors(press(page, "Sign in"))[0].startswith("The code is wrong")
    fill(page, sign_in_code=now(seed))
    assert errors(press(page, "Sign in")) == []
    with pytest.raises(NotSignedIn):
        check_credentials(ana.session.email, PASSWORD, HERE, now(seed))


def test_a_wrong_password_tells_nothing_of_the_second_step(ana: TenantContext, seed: bytes) -> None:
    page = visit()
    fill(page, sign_in_email=ana.session.email, sign_in_password="not it at all")
    assert errors(press(page, "Sign in")) == ["The e-mail address or the password is wrong."]
    assert "One more step" not in words(page)


def test_the_way_back_from_the_second_step_forgets_the_password(
    ana: TenantContext, seed: bytes
) -> None:
    page = visit()
    fill(page, sign_in_email=ana.session.email, sign_in_password=PASSWORD)
    press(press(page, "Sign in"), "Back")
    assert [one.value for one in page.text_input] == ["", ""]
    assert "fintrack first step" not in page.session_state


def test_personal_data_are_fetched_after_a_confirmation(ana: TenantContext) -> None:
    page = press(open_page(ana, "account"), "Download")
    assert "everything held on you" in words(page)
    assert errors(confirm(page)) == []


def test_an_account_is_erased_after_saying_what_goes_with_it(
    ana: TenantContext, eli: TenantContext
) -> None:
    page = open_page(eli, "account")
    seen = words(page)
    assert re.search(r"Erased with you.*\n\n- Eli", seen)
    assert re.search(r"You leave.*\n\n- Rivera family", seen)
    page.text_input[-1].input("somebody@example.org")
    assert errors(press(page, "Erase for good")) == [
        "Type your address, eli@example.org, to erase your account."
    ]
    page.text_input[-1].input(eli.session.email)
    confirm(press(page, "Erase for good"))
    assert session_of_handle(eli.session.handle) is None


def test_the_last_owner_reads_what_stands_in_the_way(
    ana: TenantContext, eli: TenantContext
) -> None:
    page = open_page(ana, "account")
    assert "you are the last owner" in words(page)
    assert "Erase for good" not in words(page)
    assert len(ties(ana.session)) == 1


def test_a_tenant_is_closed_after_a_confirmation(ana: TenantContext) -> None:
    page = open_page(ana, "settings")
    page.text_input[-1].input(ana.name)
    press(page, "Close")
    assert enter_tenant(ana.session, ana.slug).status is TenantStatus.ACTIVE
    confirm(page)
    assert enter_tenant(ana.session, ana.slug).status is TenantStatus.CLOSING


def test_everything_is_exported_after_a_confirmation(ana: TenantContext) -> None:
    create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", date(2026, 1, 1)))
    page = open_page(ana, "transactions")
    press(page, "Everything")
    assert "Before everything leaves" in words(page)
    assert errors(confirm(page)) == []


def test_a_token_is_made_shown_once_and_revoked(ana: TenantContext) -> None:
    page = open_page(ana, "account")
    fill(page, token_name="Budget script")
    confirm(press(page, "Make a token"))
    (shown,) = [code.value for code in page.code]
    assert shown.startswith("ftk_")
    press(page, "I copied it")
    assert page.code == []
    assert "Budget script" in words(page)
    assert "never used" in words(page)
    press(page, "Revoke")
    assert api_tokens(ana).empty


def test_an_owner_sees_whose_token_it_is(ana: TenantContext, dora: TenantContext) -> None:
    confirm_session(dora.session, PASSWORD)
    create_api_token(dora, "Dora's script", [])
    assert "Dora · Read" in words(open_page(ana, "account"))


def test_whoever_may_use_no_tokens_is_offered_none_of_the_books(
    ana: TenantContext, ben: TenantContext
) -> None:
    page = open_page(ben, "account")
    (books,) = [each for each in page.selectbox if each.label == "Books"]
    assert books.options == ["Ben's own"]
