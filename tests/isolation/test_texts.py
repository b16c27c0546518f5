"""E8 and E9: what people type is data, whatever it looks like."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import pytest

from fintrack.access.sessions import open_session, sessions
from fintrack.access.tenants import NewTenant, create_tenant, enter_tenant
from fintrack.access.users import NewUser, register
from fintrack.analytics.downloads import chart_csv
from fintrack.context import Role, TenantContext, TenantType
from fintrack.errors import InvalidInput, NotFound
from fintrack.ledger.accounts import AccountKind, NewAccount, account, account_named, create_account
from fintrack.ledger.categories import CategoryKind, categories, create_category
from fintrack.ledger.exports import export_transactions
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.payees import create_payee, payees
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.records import transaction
from fintrack.ledger.tags import create_tag, tags
from fintrack.ledger.transactions import transactions
from fintrack.schema import new_id
from fintrack.statements.history import imports
from fintrack.statements.imports import commit_import
from fintrack.statements.previews import preview_import
from fintrack.statements.text import clean
from fintrack.texts import neutral, plain
from tests.conftest import PASSWORD, sign_in
from tests.isolation.ledgers import DAY
from tests.isolation.outcomes import is_empty, rows
from tests.isolation.world import World, open_registration
from tests.statements.importing import csv_file

pytestmark = pytest.mark.one_server

TEXTS = {
    "SQL": "'; drop table app.tag; --",
    "quotes": "a'' \"b\" $$c$$ `d`",
    "LIKE": "100% _ %% \\ \\_",
    "backslashes": "\\x00 \\' \\\\ \\n",
    "placeholders": "%s %(name)s :name $1 {0} {}",
    "COPY": "\\. \\N",
    "NUL": "a\x00b",
    "controls": "a\x1b[31m\r\nb\x7f",
    "right to left": "\u202eabc \u05d0\u05d1\u05d2",
    "four bytes": "\U0001f3e6 \U00020000",
    "half a sign": "c\ud800d",
    "combining": "Cafe\u0301 \ufb01",
    "markup": "<b onclick=x>&amp;</b>",
}
Kept = Callable[[TenantContext, UUID, str], str]


def _account_name(me: TenantContext, _account: UUID, text: str) -> str:
    made = create_account(me, NewAccount(text, AccountKind.CASH, "EUR", DAY))
    kept = account(me, made).name
    assert account_named(me, kept).id == made
    return kept


def _account_number(me: TenantContext, _account: UUID, text: str) -> str:
    new = NewAccount(str(new_id()), AccountKind.CASH, "EUR", DAY, number=text)
    return account(me, create_account(me, new)).number


def _category(me: TenantContext, _account: UUID, text: str) -> str:
    made = create_category(me, text, CategoryKind.EXPENSE)
    tree = categories(me)
    return str(tree.loc[tree["id"] == str(made), "name"].iloc[0])


def _payee(me: TenantContext, _account: UUID, text: str) -> str:
    made = create_payee(me, text)
    found = payees(me)
    return str(found.loc[found["id"] == str(made), "name"].iloc[0])


def _tag(me: TenantContext, _account: UUID, text: str) -> str:
    made = create_tag(me, text)
    found = tags(me)
    return str(found.loc[found["id"] == str(made), "name"].iloc[0])


def _of_transaction(field: str) -> Kept:
    def kept(me: TenantContext, account_id: UUID, text: str) -> str:
        new = NewTransaction(account_id, DAY, -100, **{field: text})  # type: ignore[arg-type]
        return str(getattr(transaction(me, record_transaction(me, new)), field))

    return kept


def _memo(me: TenantContext, account_id: UUID, text: str) -> str:
    lines = (SplitLine(None, -100, text),)
    made = record_transaction(me, NewTransaction(account_id, DAY, -100, lines=lines))
    return transaction(me, made).lines[0].memo


def _tenant(me: TenantContext, _account: UUID, text: str) -> str:
    return create_tenant(me.session, NewTenant(text, TenantType.PERSONAL, "EUR", "ES")).name


def _person(_me: TenantContext, _account: UUID, text: str) -> str:
    with open_registration():
        return sign_in(register(NewUser(f"{new_id()}@example.org", text, PASSWORD))).name


def _file_name(me: TenantContext, account_id: UUID, text: str) -> str:
    content = csv_file([("2026-03-09", "-1.00", str(new_id()))])
    commit_import(me, preview_import(me, content, text, account_id=account_id))
    return str(imports(me)["file_name"].iloc[0])


def _agent(me: TenantContext, _account: UUID, text: str) -> str:
    open_session(me.user_id, remember=False, agent=text, address="127.0.0.1")
    return next(each.agent for each in sessions(me.session))


FIELDS: dict[str, Kept] = {
    "account": _account_name,
    "account number": _account_number,
    "category": _category,
    "payee": _payee,
    "tag": _tag,
    "payee of a transaction": _of_transaction("payee"),
    "description": _of_transaction("description"),
    "note": _of_transaction("note"),
    "memo": _memo,
    "tenant": _tenant,
    "person": _person,
    "file name": _file_name,
    "browser": _agent,
}
QUESTIONS: dict[str, Callable[[TenantContext, str], object]] = {
    "account": account_named,
    "words": lambda me, text: transactions(me, TransactionFilter(words=text)),
    "payee": lambda me, text: transactions(me, TransactionFilter(payee=text)),
    "export": lambda me, text: export_transactions(me, TransactionFilter(words=text, payee=text)),
    "cursor": lambda me, text: transactions(me, cursor=text),
    "tenant": lambda me, text: enter_tenant(me.session, text),
    "chart": lambda me, text: chart_csv(me, {"chart": text}),
}
every_text = pytest.mark.parametrize("text", TEXTS)


@pytest.fixture(scope="module")
def staged(copied: Callable[[], World]) -> World:
    """A world of this module's own."""
    return copied()


@every_text
@pytest.mark.parametrize("field", FIELDS)
def test_e8_what_is_typed_is_kept_as_it_is(staged: World, field: str, text: str) -> None:
    ana = staged.family.members[Role.OWNER]
    before = rows(staged, staged.company.id)
    with staged.doors():
        place = create_account(ana, NewAccount(str(new_id()), AccountKind.CASH, "EUR", DAY))
        kept = FIELDS[field](ana, place, TEXTS[text])
    expected = clean(TEXTS[text]) if field == "file name" else plain(TEXTS[text])
    assert neutral(kept) == neutral(expected)
    assert rows(staged, staged.company.id) == before


@every_text
@pytest.mark.parametrize("question", QUESTIONS)
def test_e8_what_is_typed_is_asked_for_as_it_is(staged: World, question: str, text: str) -> None:
    unknown = f"{TEXTS[text]} {new_id()}"
    with staged.doors(), suppress(NotFound, InvalidInput):
        assert is_empty(QUESTIONS[question](staged.family.members[Role.OWNER], unknown))


@every_text
def test_e9_a_chart_an_interval_or_a_status_that_is_not_offered_is_refused(
    staged: World, text: str
) -> None:
    ana, word = staged.family.members[Role.OWNER], TEXTS[text]
    period = {"chart": "net-worth", "since": "2026-03-01", "until": "2026-04-01"}
    with staged.doors():
        with pytest.raises(NotFound):
            chart_csv(ana, period | {"chart": word})
        for name in ("interval", "since", "parent"):
            with pytest.raises(InvalidInput):
                chart_csv(ana, period | {name: word})
    for name in ("status", "account", "category", "since", "min", "tag"):
        with pytest.raises(InvalidInput, match=name):
            TransactionFilter.from_query({name: word})
