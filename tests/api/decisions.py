"""Who may ask each route, and how it is asked: a route without a decision fails the suite.

A decision names the right, and what whoever has it is answered. Where the deed itself could not be
repeated, the call is one that gets past the right and is refused for what it asks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from fintrack.context import Permission
from tests.conftest import PASSWORD
from tests.isolation.ledgers import Ledger

Ids = Mapping[str, str]
Body = Callable[[Ids, Ledger], Any]


class Who(Enum):
    """Whom a route answers without a right in a tenant."""

    ANYBODY = "whoever comes, without a token"
    SIGNED_IN = "whoever signed in with a password"
    BEARER = "whoever has a token of any kind"


@dataclass(frozen=True, slots=True)
class Decision:
    """The right that a route needs, what it answers then, and how it is asked.

    `ids` says of each id in path, query or body which kind of row it names; `form` is sent as a
    form instead of JSON. `ends` says that the token is used up, `by_token` what an API token is
    answered where it needs no fresh sign-in.
    """

    needs: Permission | Who
    status: int
    ids: Mapping[str, str] = field(default_factory=dict)
    body: Body | None = None
    query: str = ""
    is_form: bool = False
    ends: bool = False
    by_token: int | None = None


READ, WRITE = Permission.READ, Permission.WRITE
NAMES, MEMBERS = Permission.MANAGE_CATEGORIES, Permission.MANAGE_MEMBERS
INVITE, EXPORT, IMPORT = Permission.INVITE, Permission.EXPORT, Permission.IMPORT
PIVOTS = Permission.SAVE_PIVOTS
SETTINGS, CLOSE = Permission.CHANGE_SETTINGS, Permission.CLOSE_TENANT
JOURNAL = b"""2026-01-01 open Assets:Cash EUR
2026-01-01 open Expenses:Food EUR

2026-03-01 * "Grocer" "Bread"
  Expenses:Food  1.00 EUR
  Assets:Cash
"""
UNKNOWN = {"token": "nobody-has-this-token"}


def _account(_ids: Ids, own: Ledger) -> dict[str, Any]:
    return {"name": own.name("Account"), "kind": "CASH", "opening_balance": "1.00"}


def _movement(ids: Ids, _own: Ledger) -> dict[str, Any]:
    named = {"account": ids["account"], "category": ids["category"], "tags": [ids["tag"]]}
    return {**named, "booked_on": "2026-03-01", "amount": "-1.00", "payee": "Grocer"}


def _split(ids: Ids, _own: Ledger) -> dict[str, Any]:
    return {"splits": [{"category": ids["category"], "amount": "-42.00"}]}


def _transfer(ids: Ids, _own: Ledger) -> dict[str, Any]:
    accounts = {"from_account": ids["account"], "to_account": ids["other_account"]}
    return {**accounts, "amount": "1.00", "booked_on": "2026-03-01"}


def _rent(ids: Ids, own: Ledger) -> dict[str, Any]:
    named = {"account": ids["account"], "category": ids["category"], "payee": own.name("Landlord")}
    return {**named, "amount": "-950.00", "every": "MONTH", "starts_on": "2026-03-01"}


def _credentials(_ids: Ids, own: Ledger) -> dict[str, Any]:
    return {"email": own.owner.session.email, "password": PASSWORD, "tenant": own.owner.slug}


def _named(word: str, **more: str) -> Body:
    return lambda _ids, own: {"name": own.name(word), **more}


def _same(value: Any) -> Body:  # noqa: ANN401 - any JSON
    return lambda _ids, _own: value


ROUTES: dict[str, Decision] = {
    "POST /register": Decision(
        Who.ANYBODY, 422, body=_same({"email": "nobody", "name": "x", "password": PASSWORD})
    ),
    "POST /token": Decision(Who.ANYBODY, 200, body=_credentials),
    "POST /token/refresh": Decision(Who.ANYBODY, 401, body=_same({"refresh_token": "nothing"})),
    "POST /token/switch": Decision(
        Who.SIGNED_IN, 200, body=lambda _ids, own: {"tenant": own.owner.slug}
    ),
    "DELETE /token": Decision(Who.BEARER, 204, ends=True),
    "GET /me": Decision(Who.BEARER, 200),
    "GET /tenants": Decision(Who.BEARER, 200),
    "POST /tenants": Decision(
        Who.SIGNED_IN, 201, body=_named("Books", type="PERSONAL", currency="EUR")
    ),
    "GET /tenants/current": Decision(READ, 200),
    "PATCH /tenants/current": Decision(SETTINGS, 200, body=_same({"colour": "green"})),
    # The owner's sign-in is old in the matrix, so nobody closes anything.
    "DELETE /tenants/current": Decision(CLOSE, 403),
    "GET /members": Decision(READ, 200),
    "PATCH /members/{user_id}": Decision(
        MEMBERS, 200, {"user_id": "member"}, _same({"role": "VIEWER"})
    ),
    "DELETE /members/{user_id}": Decision(MEMBERS, 204, {"user_id": "member"}),
    "GET /invitations": Decision(INVITE, 200),
    "POST /invitations": Decision(
        INVITE,
        201,
        {"account": "own account"},
        lambda ids, own: {
            "email": f"{own.name('guest')}.{own.book.id}@example.org".replace(" ", ""),
            "role": "VIEWER",
            "shares": [{"account": ids["account"], "level": "read"}],
        },
    ),
    "GET /invitations/accept": Decision(Who.ANYBODY, 404, query="token=nobody-has-this-token"),
    "POST /invitations/accept": Decision(Who.SIGNED_IN, 404, body=_same(UNKNOWN)),
    "DELETE /invitations/{invitation_id}": Decision(INVITE, 204, {"invitation_id": "invitation"}),
    "POST /invitations/{invitation_id}/resend": Decision(
        INVITE, 200, {"invitation_id": "invitation"}, _same({"expires_in_days": 3})
    ),
    "GET /accounts": Decision(READ, 200),
    "POST /accounts": Decision(WRITE, 201, body=_account),
    "GET /accounts/{account_id}": Decision(READ, 200, {"account_id": "account"}),
    "PATCH /accounts/{account_id}": Decision(
        WRITE, 200, {"account_id": "account"}, _named("Renamed")
    ),
    "DELETE /accounts/{account_id}": Decision(WRITE, 204, {"account_id": "account"}),
    "GET /accounts/{account_id}/shares": Decision(READ, 200, {"account_id": "account"}),
    "PUT /accounts/{account_id}/shares/{user_id}": Decision(
        WRITE, 200, {"account_id": "own account", "user_id": "keeper"}, _same({"level": "read"})
    ),
    "DELETE /accounts/{account_id}/shares/{user_id}": Decision(
        WRITE, 204, {"account_id": "own shared account", "user_id": "keeper"}
    ),
    "GET /transactions": Decision(READ, 200),
    "POST /transactions": Decision(
        WRITE, 201, {"account": "account", "category": "category", "tag": "tag"}, _movement
    ),
    "POST /transactions/bulk": Decision(
        WRITE,
        200,
        {"transaction": "transaction", "category": "category"},
        lambda ids, _own: {
            "action": "categorise",
            "ids": [ids["transaction"]],
            "category": ids["category"],
        },
    ),
    "GET /transactions/{transaction_id}": Decision(READ, 200, {"transaction_id": "transaction"}),
    "PATCH /transactions/{transaction_id}": Decision(
        WRITE, 200, {"transaction_id": "transaction", "category": "category"}, _split
    ),
    "DELETE /transactions/{transaction_id}": Decision(
        WRITE, 204, {"transaction_id": "transaction"}
    ),
    "GET /transactions/{transaction_id}/attachments": Decision(
        READ, 200, {"transaction_id": "transaction"}
    ),
    "POST /transactions/{transaction_id}/attachments": Decision(
        WRITE,
        201,
        {"transaction_id": "transaction"},
        lambda _ids, _own: {"file": b"receipt"},
        is_form=True,
    ),
    "GET /attachments/{attachment_id}": Decision(READ, 200, {"attachment_id": "attachment"}),
    "DELETE /attachments/{attachment_id}": Decision(WRITE, 204, {"attachment_id": "attachment"}),
    "POST /attachments/{attachment_id}/restore": Decision(
        WRITE, 204, {"attachment_id": "attachment"}
    ),
    "POST /transfers": Decision(
        WRITE, 201, {"account": "account", "other_account": "account"}, _transfer
    ),
    "GET /transactions/{transaction_id}/transfer-candidates": Decision(
        READ, 200, {"transaction_id": "transaction"}
    ),
    "POST /transfers/link": Decision(
        WRITE,
        201,
        {"one": "transaction", "other": "income"},
        lambda ids, _own: {"one": ids["one"], "other": ids["other"]},
    ),
    "POST /transfers/{transfer_id}/unlink": Decision(
        WRITE, 200, {"transfer_id": "linked transfer"}
    ),
    "GET /categories": Decision(READ, 200),
    "POST /categories": Decision(
        NAMES,
        201,
        {"parent": "category"},
        lambda ids, own: {"name": own.name("Food"), "kind": "EXPENSE", "parent": ids["parent"]},
    ),
    "GET /categories/{category_id}": Decision(READ, 200, {"category_id": "category"}),
    "PATCH /categories/{category_id}": Decision(
        NAMES, 200, {"category_id": "category"}, _named("Food")
    ),
    "DELETE /categories/{category_id}": Decision(NAMES, 204, {"category_id": "category"}),
    "GET /payees": Decision(READ, 200),
    "POST /payees": Decision(
        NAMES,
        201,
        {"category": "category"},
        lambda ids, own: {"name": own.name("Grocer"), "category": ids["category"]},
    ),
    "GET /payees/{payee_id}": Decision(READ, 200, {"payee_id": "payee"}),
    "PATCH /payees/{payee_id}": Decision(NAMES, 200, {"payee_id": "payee"}, _named("Grocer")),
    "DELETE /payees/{payee_id}": Decision(NAMES, 204, {"payee_id": "payee"}),
    "GET /tags": Decision(READ, 200),
    "POST /tags": Decision(NAMES, 201, body=_named("trip")),
    "GET /tags/{tag_id}": Decision(READ, 200, {"tag_id": "tag"}),
    "PATCH /tags/{tag_id}": Decision(NAMES, 200, {"tag_id": "tag"}, _named("trip")),
    "DELETE /tags/{tag_id}": Decision(NAMES, 204, {"tag_id": "tag"}),
    "GET /rules": Decision(READ, 200),
    "POST /rules": Decision(
        NAMES,
        201,
        {"category": "category"},
        lambda ids, own: {"words": own.name("rule"), "category": ids["category"]},
    ),
    "GET /rules/{rule_id}": Decision(READ, 200, {"rule_id": "rule"}),
    "PATCH /rules/{rule_id}": Decision(
        NAMES,
        200,
        {"rule_id": "rule", "category": "category"},
        lambda ids, _own: {"category": ids["category"]},
    ),
    "DELETE /rules/{rule_id}": Decision(NAMES, 204, {"rule_id": "rule"}),
    "GET /budgets": Decision(READ, 200, query="month=2026-03-01"),
    "POST /budgets": Decision(
        NAMES,
        201,
        {"category": "category"},
        lambda ids, _own: {"category": ids["category"], "amount": "100.00"},
    ),
    "GET /budgets/{budget_id}": Decision(READ, 200, {"budget_id": "budget"}),
    "PATCH /budgets/{budget_id}": Decision(
        NAMES, 200, {"budget_id": "budget"}, _same({"amount": "50.00"})
    ),
    "DELETE /budgets/{budget_id}": Decision(NAMES, 204, {"budget_id": "budget"}),
    "GET /pivots": Decision(READ, 200),
    "POST /pivots": Decision(
        PIVOTS,
        201,
        body=_named("Shops", rows="payee", columns="month", measure="spending"),
    ),
    "GET /pivots/{pivot_id}": Decision(READ, 200, {"pivot_id": "own pivot"}),
    "PATCH /pivots/{pivot_id}": Decision(
        PIVOTS, 200, {"pivot_id": "own pivot"}, _named("Shops", measure="net")
    ),
    "DELETE /pivots/{pivot_id}": Decision(PIVOTS, 204, {"pivot_id": "own pivot"}),
    "GET /recurring": Decision(READ, 200),
    "POST /recurring": Decision(WRITE, 201, {"account": "account", "category": "category"}, _rent),
    "GET /recurring/{recurring_id}": Decision(READ, 200, {"recurring_id": "recurring"}),
    "PATCH /recurring/{recurring_id}": Decision(
        WRITE,
        200,
        {"recurring_id": "recurring", "account": "account"},
        lambda ids, _own: {"account": ids["account"], "every": "WEEK"},
    ),
    "DELETE /recurring/{recurring_id}": Decision(WRITE, 204, {"recurring_id": "recurring"}),
    "POST /recurring/{recurring_id}/record": Decision(WRITE, 201, {"recurring_id": "recurring"}),
    "POST /imports": Decision(
        IMPORT,
        201,
        {"account": "account"},
        lambda ids, own: {"account": ids["account"], "file": own.csv()},
        is_form=True,
    ),
    "POST /books": Decision(
        Who.SIGNED_IN, 201, body=lambda _ids, _own: {"file": JOURNAL}, is_form=True
    ),
    "GET /imports": Decision(READ, 200),
    "GET /imports/{import_id}": Decision(READ, 200, {"import_id": "import"}),
    "GET /imports/{import_id}/rows": Decision(READ, 200, {"import_id": "import"}),
    "DELETE /imports/{import_id}": Decision(IMPORT, 200, {"import_id": "import"}),
    "GET /reports/balances": Decision(READ, 200),
    "GET /reports/net-worth": Decision(READ, 200),
    "GET /reports/net-worth-change": Decision(READ, 200),
    "GET /reports/cash-flow": Decision(READ, 200),
    "GET /reports/spending": Decision(READ, 200),
    "GET /reports/income": Decision(READ, 200),
    "GET /reports/income-statement": Decision(READ, 200),
    "GET /reports/balance-sheet": Decision(READ, 200),
    "GET /reports/breakdown": Decision(READ, 200, query="by=tag"),
    "GET /reports/comparison": Decision(READ, 200, query="against=year"),
    "GET /reports/year-over-year": Decision(READ, 200),
    "GET /reports/savings": Decision(READ, 200),
    "GET /reports/daily-spending": Decision(READ, 200),
    "GET /reports/money-flow": Decision(READ, 200),
    "GET /reports/forecast": Decision(READ, 200),
    "GET /reports/anomalies": Decision(READ, 200),
    "GET /reports/pivot": Decision(READ, 200, query="rows=category&columns=month"),
    "GET /exports/transactions.csv": Decision(EXPORT, 200, query="max=0"),
    "GET /exports/book.zip": Decision(EXPORT, 200, query="max=0"),
    # Everything at once: the sign-in is old in the matrix, and a token needs none.
    "GET /exports/journal": Decision(EXPORT, 403, query="form=beancount", by_token=200),
    "GET /exports/table": Decision(EXPORT, 403, query="name=tags&form=xlsx", by_token=200),
    "GET /exports/accounts/{account_id}": Decision(
        EXPORT, 200, {"account_id": "account"}, query="form=ofx"
    ),
    "GET /webhooks": Decision(SETTINGS, 200),
    "POST /webhooks": Decision(
        SETTINGS, 422, body=_same({"url": "ftp://example.org", "events": ["member.joined"]})
    ),
    "DELETE /webhooks/{webhook_id}": Decision(SETTINGS, 204, {"webhook_id": "own webhook"}),
    "GET /webhooks/{webhook_id}/deliveries": Decision(SETTINGS, 200, {"webhook_id": "own webhook"}),
    "GET /change-sets": Decision(Permission.READ_ACTIVITY, 200),
    "POST /change-sets/{change_set_id}/undo": Decision(WRITE, 204, {"change_set_id": "change set"}),
    "GET /audit": Decision(Permission.READ_ACTIVITY, 200),
}
