"""Ledger accounts, each with its balance, and with whom they are shared."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import MISSING, Field

from fintrack.access.sharing import (
    SHARE_VALUES,
    account_shares,
    share_account,
    unshare_account,
)
from fintrack.access.versions import version_of
from fintrack.analytics.periods import today_of
from fintrack.api.actors import Member
from fintrack.api.calls import Call
from fintrack.api.fields import (
    Amount,
    Currency,
    Day,
    Given,
    Text,
    Told,
    decimal,
    minor,
    optional_day,
)
from fintrack.api.levels import Level
from fintrack.api.pages import Page, PageQuery, Paging, page
from fintrack.api.versions import IfMatch, IfMatchNumber, Versioned, name_version, tagged
from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import (
    AccountChange,
    AccountKind,
    NewAccount,
    Side,
    Visibility,
    account,
    accounts,
    archive_account,
    create_account,
    delete_account,
    reopen_account,
    update_account,
)
from fintrack.statements.stated_balances import stated_balances

ALONE = "Archive or reopen an account on its own, without other changes."
router = APIRouter(prefix="/accounts", tags=["accounts"], route_class=Call)


class AccountGiven(Given):
    """An account to open; `opened_on` is today, the currency the tenant's unless given."""

    name: Annotated[Text, Field(examples=["Checking"])]
    kind: AccountKind
    currency: Currency | None = None
    opening_balance: Amount = "0"
    opened_on: Day | None = None
    visibility: Visibility = Visibility.EVERYONE
    side: Side | None = None
    number: Text = ""


class AccountPatch(Given):
    """New values; what is not named stays. The currency stays for ever."""

    name: Text | MISSING = MISSING
    kind: AccountKind | MISSING = MISSING
    side: Side | MISSING = MISSING
    opening_balance: Amount | MISSING = MISSING
    opened_on: Day | MISSING = MISSING
    visibility: Visibility | MISSING = MISSING
    number: Text | MISSING = MISSING
    archived: bool | MISSING = MISSING


class BankBalance(Told):
    """What a bank file said that the account held at the end of a day.

    `difference` is by how much the books are above it now.
    """

    on: date
    balance: Amount
    difference: Amount


class AccountTold(Told):
    """An account as the member sees it; the balance counts every transaction.

    `bank_balance` is that of the latest day which an import states.
    """

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
    bank_balance: BankBalance | None
    version: int


class AccountsQuery(PageQuery):
    """Which accounts are listed."""

    archived: Annotated[bool, Field(description="Whether archived ones are listed too.")] = False


class ShareGiven(Given):
    """How much of the account the member sees."""

    level: Annotated[Level, Field(examples=["read"])]


class ShareTold(Versioned):
    """A member with whom the account is shared."""

    user_id: UUID
    level: Level


@router.get("")
def list_accounts(context: Member, wanted: Annotated[AccountsQuery, Query()]) -> Page[AccountTold]:
    """List the accounts that I see, by kind and name."""
    rows = accounts(context, archived=wanted.archived).to_dict("records")
    stated = _bank_balances(context)
    told = [_told(row, stated.get(row["id"])) for row in rows]
    return page(context.tenant_id, "accounts", told, wanted)


@router.post("", status_code=201)
def open_account(context: Member, given: AccountGiven, response: Response) -> AccountTold:
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
    return _record_told(context, create_account(context, new), response)


@router.get("/{account_id}")
def show_account(context: Member, account_id: UUID, response: Response) -> AccountTold:
    """Return one account."""
    return _record_told(context, account_id, response)


@router.patch("/{account_id}")
def change_account(
    context: Member,
    account_id: UUID,
    given: AccountPatch,
    version: IfMatchNumber,
    response: Response,
) -> AccountTold:
    """Change an account, or archive and reopen it."""
    values = given.model_dump()
    archived = values.pop("archived", None)
    if archived is not None and values:
        raise InvalidInput(ALONE)
    if archived is not None:
        (archive_account if archived else reopen_account)(context, account_id, version)
    elif values:
        _change(context, account_id, values, version)
    return _record_told(context, account_id, response)


@router.delete("/{account_id}", status_code=204)
def remove_account(context: Member, account_id: UUID, version: IfMatchNumber) -> Response:
    """Delete an account that never had a transaction."""
    delete_account(context, account_id, version)
    return Response(status_code=204)


@router.get("/{account_id}/shares")
def list_shares(context: Member, account_id: UUID, wanted: Paging) -> Page[ShareTold]:
    """List with whom my account is shared, or my own share in another's."""
    account(context, account_id)
    return page(context.tenant_id, "shares", _shares(context, account_id), wanted)


@router.put("/{account_id}/shares/{user_id}")
def share(
    context: Member,
    account_id: UUID,
    user_id: UUID,
    given: ShareGiven,
    version: IfMatch,
    response: Response,
) -> ShareTold:
    """Share my account with a member."""
    share_account(context, account_id, user_id, given.level.share, version)
    told = _share_told({"user_id": user_id, "level": given.level.share.value})
    return tagged(response, told)


@router.delete("/{account_id}/shares/{user_id}", status_code=204)
def unshare(context: Member, account_id: UUID, user_id: UUID, version: IfMatch) -> Response:
    """Take a share back."""
    unshare_account(context, account_id, user_id, version)
    return Response(status_code=204)


def _change(
    context: TenantContext, account_id: UUID, values: dict[str, Any], version: int | None
) -> None:
    if "opening_balance" in values:
        currency = account(context, account_id).currency
        values["opening_balance"] = minor(values["opening_balance"], currency)
    update_account(context, account_id, AccountChange(**values), version)


def _shares(context: TenantContext, account_id: UUID) -> list[ShareTold]:
    rows = account_shares(context, account_id).to_dict("records")
    return [_share_told(row) for row in rows]


def _share_told(row: dict[Any, Any]) -> ShareTold:
    level, version = Level(row["level"].lower()), version_of(row, SHARE_VALUES)
    return ShareTold(user_id=row["user_id"], level=level, version=version)


def _record_told(context: TenantContext, account_id: UUID, response: Response) -> AccountTold:
    found = account(context, account_id)
    name_version(response, found.version)
    return _told(asdict(found), _bank_balances(context).get(str(account_id)))


def _bank_balances(context: TenantContext) -> dict[str, BankBalance]:
    rows = stated_balances(context).to_dict("records")
    return {
        row["account_id"]: BankBalance(
            on=row["on"].date(),
            balance=decimal(row["balance"], row["currency"]),
            difference=decimal(row["difference"], row["currency"]),
        )
        for row in rows
    }


def _told(row: dict[Any, Any], stated: BankBalance | None) -> AccountTold:
    currency = row["currency"]
    known = {
        "balance": decimal(row["balance"], currency),
        "opening_balance": decimal(row["opening_balance"], currency),
        "last_booked_on": optional_day(row["last_booked_on"]),
        "bank_balance": stated,
    }
    return AccountTold(**{**row, **known})
