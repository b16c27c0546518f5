"""Which account a statement came into before, told by its rows where it names none."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Text, any_, literal, select
from sqlalchemy.orm import Session

from fintrack.ledger.rows import one_of
from fintrack.schema import Transaction
from fintrack.statements.plans import Plan
from fintrack.statements.targets import LedgerAccount

# Files overlap at their ends, so these rows of each end suffice.
SAMPLE = 100


def holders(
    db: Session, plans: Sequence[Plan], ledger: Sequence[LedgerAccount]
) -> dict[str, LedgerAccount]:
    """Return by plan the account of its currency that holds most of its rows, if one does."""
    keys = {plan.key: _sample(plan.import_keys) for plan in plans}
    asked = sorted({key for each in keys.values() for key in each})
    statement = select(Transaction.account_id, Transaction.import_key).where(
        one_of(Transaction.account_id, [each.id for each in ledger]),
        Transaction.import_key == any_(literal(asked, ARRAY(Text()))),
    )
    places: dict[str, set[UUID]] = defaultdict(set)
    for account_id, key in db.execute(statement) if asked and ledger else ():
        places[str(key)].add(account_id)
    found = {plan.key: _holder(plan, keys[plan.key], places, ledger) for plan in plans}
    return {key: account for key, account in found.items() if account is not None}


def _sample(keys: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*keys[:SAMPLE], *keys[-SAMPLE:]]))


def _holder(
    plan: Plan,
    keys: Sequence[str],
    places: Mapping[str, set[UUID]],
    ledger: Sequence[LedgerAccount],
) -> LedgerAccount | None:
    held = Counter(each for key in keys for each in places.get(key, ()))
    accounts = [each for each in ledger if each.currency == plan.currency and held[each.id]]
    most = max((held[each.id] for each in accounts), default=0)
    best = [each for each in accounts if held[each.id] == most]
    return best[0] if len(best) == 1 else None
