"""Many rows in one statement: JSON goes in, PostgreSQL takes it apart by column type."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    TableValuedAlias,
    Uuid,
    any_,
    column,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLCoreOperations

from fintrack.schema import TenantRow

Values = Mapping[str, object]


def given(
    table: type[TenantRow], names: Sequence[str], values: Sequence[Values]
) -> TableValuedAlias:
    """Return `values` as a table with columns `names`, typed as those of `table`."""
    types = table.__table__.c
    columns = [column(name, types[name].type) for name in names]
    # Not JSONB: what is taken apart at once need not be sorted and packed before.
    parsed = func.json_to_recordset(literal(list(values), JSON))
    return parsed.table_valued(*columns, name="given").render_derived(with_types=True)


def add(
    db: Session,
    table: type[TenantRow],
    names: Sequence[str],
    values: Sequence[Values],
    **common: object,
) -> None:
    """Insert `values` into `table` with one statement; nothing when there are none.

    `common` are columns that all rows have in common.
    """
    if values:
        source = given(table, names, values)
        types = table.__table__.c
        same = [literal(value, types[name].type) for name, value in common.items()]
        into = [*names, *common]
        db.execute(insert(table).from_select(into, select(*source.c, *same)))


def one_of(identifier: SQLCoreOperations[Any], ids: Collection[UUID]) -> ColumnElement[bool]:
    """Return the condition that a column is one of any number of ids, sent as one array."""
    return identifier == any_(literal(list(ids), ARRAY(Uuid())))


def plain(row: RowMapping) -> dict[str, Any]:
    """Return the row as JSON keeps it: numbers and truths as they are, the rest as text."""
    return {
        str(name): value if value is None or isinstance(value, (bool, int)) else str(value)
        for name, value in row.items()
    }
