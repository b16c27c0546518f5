"""Ledger accounts, each with its balance, and with whom they are shared."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from fintrack.analytics.periods import today_of
from fintrack.api.actors import Member
from fintrack.api.fields import Amount, Currency, Given, Text, Told, day, decimal, minor
from fintrack.api.pages import Page, Paging, page
from fintrack.ledger.accounts import (
    AccountKind,
    AccountRecord,
    NewAccount,
    Side,
    Visibility,
    account,
    accounts,
    create_account,
)

router = APIRouter(prefix="/accounts", tags=["accounts"])


class AccountGiven(Given):
    """An account to open; `opened_on` is today, the currency the tenant's unless given."""

    name: Annotated[Text, Field(examples=["Checking"])]
    kind: AccountKind
    currency: Currency | None = None
    opening_balance: Amount = "0"
    opened_on: date | None = None
    visibility: Visibility = Visibility.EVERYONE
    side: Side | None = None
    number: Text = ""


class AccountTold(Told):
    """An account as the member sees it; the balance counts every transaction."""

    id: UUID
    name: str
    kind: AccountKind
    side: Side
    currency: str
    balance: Amount
    opening_balance: Amount
    opened_on: date
    visibility: Visibility
    owner_id: UUID
    number: str
    archived: bool
    last_booked_on: date | None
    version: int


@router.get("")
def list_accounts(context: Member, wanted: Paging) -> Page[AccountTold]:
    """List the accounts that I see, by kind and name."""
    rows = accounts(context).to_dict("records")
    return page(context, "accounts", [_told(row) for row in rows], wanted)


@router.post("", status_code=201)
def open_account(context: Member, given: AccountGiven) -> AccountTold:
    """Open an account."""
    currency = given.currency or context.currency
    new = NewAccount(
        name=given.name,
        kind=given.kind,
        currency=currency,
        opened_on=given.opened_on or today_of(context),
        opening_balance=minor(given.opening_balance, currency),
        side=given.side,
        visibility=given.visibility,
        number=given.number,
    )
    return _record_told(account(context, create_account(context, new)))


@router.get("/{account_id}")
def show_account(context: Member, account_id: UUID) -> AccountTold:
    """Return one account."""
    return _record_told(account(context, account_id))


def _told(row: dict[Any, Any]) -> AccountTold:
    currency = row["currency"]
    known = {
        "balance": decimal(row["balance"], currency),
        "opening_balance": decimal(row["opening_balance"], currency),
        "opened_on": day(row["opened_on"]),
        "last_booked_on": day(row["last_booked_on"]),
    }
    return AccountTold(**{**row, **known})


def _record_told(found: AccountRecord) -> AccountTold:
    return _told({name: getattr(found, name) for name in AccountTold.model_fields})
