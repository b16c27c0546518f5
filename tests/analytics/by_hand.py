"""A ledger kept by hand: the plainest possible answers, to hold the real ones against."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import insert

from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.schema import Account, Category, Posting, Transaction, new_id

# Name, kind, parent: two trees, one of them three deep.
CATEGORIES = (
    ("Wages", "INCOME", None),
    ("Bonus", "INCOME", "Wages"),
    ("Living", "EXPENSE", None),
    ("Food", "EXPENSE", "Living"),
    ("Bread", "EXPENSE", "Food"),
    ("Fun", "EXPENSE", None),
)
KIND = {name: kind for name, kind, _ in CATEGORIES}
PARENT = {name: parent for name, _, parent in CATEGORIES}


@dataclass(frozen=True, slots=True)
class Purse:
    name: str
    currency: str = "EUR"
    side: str = "ASSET"
    opening: int = 0
    opened_on: date = date(2024, 1, 1)
    visibility: str = "EVERYONE"
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Move:
    on: date
    purse: Purse
    amount: int
    category: str | None = None
    payee: str = ""
    lines: tuple[tuple[str | None, int], ...] = ()
    transfer: UUID | None = None
    id: UUID = field(default_factory=new_id)

    def parts(self) -> tuple[tuple[str | None, int], ...]:
        return self.lines or ((self.category, self.amount),)


def transfer(on: date, source: Purse, target: Purse, sent: int, received: int) -> list[Move]:
    number = new_id()
    return [Move(on, source, -sent, transfer=number), Move(on, target, received, transfer=number)]


def write(
    context: TenantContext, purses: Sequence[Purse], moves: Sequence[Move]
) -> dict[str, UUID]:
    """Write the ledger into the tenant and return its categories' ids by name."""
    ids = {name: new_id() for name in KIND}
    with tenant_transaction(context) as db:
        categories = [
            {
                "id": ids[name],
                "name": f"{name}*",
                "kind": kind,
                "parent_id": ids[parent] if parent else None,
            }
            for name, kind, parent in CATEGORIES
        ]
        for row in categories:
            db.execute(insert(Category), [row])
        db.execute(insert(Account), [_purse_row(purse) for purse in purses])
        if moves:
            db.execute(insert(Transaction), [_move_row(move, ids) for move in moves])
        lines = [row for move in moves for row in _line_rows(move, ids)]
        if lines:
            db.execute(insert(Posting), lines)
    return ids


def balance(purse: Purse, moves: Iterable[Move], on: date) -> int:
    opening = purse.opening if purse.opened_on <= on else 0
    return opening + sum(move.amount for move in moves if move.purse == purse and move.on <= on)


def top(category: str | None) -> str | None:
    while category is not None and PARENT[category] is not None:
        category = PARENT[category]
    return category


def parts(
    moves: Iterable[Move], kind: str, since: date, until: date
) -> list[tuple[Move, str | None, int]]:
    """Every amount of `kind` in the period with its category; spending is positive."""
    sign = 1 if kind == "INCOME" else -1
    return [
        (move, category, sign * amount)
        for move in moves
        if since <= move.on < until and move.transfer is None
        for category, amount in move.parts()
        if (KIND[category] if category else ("INCOME" if amount > 0 else "EXPENSE")) == kind
    ]


def sums(rows: Iterable[tuple[object, int]]) -> dict[object, int]:
    total: dict[object, int] = defaultdict(int)
    for key, amount in rows:
        total[key] += amount
    return dict(total)


def days(since: date, until: date) -> list[date]:
    return [since + timedelta(number) for number in range((until - since).days)]


def _purse_row(purse: Purse) -> dict[str, object]:
    kind = "CREDIT_CARD" if purse.side == "LIABILITY" else "CHECKING"
    return {
        "id": purse.id, "name": purse.name, "kind": kind, "side": purse.side, "number": "",
        "currency": purse.currency, "opening_balance": purse.opening, "opened_on": purse.opened_on,
        "visibility": purse.visibility,
    }  # fmt: skip


def _move_row(move: Move, ids: dict[str, UUID]) -> dict[str, object]:
    return {
        "id": move.id, "account_id": move.purse.id, "currency": move.purse.currency,
        "booked_on": move.on, "amount": move.amount, "payee": move.payee,
        "category_id": ids[move.category] if move.category else None,
        "is_split": bool(move.lines), "transfer_id": move.transfer,
    }  # fmt: skip


def _line_rows(move: Move, ids: dict[str, UUID]) -> list[dict[str, object]]:
    return [
        {
            "id": new_id(), "transaction_id": move.id, "account_id": move.purse.id,
            "booked_on": move.on, "line": number, "amount": amount, "memo": "",
            "category_id": ids[category] if category else None,
        }
        for number, (category, amount) in enumerate(move.lines, start=1)
    ]  # fmt: skip
