"""Which account has rows of a statement already, told by keys, or else by days and amounts."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fintrack.ledger.rows import one_of
from fintrack.schema import Transaction
from fintrack.statements.plans import Plan
from fintrack.statements.targets import LedgerAccount

# Files overlap at their ends, so these rows of each end suffice.
SAMPLE = 100
# Days and amounts that are no chance.
_ENOUGH = 3

_Move = tuple[date, int]
Key = TypeVar("Key")


def holders(
    db: Session, plans: Sequence[Plan], ledger: Sequence[LedgerAccount]
) -> dict[str, LedgerAccount]:
    """Return by plan the account of its currency that holds most of its rows, if one does."""
    keys = {plan.key: _sample(plan.import_keys) for plan in plans}
    asked = sorted({key for each in keys.values() for key in each})
    statement = select(Transaction.account_id, Transaction.import_key).where(
        one_of(Transaction.account_id, [each.id for each in ledger]),
        one_of(Transaction.import_key, asked),
    )
    places: dict[str, set[UUID]] = defaultdict(set)
    for account_id, key in db.execute(statement) if asked and ledger else ():
        places[str(key)].add(account_id)
    found = {plan.key: _holder(plan, keys[plan.key], places, ledger) for plan in plans}
    unknown = [plan for plan in plans if found[plan.key] is None and plan.planned]
    found |= _alike(db, unknown, ledger) if unknown and ledger else {}
    return {key: account for key, account in found.items() if account is not None}


def _sample(keys: Sequence[Key]) -> list[Key]:
    return list(dict.fromkeys([*keys[:SAMPLE], *keys[-SAMPLE:]]))


def _alike(
    db: Session, plans: Sequence[Plan], ledger: Sequence[LedgerAccount]
) -> dict[str, LedgerAccount | None]:
    """Return by plan the account with its days and amounts: in another format words differ."""
    moves = {plan.key: _sample(_moves(plan)) for plan in plans}
    asked = {each for sample in moves.values() for each in sample}
    statement = select(Transaction.account_id, Transaction.booked_on, Transaction.amount).where(
        one_of(Transaction.account_id, [each.id for each in ledger]),
        one_of(Transaction.booked_on, sorted({day for day, _ in asked})),
        one_of(Transaction.amount, sorted({amount for _, amount in asked})),
    )
    places: dict[_Move, set[UUID]] = defaultdict(set)
    for account_id, day, amount in db.execute(statement):
        places[day, amount].add(account_id)
    found = {plan.key: _holder(plan, moves[plan.key], places, ledger) for plan in plans}
    return {
        key: account if account and _is_most(account, moves[key], places) else None
        for key, account in found.items()
    }


def _moves(plan: Plan) -> list[_Move]:
    return [(each.movement.booked_on, each.amount) for each in plan.planned]


def _is_most(
    account: LedgerAccount, moves: Sequence[_Move], places: Mapping[_Move, set[UUID]]
) -> bool:
    """Say whether the account has enough of the file's rows on the days that both tell of."""
    held = [each for each in moves if account.id in places.get(each, ())]
    first, last = min(held), max(held)
    both = [each for each in moves if first[0] <= each[0] <= last[0]]
    return len(held) >= _ENOUGH and len(held) * 2 >= len(both)


def _holder(
    plan: Plan,
    keys: Sequence[Key],
    places: Mapping[Key, set[UUID]],
    ledger: Sequence[LedgerAccount],
) -> LedgerAccount | None:
    held = Counter(each for key in keys for each in places.get(key, ()))
    accounts = [each for each in ledger if each.currency == plan.currency and held[each.id]]
    most = max((held[each.id] for each in accounts), default=0)
    best = [each for each in accounts if held[each.id] == most]
    return best[0] if len(best) == 1 else None
