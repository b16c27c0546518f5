"""Who may register, and what a registration makes."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from fintrack.access.acceptance import accept_invitation
from fintrack.access.invitations import invite_member
from fintrack.access.memberships import members
from fintrack.access.sessions import check_credentials, end_session, session_of_handle
from fintrack.access.tenants import NewTenant, my_tenants, tenant_settings
from fintrack.access.users import (
    NewUser,
    is_empty_installation,
    new_setup_token,
    register,
    registration_offer,
)
from fintrack.config import settings
from fintrack.context import Role, TenantContext, TenantType
from fintrack.errors import (
    Conflict,
    FinTrackError,
    InvalidInput,
    NotSignedIn,
    PermissionDenied,
)
from fintrack.ledger.categories import categories
from tests.conftest import PASSWORD, sign_in
from tests.databases import Database


def test_a_registration_makes_a_tenant_with_its_owner(ana: TenantContext) -> None:
    assert members(ana)[["name", "role"]].to_numpy().tolist() == [["Ana", "OWNER"]]


def test_b7_ben_is_a_viewer_of_the_family_and_owner_of_his_own(ben: TenantContext) -> None:
    roles = {tenant.name: tenant.role for tenant in my_tenants(ben.session)}
    assert roles == {"Rivera family": Role.VIEWER, "Ben's own": Role.OWNER}


def test_the_right_password_signs_in(ana: TenantContext) -> None:
    assert check_credentials("ANA@example.org ", PASSWORD, "127.0.0.1") == ana.user_id


def test_a_wrong_password_does_not_sign_in(ana: TenantContext) -> None:
    with pytest.raises(NotSignedIn):
        check_credentials(ana.session.email, "another password", "127.0.0.1")


def test_g2_an_ended_session_is_out_at_the_next_transaction(ana: TenantContext) -> None:
    end_session(ana.session, ana.session.id)
    assert session_of_handle(ana.session.handle) is None
    with pytest.raises(NotSignedIn):
        tenant_settings(ana)


def registering(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set who may register."""
    monkeypatch.setenv("FINTRACK_REGISTRATION", mode)
    settings.cache_clear()


def somebody(email: str = "zoe@example.org") -> NewUser:
    """Return a person who registers."""
    return NewUser(email, "Zoe", PASSWORD)


def test_the_first_account_needs_the_setup_link(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    registering("setup", monkeypatch)
    with pytest.raises(PermissionDenied, match="terminal"):
        register(somebody(), token="a guess")
    register(somebody(), token=new_setup_token())
    assert not is_empty_installation()


def test_the_first_account_may_be_made_at_the_same_machine(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    registering("setup", monkeypatch)
    assert registration_offer(None, same_machine=True).allowed
    register(somebody(), same_machine=True)
    assert not is_empty_installation()


def test_the_setup_link_works_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    registering("setup", monkeypatch)
    token = new_setup_token()
    register(somebody(), token=token)
    with pytest.raises(PermissionDenied, match="invitation"):
        register(somebody("yan@example.org"), token=token, same_machine=True)


def test_of_two_first_registrations_at_once_one_wins(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    registering("setup", monkeypatch)

    def attempt(number: int) -> bool:
        try:
            register(somebody(f"zoe{number}@example.org"), same_machine=True)
        except PermissionDenied:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 1


@pytest.mark.parametrize("mode", ["setup", "invited"])
def test_a_later_registration_needs_an_invitation_for_this_address(
    ana: TenantContext, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    registering(mode, monkeypatch)
    token = invite_member(ana, "zoe@example.org", Role.VIEWER)
    for refused in (None, "a guess"):
        with pytest.raises(PermissionDenied):
            register(somebody(), token=refused, same_machine=True)
    with pytest.raises(PermissionDenied):
        register(somebody("yan@example.org"), token=token)
    session = sign_in(register(somebody(), token=token))
    assert accept_invitation(session, token).name == "Rivera family"


def test_a_known_address_is_refused_where_registration_is_open(ana: TenantContext) -> None:
    with pytest.raises(Conflict):
        register(somebody("Ana@Example.org"))


def test_a_registration_that_fails_at_its_last_step_leaves_nothing(database: Database) -> None:
    with database.administrator() as admin:
        admin.execute("revoke insert on app.category from fintrack_security")
        with pytest.raises(FinTrackError):
            register(somebody())
        made = """select (select count(*) from sec.users) + (select count(*) from app.tenant)
            + (select count(*) from app.membership)"""
        assert admin.execute(made).fetchone() == (0,)
    assert is_empty_installation()


@pytest.mark.parametrize(
    ("kind", "own", "others"),
    [
        (TenantType.PERSONAL, "Food › Groceries", "Children › Pocket money"),  # noqa: RUF001
        (TenantType.FAMILY, "Children › Pocket money", "Software"),  # noqa: RUF001
        (TenantType.BUSINESS, "Taxes › VAT", "Food › Groceries"),  # noqa: RUF001
    ],
)
def test_a_tenant_begins_with_the_categories_of_its_type(
    database: Database, kind: TenantType, own: str, others: str
) -> None:
    session = sign_in(register(somebody(), NewTenant("Books", kind, "EUR", "ES")))
    tree = categories(my_tenants(session)[0])
    assert own in tree["path"].tolist()
    assert others not in tree["path"].tolist()
    assert set(tree["kind"]) == {"INCOME", "EXPENSE"}


def test_a_tenant_omitted_is_personal(database: Database) -> None:
    own = my_tenants(sign_in(register(somebody())))[0]
    assert (own.name, own.type, own.currency) == ("Zoe", TenantType.PERSONAL, "EUR")


def test_nothing_is_made_when_the_tenant_cannot_be(database: Database) -> None:
    with pytest.raises(InvalidInput):
        register(somebody(), NewTenant("Zoe", TenantType.FAMILY, "EURO", "ES"))
    assert is_empty_installation()


@pytest.mark.parametrize("email", ["", "ana", "ana@", "ana@example.org\nx", "a b@example.org"])
def test_what_is_no_address_is_refused(database: Database, email: str) -> None:
    with pytest.raises(InvalidInput):
        register(somebody(email))
