"""The ordered index paths along which one page of a filtered list is read.

Under row policies only leakproof comparisons can use an index. A path is an index whose order is
the list's own, newest first; several paths are merged, so that a page reads about its own length.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, UnaryExpression, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import SQLCoreOperations

from fintrack.derived_schema import SearchToken
from fintrack.ledger.conditions import (
    Condition,
    in_categories,
    place_conditions,
    row_conditions,
    subtree,
    whole_uncategorised,
)
from fintrack.ledger.cursors import Position
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.rows import one_of
from fintrack.ledger.tokens import SearchPlan, search_plan
from fintrack.schema import Posting, Transaction, TransactionTag

# Above it, a walk through all transactions meets enough of them.
MOST_PATHS = 12
Side = type[Posting] | type[TransactionTag] | type[SearchToken]


@dataclass(frozen=True, slots=True)
class Path:
    """Days and ids of matching transactions, and the columns that order them.

    A path that meets no other transactions, or reads each it meets, takes them whole at once.
    """

    booked_on: InstrumentedAttribute[date]
    id: InstrumentedAttribute[UUID]
    statement: Select[*tuple[Any, ...]]
    takes_whole: bool = False


def listed(
    db: Session,
    wanted: TransactionFilter,
    start: Position | None,
    count: int,
    columns: Sequence[InstrumentedAttribute[Any]],
) -> Subquery:
    """Return `columns` of the next `count` transactions after `start`."""
    paths = _paths(db, wanted)
    if len(paths) == 1 and paths[0].takes_whole:
        whole = replace(paths[0], statement=paths[0].statement.with_only_columns(*columns))
        return _branch(whole, start, count).subquery("listed")
    found = _candidates(paths, start, count)
    return select(*columns).join(found, Transaction.id == found.c.id).subquery("listed")


def _candidates(paths: Sequence[Path], start: Position | None, count: int) -> Subquery:
    """Return the days and ids of the next transactions, which most indexes cover."""
    branches = [_branch(path, start, count) for path in paths]
    if len(branches) == 1:
        return branches[0].subquery("candidate")
    merged = union_all(*(select(each.subquery()) for each in branches)).subquery("merged")
    ordered = _ordered(merged.c.booked_on, merged.c.id, start)
    return select(merged).distinct().order_by(*ordered).limit(count).subquery("candidate")


def _branch(path: Path, start: Position | None, count: int) -> Select[*tuple[Any, ...]]:
    place = tuple_(path.booked_on, path.id)
    statement = path.statement
    if start is not None:
        edge = tuple_(start.booked_on, start.id)
        statement = statement.where(place > edge if start.newer else place < edge)
    return statement.order_by(*_ordered(path.booked_on, path.id, start)).limit(count)


def _ordered(
    booked_on: SQLCoreOperations[date], identifier: SQLCoreOperations[UUID], start: Position | None
) -> tuple[UnaryExpression[date], UnaryExpression[UUID]]:
    if start is not None and start.newer:
        return booked_on.asc(), identifier.asc()
    return booked_on.desc(), identifier.desc()


def _paths(db: Session, wanted: TransactionFilter) -> list[Path]:
    rows = row_conditions(wanted)
    categories = subtree(db, wanted.category_id) if wanted.category_id else None
    plan = search_plan(db, wanted.words)
    if categories is not None:
        if plan.is_walk and 0 < len(categories) <= MOST_PATHS:
            return _category_paths(categories, wanted, list(rows.values()))
        rows["category"] = in_categories(categories)
    if not plan.is_walk:
        return _word_paths(plan, wanted, rows)
    if wanted.tag_id is not None:
        rows.pop("tag")
        tagged = TransactionTag.tag_id == wanted.tag_id
        return [_along(TransactionTag, tagged, wanted, list(rows.values()))]
    if wanted.uncategorised:
        rows.pop("uncategorised")
        unnamed = Posting.category_id.is_(None)
        rest = list(rows.values())
        return [
            _walk(wanted, [whole_uncategorised(), *rest]),
            _along(Posting, unnamed, wanted, rest),
        ]
    return [_walk(wanted, list(rows.values()))]


def _category_paths(
    categories: Sequence[UUID], wanted: TransactionFilter, rest: Sequence[Condition]
) -> list[Path]:
    whole = [_walk(wanted, [Transaction.category_id == each, *rest]) for each in categories]
    lines = [_along(Posting, Posting.category_id == each, wanted, rest) for each in categories]
    return whole + lines


def _word_paths(
    plan: SearchPlan, wanted: TransactionFilter, rows: dict[str, Condition]
) -> list[Path]:
    if plan.ids is not None:
        return [_walk(wanted, [one_of(Transaction.id, plan.ids), *rows.values()])]
    rest = [each for name, each in rows.items() if name != f"word {plan.term}"]
    return [
        _along(SearchToken, SearchToken.token == token, wanted, rest) for token in plan.tokens
    ] or [_walk(wanted, [Transaction.id.is_(None)])]


def _walk(wanted: TransactionFilter, rest: Sequence[Condition]) -> Path:
    columns = select(Transaction.booked_on, Transaction.id)
    asked = columns.where(*place_conditions(Transaction, wanted), *rest)
    return Path(Transaction.booked_on, Transaction.id, asked, takes_whole=not rest)


def _along(
    side: Side, own: Condition, wanted: TransactionFilter, rest: Sequence[Condition]
) -> Path:
    """Return the path through a table beside the transactions, which are read only if they must."""
    statement = select(side.booked_on, side.transaction_id.label("id")).select_from(side)
    statement = statement.where(own, *place_conditions(side, wanted))
    if rest:
        joined = Transaction.id == side.transaction_id
        statement = statement.join(Transaction, joined).where(*rest)
    return Path(side.booked_on, side.transaction_id, statement, takes_whole=bool(rest))
