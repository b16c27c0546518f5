"""The screens of the front door, without a browser."""

import json
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from fintrack.access.invitations import invite_member
from fintrack.access.sessions import end_session, open_session, sessions
from fintrack.access.tenants import enter_tenant, my_tenants
from fintrack.access.users import NewUser, register
from fintrack.context import Role, TenantContext, TenantStatus
from fintrack.db import sign_in_transaction
from fintrack.operations.demo import create_sample
from fintrack.security_schema import User
from fintrack.ui.text import escaped, escaped_sentence
from tests.conftest import PASSWORD, close, erase, sign_in
from tests.databases import Database
from tests.pages.opening import PATIENCE, ROOT, open_page

WRONG = "The e-mail address or the password is wrong."


def visit(*, same_machine: bool = False, browser: str = "nonce", **query: str) -> AppTest:
    """Return what somebody sees who is not signed in."""
    page = AppTest.from_file(ROOT / "fintrack" / "ui" / "main.py", default_timeout=PATIENCE)
    said = {"user": None, "browser": browser, "address": "10.0.0.1", "same_machine": same_machine}
    page.user = {"auth": json.dumps(said)}
    for key, value in query.items():
        page.query_params[key] = value
    return page.run()


def fill(page: AppTest, **answers: str) -> None:
    for key, answer in answers.items():
        page.text_input(key=key.replace("_", " ")).input(answer)


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return page.run()


def words(page: AppTest) -> str:
    parts = [*page.markdown, *page.title, *page.subheader, *page.caption, *page.error, *page.info]
    return "\n".join([*(part.value for part in parts), *(button.label for button in page.button)])


def errors(page: AppTest) -> list[str]:
    assert not page.exception
    return [error.value.replace("\u2060", "") for error in page.error]


def try_password(email: str, password: str) -> list[str]:
    page = visit()
    fill(page, sign_in_email=email, sign_in_password=password)
    return errors(press(page, "Sign in"))


def test_known_and_unknown_addresses_get_the_same_answer(ana: TenantContext) -> None:
    assert try_password(ana.session.email, "not it at all") == [WRONG]
    assert try_password("nobody@example.org", "not it at all") == [WRONG]
    assert try_password("", "") == [WRONG]


def test_the_right_password_is_not_refused(ana: TenantContext) -> None:
    assert try_password(f" {ana.session.email.upper()} ", PASSWORD) == []


def test_spaces_around_a_password_belong_to_it(database: object) -> None:
    register(NewUser("ana@example.org", "Ana", f"  {PASSWORD} "))
    assert try_password("ana@example.org", f"  {PASSWORD} ") == []
    assert try_password("ana@example.org", PASSWORD) == [WRONG]


def test_the_sign_in_says_when_the_browser_keeps_no_cookies(ana: TenantContext) -> None:
    page = visit(browser="")
    fill(page, sign_in_email=ana.session.email, sign_in_password=PASSWORD)
    assert "keeps no cookies" in errors(press(page, "Sign in"))[0]


def test_password_managers_understand_the_forms(ana: TenantContext) -> None:
    for page, wanted in (
        (visit(), ["username", "current-password"]),
        (visit(register="yes"), ["name", "username", "new-password", "off"]),
    ):
        assert [one.proto.autocomplete for one in page.text_input] == wanted


def test_registration_makes_a_user_with_a_tenant(database: object) -> None:
    page = visit(same_machine=True)
    fill(page, register_name="Ana", register_email="ana@example.org", register_password=PASSWORD)
    fill(page, register_tenant_name="Rivera family")
    assert errors(press(page, "Create account")) == []
    (tenant,) = my_tenants(sign_in(user_id("ana@example.org")))
    assert (tenant.name, tenant.role) == ("Rivera family", Role.OWNER)


def test_registration_refuses_with_one_sentence(database: object) -> None:
    page = visit(same_machine=True)
    fill(page, register_name="Ana", register_email="nonsense", register_password=PASSWORD)
    assert errors(press(page, "Create account")) == [
        "Type an e-mail address such as ana@example.org."
    ]


def test_an_invitation_says_who_invites_to_what_as_what(ana: TenantContext) -> None:
    token = invite_member(ana, "ben@example.org", Role.VIEWER)
    seen = words(visit(invitation=token))
    assert "Ana invites you" in seen
    assert "to **Rivera family**, as viewer." in seen


def test_registering_with_an_invitation_accepts_it(ana: TenantContext) -> None:
    page = visit(invitation=invite_member(ana, "ben@example.org", Role.VIEWER))
    fill(page, register_name="Ben", register_password=PASSWORD)
    assert errors(press(page, "Create account and join")) == []
    ben = sign_in(user_id("ben@example.org"))
    assert enter_tenant(ben, ana.slug).role is Role.VIEWER
    assert [record.is_current for record in sessions(ben)] == [True]


def test_a_member_elsewhere_joins_with_one_click(ana: TenantContext, cleo: TenantContext) -> None:
    token = invite_member(ana, cleo.session.email, Role.MEMBER)
    page = open_page(cleo, "", invitation=token)
    press(page, "Join")
    assert enter_tenant(cleo.session, ana.slug).role is Role.MEMBER


def test_a_used_invitation_joins_nothing(ana: TenantContext, cleo: TenantContext) -> None:
    assert "no longer valid" in words(open_page(cleo, "", invitation="made up"))


@pytest.mark.parametrize(
    "path",
    ["", "accounts", "transactions", "import", "analytics", "members", "settings", "account"],
)
def test_the_head_says_tenant_type_and_role_and_leads_to_the_others(
    ben: TenantContext, path: str
) -> None:
    seen = words(open_page(ben, path))
    assert "Rivera family" in seen
    assert "Family · Viewer" in seen
    assert r"Ben's own :small[:gray[Personal · Owner]]" in seen


def test_the_sample_is_marked_on_every_page_and_goes_with_one_click(ana: TenantContext) -> None:
    page = open_page(create_sample(ana.session, date(2026, 11, 24)), "settings")
    assert ":orange-badge[:material/science: Sample]" in words(page)
    press(page, "Remove the sample")
    assert [tenant.name for tenant in my_tenants(ana.session)] == ["Rivera family"]


def test_i9_a_foreign_tenant_looks_like_a_missing_one(
    ana: TenantContext, cleo: TenantContext
) -> None:
    answers = []
    for slug in (cleo.slug, "no-such-tenant"):
        page = open_page(ana, "settings", tenant=slug)
        answers.append(words(page))
        assert errors(page) == ["There is no such tenant among yours."]
    assert answers[0] == answers[1]
    assert cleo.name not in answers[0]


def test_whoever_has_no_tenant_is_offered_one(cleo: TenantContext, database: Database) -> None:
    page = open_page(cleo, "settings")
    erase(database, cleo)
    del page.query_params["tenant"]
    page.session_state["fintrack tenant"] = None
    assert "You have no tenant yet" in words(page.run())


def test_my_account_needs_no_tenant(cleo: TenantContext, database: Database) -> None:
    erase(database, cleo)
    page = open_page(cleo, "account")
    assert not page.exception
    assert [one.value for one in page.title] == ["My account"]


def test_an_ended_session_sees_the_sign_in_at_the_next_run(ana: TenantContext) -> None:
    page = open_page(ana, "settings")
    end_session(ana.session, ana.session.id)
    page.run()
    assert "Stay signed in for 30 days" in [one.label for one in page.checkbox]
    assert "Rivera" not in words(page)


def test_a_viewer_cannot_save_settings(ben: TenantContext) -> None:
    page = open_page(ben, "settings")
    save = next(button for button in page.button if button.label == "Save")
    assert save.disabled
    assert not page.expander


def test_an_owner_renames_the_tenant(ana: TenantContext) -> None:
    page = open_page(ana, "settings")
    next(one for one in page.text_input if one.label == "Name").input("The Riveras")
    assert errors(press(page, "Save")) == []
    assert enter_tenant(ana.session, ana.slug).name == "The Riveras"


def test_an_owner_reopens_a_closing_tenant(ana: TenantContext) -> None:
    close(ana)
    page = open_page(ana, "accounts")
    assert "is closing" in words(page)
    press(page, "Reopen")
    assert enter_tenant(ana.session, ana.slug).status is TenantStatus.ACTIVE


def test_only_an_owner_is_shown_how_to_reopen(ana: TenantContext, dora: TenantContext) -> None:
    close(ana)
    page = open_page(dora, "accounts")
    assert "is closing" in words(page)
    assert "Reopen" not in [button.label for button in page.button]


def test_figures_are_written_as_in_the_chosen_region(ana: TenantContext) -> None:
    page = open_page(ana, "settings")
    regions = next(one for one in page.selectbox if one.label == "Numbers and dates as in")
    assert "German (Germany)" in regions.options
    regions.set_value("de_DE")
    assert errors(press(page, "Save")) == []
    assert enter_tenant(ana.session, ana.slug).locale == "de_DE"


def test_a_tenant_is_closed_by_its_name_only(ana: TenantContext) -> None:
    page = open_page(ana, "settings")
    page.text_input[-1].input("Rivera")
    assert errors(press(page, "Close")) == [
        "Type the name of the tenant, Rivera family, to close it."
    ]


def test_a_password_is_changed_only_by_whoever_knows_it(ana: TenantContext) -> None:
    page = open_page(ana, "account")
    page.text_input[0].input("not it at all")
    page.text_input[1].input("four other plain words")
    assert errors(press(page, "Change password")) == [
        "The current password is wrong. Type it again."
    ]


def test_g3_a_changed_password_ends_the_other_sessions(ana: TenantContext) -> None:
    open_session(ana.user_id, remember=True, agent="Phone", address="10.0.0.1")
    page = open_page(ana, "account")
    page.text_input[0].input(PASSWORD)
    page.text_input[1].input("four other plain words")
    assert errors(press(page, "Change password")) == []
    assert len(sessions(ana.session)) == 1
    assert try_password(ana.session.email, "four other plain words") == []


def test_one_session_can_be_ended(ana: TenantContext) -> None:
    open_session(ana.user_id, remember=True, agent="Firefox on Windows", address="10.0.0.1")
    page = open_page(ana, "account")
    assert "Firefox on Windows" in words(page)
    press(page, "End")
    assert [record.is_current for record in sessions(ana.session)] == [True]


def test_i5_an_unforeseen_failure_shows_a_number_and_nothing_else() -> None:
    def script() -> None:
        from fintrack.errors import NotFound  # noqa: PLC0415 - runs as a file of its own
        from fintrack.ui.failures import show_failure  # noqa: PLC0415 - as above

        show_failure(RuntimeError("password=secret"))
        show_failure(NotFound("There is no such page."))

    page = AppTest.from_function(script).run()
    number, sentence = errors(page)
    assert number.startswith("Something went wrong. Tell whoever runs this FinTrack the number ")
    assert sentence == "There is no such page."


@pytest.mark.parametrize(
    "name", ["**bold**", "[a](https://b.example)", "![x](/y.png)", "<b>", ":red[x]", "$x$", "`x`"]
)
def test_i6_a_name_is_never_markup(name: str) -> None:
    plain = escaped(name)
    assert plain.replace("\\", "").replace("\u2060", "") == name
    assert all(plain[at - 1] == "\\" for at, sign in enumerate(plain) if sign in "*[]()<>:$`!")


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("**A** is no [name](b).", r"\*\*A\*\* is no \[name\](b)."),
        ("- is there already.", r"\- is there already."),
        ("# is there already.", r"\# is there already."),
        ("1. is there already.", r"1\. is there already."),
        ("Use EUR or USD; 12.50 - not more.", "Use EUR or USD; 12.50 - not more."),
    ],
)
def test_a_sentence_is_never_markup(sentence: str, shown: str) -> None:
    assert escaped_sentence(sentence) == shown


@pytest.mark.parametrize("name", ["ana@example.org", "www.example.org", "https://example.org"])
def test_i6_a_name_never_becomes_a_link_by_itself(name: str) -> None:
    assert "\u2060" in escaped(name)


def test_only_the_sign_in_knows_the_package_and_only_its_controller() -> None:
    sources = [*Path(ROOT, "fintrack").rglob("*.py"), *Path(ROOT, "pages").glob("*.py")]
    lines = {
        (path.name, line)
        for path in sources
        for line in path.read_text().splitlines()
        if "import" in line and "streamlit_authenticator" in line
    }
    assert lines == {
        (
            "sign_in.py",
            "from streamlit_authenticator.controllers import AuthenticationController",
        )
    }


def user_id(email: str) -> UUID:
    """Return the id of the user with this address."""
    with sign_in_transaction() as db:
        return db.execute(select(User.id).where(User.email == email)).scalar_one()
