"""Into which account a statement goes: one that is there, or a new one as the file describes it."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePath
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from fintrack.context import TenantContext
from fintrack.schema import Account, AccountShare
from fintrack.statements.plans import LARGEST_AMOUNT, Plan

NAME_LENGTH, NUMBER_LENGTH = 80, 64
_KIND_WORDS = (
    ("CREDIT_CARD", r"card|visa|mastercard|amex|credit|karte|carte|tarjeta"),
    ("SAVINGS", r"saving|spar|tagesgeld|epargne|livret|ahorro"),
    ("LOAN", r"loan|mortgage|kredit|darlehen|pret|prestamo"),
    ("INVESTMENT", r"invest|broker|401k|depot|pension|retire"),
    ("CASH", r"cash|wallet|bargeld|efectivo"),
)
_KIND_NAMES = {
    "CHECKING": "Checking account",
    "SAVINGS": "Savings account",
    "CREDIT_CARD": "Credit card",
    "LOAN": "Loan",
    "INVESTMENT": "Investment account",
    "CASH": "Cash",
}
LIABILITIES = frozenset({"CREDIT_CARD", "LOAN"})
_NUMBER = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}|[\dX*•~#]{4,}[A-Z0-9]*")
_SHORTEST_NUMBER = 6


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """An account that the member may write to."""

    id: UUID
    name: str
    kind: str
    currency: str
    number: str
    opening_balance: int


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that the import will make; the opening balance in minor units."""

    name: str
    kind: str
    currency: str
    number: str = ""
    opening_balance: int = 0
    opened_on: date | None = None


def writable_accounts(db: Session, context: TenantContext) -> tuple[LedgerAccount, ...]:
    """Return the accounts in use that the member may write to, by name."""
    statement = (
        select(
            Account.id,
            Account.name,
            Account.kind,
            Account.currency,
            Account.number,
            Account.opening_balance,
        )
        .where(Account.archived_at.is_(None), _may_write(context))
        .order_by(Account.name, Account.id)
    )
    return tuple(LedgerAccount(*row) for row in db.execute(statement))


def matching_account(
    label: str, currency: str, accounts: Iterable[LedgerAccount]
) -> LedgerAccount | None:
    """Return the one account of this currency that has the file's number or, else, its name."""
    same = [each for each in accounts if each.currency == currency]
    number = _bare(label)
    by_number = [each for each in same if _is_same_number(number, _bare(each.number))]
    by_name = [each for each in same if label and each.name.casefold() == label.casefold()]
    found = by_number or by_name
    return found[0] if len(found) == 1 else None


def proposed_account(
    plan: Plan, file_name: str, taken: Collection[str], *, is_card: bool
) -> NewAccount:
    """Return a new account whose balance will be the one that the file states."""
    kind = "CREDIT_CARD" if is_card else _kind(f"{plan.label} {PurePath(file_name).stem}")
    is_number = bool(_NUMBER.fullmatch(_bare(plan.label)))
    return NewAccount(
        name=_free_name(_name(plan.label, kind, is_number=is_number), taken),
        kind=kind,
        currency=plan.currency,
        number=plan.label[:NUMBER_LENGTH] if is_number else "",
        opening_balance=_opening(plan),
        opened_on=plan.days[0],
    )


def side_of(kind: str) -> str:
    """Return on which side of the balance sheet the kind stands."""
    return "LIABILITY" if kind in LIABILITIES else "ASSET"


def renamed(account: NewAccount, taken: Collection[str]) -> NewAccount:
    """Return the account under a name that is not taken."""
    return replace(account, name=_free_name(account.name, taken))


def _may_write(context: TenantContext) -> ColumnElement[bool]:
    shared = exists().where(
        AccountShare.tenant_id == Account.tenant_id,
        AccountShare.account_id == Account.id,
        AccountShare.user_id == context.user_id,
        AccountShare.level == "WRITE",
    )
    return or_(Account.visibility == "EVERYONE", Account.owner_id == context.user_id, shared)


def _bare(text: str) -> str:
    return re.sub(r"[\s./-]", "", text).upper()


def _is_same_number(one: str, other: str) -> bool:
    """An IBAN ends with the account's number in many countries."""
    if not one or not other:
        return False
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= _SHORTEST_NUMBER and longer.endswith(shorter))


def _kind(words: str) -> str:
    lowered = words.casefold()
    return next((kind for kind, pattern in _KIND_WORDS if re.search(pattern, lowered)), "CHECKING")


def _name(label: str, kind: str, *, is_number: bool) -> str:
    if not label:
        return _KIND_NAMES[kind]
    return f"{_KIND_NAMES[kind]} ··{_bare(label)[-4:]}" if is_number else label[:NAME_LENGTH]


def _free_name(name: str, taken: Collection[str]) -> str:
    used = {each.casefold() for each in taken}
    names = (name, *(f"{name[: NAME_LENGTH - 5]} {number}" for number in range(2, len(used) + 3)))
    return next(each for each in names if each.casefold() not in used)


def _opening(plan: Plan) -> int:
    opening = 0
    if plan.opening is not None:
        opening = plan.opening
    elif plan.closing is not None:
        opening = plan.closing - plan.total
    return opening if abs(opening) <= LARGEST_AMOUNT else 0
