"""Export: transactions as CSV, safe in spreadsheets and exact enough to be imported again.

One row a transaction, of a split one row a line with the same id. A line's memo follows the
description after a lone " · ", which stands between tags as well; dots within them are doubled,
so that they can be told apart.
"""

import csv
import io
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Numeric,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    column,
    func,
    literal,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import SQLCoreOperations

from fintrack import audit
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.ledger.category_paths import category_tree
from fintrack.ledger.conditions import all_conditions
from fintrack.ledger.filters import EVERYTHING, TransactionFilter
from fintrack.money import decimal_text
from fintrack.schema import Account, Posting, Tag, Transaction, TransactionTag
from fintrack.streams import copy_out

CURRENCY = table("currency", column("code"), column("exponent"), schema="ref")
# What a spreadsheet would run: operators, also in full width and after spaces, and control signs.
RISKY = "'*([ \N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}]*[=+@＝＋－＠-]|[\t\r\n])"  # noqa: RUF001
# Of a browser, everything at once is asked for only by whoever shows that it is still the member.
CONFIRM_EVERYTHING = "Before everything leaves in one file, confirm that it is you."
# Whole numbers that are no amounts.
COUNTS = frozenset({"transactions", "entries", "per_mille", "depth", "version"})
DOT = "·"
MEMO = " · "
LONE_DOT = re.compile(f" {DOT} ")


def export_transactions(
    context: TenantContext, wanted: TransactionFilter = EVERYTHING
) -> Iterator[bytes]:
    """Return the filtered transactions that the member sees as CSV, oldest first, in chunks.

    Amounts are decimal strings with a point; they are never quoted against formulas.

    Raises:
        PermissionDenied: the member may not export.
        Conflict: the tenant has exported as often as it may today.
    """
    _record(context, wanted)
    with tenant_transaction(context) as db:
        return copy_out(db, transactions_statement(db, wanted))


class Part(StrEnum):
    """How much a filter takes of the transactions that a member sees."""

    NOTHING = "NOTHING"
    SOME = "SOME"
    EVERYTHING = "EVERYTHING"


def part_taken(context: TenantContext, wanted: TransactionFilter) -> Part:
    """Return how much the filter takes; EVERYTHING is what it is called, however it is asked for.

    Raises:
        PermissionDenied: the member may not export.
    """
    context.require(Permission.EXPORT)
    if wanted == EVERYTHING:
        return Part.EVERYTHING
    with tenant_transaction(context) as db:
        conditions = and_(true(), *all_conditions(db, wanted))
        taken = select(Transaction.id).where(conditions)
        left_out = select(Transaction.id).where(conditions.is_not(True))
        takes_any, leaves_any = db.execute(select(taken.exists(), left_out.exists())).one()
    if not takes_any:
        return Part.NOTHING
    return Part.SOME if leaves_any else Part.EVERYTHING


def frame_csv(rows: pd.DataFrame) -> bytes:
    """Return a frame as CSV with a header: decimals as machines read them, text that no sheet runs.

    The ids of rows stay behind; every amount is in the currency of its row.
    """
    shown = [str(name) for name in rows.columns if not str(name).endswith("_id")]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(shown)
    for row in rows.to_dict("records"):
        writer.writerow([_cell(name, row[name], row.get("currency")) for name in shown])
    return file.getvalue().encode()


def transactions_statement(
    db: Session, wanted: TransactionFilter = EVERYTHING
) -> Select[*tuple[Any, ...]]:
    """Return the rows of the CSV export, their texts as a spreadsheet may be given them."""
    tree, tagged = category_tree(), tags_in_cells()
    category_id = func.coalesce(Posting.category_id, Transaction.category_id)
    cells: dict[str, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
        "id": Transaction.id,
        "date": Transaction.booked_on,
        "account": guarded_cell(Account.name),
        "currency": Transaction.currency,
        "amount": decimal_cell(func.coalesce(Posting.amount, Transaction.amount)),
        "payee": guarded_cell(Transaction.payee),
        "category": guarded_cell(tree.c.path),
        "description": guarded_cell(_description()),
        "note": guarded_cell(Transaction.note),
        "status": Transaction.status,
        "split": Posting.line,
        "transfer": Transaction.transfer_id,
        "value_date": Transaction.valued_on,
        "kind": tree.c.kind,
        "tags": guarded_cell(tagged.c.tags),
    }
    named = [cell.label(name) for name, cell in cells.items()]
    lines = and_(Transaction.is_split, Posting.transaction_id == Transaction.id)
    return (
        select(*named)
        .select_from(Transaction)
        .join(Account, Account.id == Transaction.account_id)
        .join(CURRENCY, CURRENCY.c.code == Transaction.currency)
        .outerjoin(Posting, lines)
        .outerjoin(tree, tree.c.id == category_id)
        .outerjoin(tagged, tagged.c.transaction_id == Transaction.id)
        .where(*all_conditions(db, wanted))
        .order_by(Transaction.booked_on, Transaction.id, Posting.line)
    )


def guarded(text: str) -> str:
    """Return the text as a spreadsheet may be given it: a formula behind an apostrophe."""
    return f"'{text}" if re.match(RISKY, text) else text


def unguarded(cell: str) -> str:
    """Return an exported text without the apostrophe that kept a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") and re.match(RISKY, cell) else cell


def guarded_cell(text: SQLCoreOperations[str]) -> ColumnElement[str]:
    """Return the SQL for a text, or nothing for an empty one, as a spreadsheet may be given it."""
    risky = text.regexp_match(f"^{RISKY}")
    return func.nullif(case((risky, literal("'") + text), else_=text), "")


def decimal_cell(minor: SQLCoreOperations[int]) -> ColumnElement[str]:
    """Return the SQL for an amount as decimal text; the statement joins `CURRENCY`."""
    exponent = CURRENCY.c.exponent
    major = cast(minor, Numeric()) / func.power(cast(10, Numeric()), exponent)
    return cast(func.round(major, exponent), String())


def tags_in_cells() -> Subquery:
    """Return tagged transactions by id, the tags in one cell, which `tag_names` takes apart."""
    names = func.string_agg(_doubled(Tag.name), aggregate_order_by(literal(MEMO), Tag.name))
    return (
        select(TransactionTag.transaction_id, names.label("tags"))
        .join(Tag, Tag.id == TransactionTag.tag_id)
        .group_by(TransactionTag.transaction_id)
        .subquery("tagged")
    )


def description_and_memo(cell: str) -> tuple[str, str]:
    """Return the description of a split transaction and the memo of its line, from one cell."""
    description, *memo = LONE_DOT.split(cell, maxsplit=1)
    return description.replace(DOT * 2, DOT), "".join(memo).replace(DOT * 2, DOT)


def tag_names(cell: str) -> tuple[str, ...]:
    """Return the names of the tags in one cell."""
    return tuple(name.replace(DOT * 2, DOT) for name in LONE_DOT.split(cell) if name)


def _record(context: TenantContext, wanted: TransactionFilter) -> None:
    """Leave the event of an export; until its transaction ends nobody else can write."""
    context.require(Permission.EXPORT)
    with tenant_transaction(context) as db:
        seen = select(Account.id).where(Account.id == wanted.account_id)
        audit.record(db, "transactions.exported", account_id=db.scalars(seen).one_or_none())


def _cell(name: str, value: object, currency: str | None) -> str:
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value) if name in COUNTS or currency is None else decimal_text(value, currency)
    return guarded(str(value))


def _description() -> ColumnElement[str]:
    with_memo = _doubled(Transaction.description) + case(
        (Posting.memo != "", literal(MEMO) + _doubled(Posting.memo)), else_=""
    )
    return case((Transaction.is_split, with_memo), else_=Transaction.description)


def _doubled(text: SQLCoreOperations[str]) -> ColumnElement[str]:
    return func.replace(text, DOT, DOT * 2)
