"""Group F: what a refusal, a name or a number gives away; F1 is asked in test_outsider.py."""

from collections.abc import Callable

import pytest

from fintrack.access.invitations import invite_member
from fintrack.context import Role, TenantContext
from fintrack.errors import Conflict
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, create_account
from fintrack.ledger.categories import CategoryKind, create_category
from fintrack.ledger.payees import create_payee
from fintrack.ledger.tags import create_tag
from tests.isolation.ledgers import DAY
from tests.isolation.world import World

NAME = "known to one tenant only"


def _account(me: TenantContext, visibility: Visibility = Visibility.EVERYONE) -> object:
    new = NewAccount(NAME, AccountKind.CASH, "EUR", DAY, visibility=visibility)
    return create_account(me, new)


NAMES: dict[str, Callable[[TenantContext], object]] = {
    "account": _account,
    "private account": lambda me: _account(me, Visibility.PRIVATE),
    "category": lambda me: create_category(me, NAME, CategoryKind.INCOME),
    "payee": lambda me: create_payee(me, NAME),
    "tag": lambda me: create_tag(me, NAME),
    "invitation": lambda me: invite_member(me, "known@example.net", Role.VIEWER),
}


@pytest.fixture(scope="module")
def staged(copied: Callable[[], World]) -> World:
    """A world of this module's own."""
    return copied()


@pytest.mark.parametrize("kind", NAMES)
def test_f2_a_name_is_taken_in_its_own_tenant_only(staged: World, kind: str) -> None:
    ana, cleo = (book.members[Role.OWNER] for book in (staged.family, staged.company))
    with staged.doors():
        NAMES[kind](ana)
        assert NAMES[kind](cleo)
        with pytest.raises(Conflict):
            NAMES[kind](cleo)


def test_f2_a_private_accounts_name_is_free_for_the_other_members(staged: World) -> None:
    dora, eli = (staged.family.members[role] for role in (Role.ADMIN, Role.MEMBER))
    with staged.doors():
        _account(dora, Visibility.PRIVATE)
        assert _account(eli, Visibility.PRIVATE)


def test_f3_no_number_counts_the_rows_of_all_tenants(staged: World) -> None:
    sequences = "select oid::regclass::text from pg_class where relkind = 'S'"
    identities = """
        select attrelid::regclass::text from pg_attribute
        where attidentity <> '' and attrelid >= 16384"""
    with staged.administrator() as admin:
        assert admin.execute(sequences).fetchall() == []
        assert admin.execute(identities).fetchall() == []
