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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
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
    parsed = func.jsonb_to_recordset(literal(list(values), JSONB))
    return parsed.table_valued(*columns, name="given").render_derived(with_types=True)


def add(
    db: Session, table: type[TenantRow], names: Sequence[str], values: Sequence[Values]
) -> None:
    """Insert `values` into `table` with one statement; nothing when there are none."""
    if values:
        source = given(table, names, values)
        db.execute(insert(table).from_select(list(names), select(*source.c)))


def one_of(identifier: SQLCoreOperations[Any], ids: Collection[UUID]) -> ColumnElement[bool]:
    """Return the condition that a column is one of any number of ids, sent as one array."""
    return identifier == any_(literal(list(ids), ARRAY(Uuid())))


def plain(row: RowMapping) -> dict[str, Any]:
    """Return the row as JSON keeps it: numbers and truths as they are, the rest as text."""
    return {
        str(name): value if value is None or isinstance(value, (bool, int)) else str(value)
        for name, value in row.items()
    }
