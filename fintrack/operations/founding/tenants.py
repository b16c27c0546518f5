"""Founding: each user of old gets his books in a tenant of his own, once."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from fintrack.access.founding import (
    begun_tenant,
    finish_founding,
    found_tenant,
    founding_mark,
    registered_at,
    settle_user,
)
from fintrack.access.tenants import NewTenant
from fintrack.context import TenantType, UserSession
from fintrack.errors import Conflict
from fintrack.money import decimal_text, rounded_minor_units
from fintrack.operations.demo import LOCALE, TIME_ZONE
from fintrack.operations.founding.old_books import OldBook
from fintrack.operations.operators import acting_for
from fintrack.statements.books.writing import bring_book

# Without mail nobody proves an address: the operator has to know whose account this is.
ALREADY = "Goes to the account of this address made here on {}. Make sure first that it is his."


class State(StrEnum):
    """How far the migration is with one user."""

    NEW = "new"
    BEGUN = "begun"
    BROUGHT = "brought"
    THERE = "there already"
    CHANGED = "changed since"
    EMPTY = "no accounts"


@dataclass(frozen=True, slots=True)
class OldUser:
    """One user of old: how far the migration is, and what his books add up to.

    `sums` are balances as decimal text by currency.
    """

    email: str
    state: State
    accounts: int
    transactions: int
    sums: dict[str, str]
    checksum: str
    notes: tuple[str, ...]


def without_books(email: str) -> OldUser:
    """Return what the report says of a user who owns no account."""
    note = "Has no account, so there is no tenant to make. Invite him here if he should come too."
    return OldUser(email, State.EMPTY, 0, 0, {}, "", (note,))


def survey(old: OldBook) -> OldUser:
    """Return what would become of one user's books; nothing is written."""
    mark = founding_mark(old.email)
    state = State.NEW
    if mark is not None and mark.checksum:
        is_same = mark.checksum == old.checksum
        state = (
            State.BEGUN if mark.finished_at is None else State.THERE if is_same else State.CHANGED
        )
    known = registered_at(old.email) if state is State.NEW else None
    warning = () if known is None else (ALREADY.format(f"{known:%Y-%m-%d}"),)
    currencies = {each.key: each.currency for each in old.book.accounts}
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for account in old.book.accounts:
        sums[account.currency] += account.opening
    for each in old.book.transactions:
        sums[currencies[each.account]] += each.amount
    return OldUser(
        old.email,
        state,
        len(old.book.accounts),
        len(old.book.transactions),
        {code: decimal_text(rounded_minor_units(sums[code], code), code) for code in sorted(sums)},
        old.checksum,
        (*warning, *old.book.notes),
    )


def found(old: OldBook, country: str) -> None:
    """Give one user his default tenant, with everything that the older FinTrack held of him.

    A run that was cut off is done again from the start, and one that was finished not at all.

    Raises:
        Conflict: the old books changed since they were brought.
        InvalidInput: something in them cannot be kept.
    """
    state = survey(old).state
    if state is State.THERE:
        return
    if state is not State.CHANGED:
        settle_user(old.name, old.email, old.password_hash)
        with acting_for(old.email, "founding migration") as session:
            if begun_tenant(session) is None:
                _bring(session, old, country)
            finish_founding(session)
    if survey(old).state is State.CHANGED:
        raise Conflict(f"The old books of {old.email} changed since. Reverse the migration first.")


def default_tenant(old: OldBook, country: str) -> NewTenant:
    """Return what a user's tenant is made from: personal, in his name and his currency."""
    return NewTenant(old.name, TenantType.PERSONAL, old.currency, country, LOCALE, TIME_ZONE)


def _bring(session: UserSession, old: OldBook, country: str) -> None:
    bring_book(
        session,
        old.book,
        default_tenant(old, country),
        found=lambda session, tenant: found_tenant(session, tenant, old.checksum),
    )
