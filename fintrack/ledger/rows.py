"""Many rows in one statement: JSON goes in, PostgreSQL takes it apart by column type."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    TableValuedAlias,
    Text,
    any_,
    cast,
    column,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON
from sqlalchemy.orm import InstrumentedAttribute, Session

from fintrack.schema import TenantRow

Values = Mapping[str, object]


def encoded(values: Sequence[Values]) -> str:
    """Return `values` as they are sent, so that a thread can make them ahead; empty for none."""
    return json.dumps(list(values)) if values else ""


def given(
    table: type[TenantRow], names: Sequence[str], values: Sequence[Values] | str
) -> TableValuedAlias:
    """Return `values`, which may be `encoded`, as a table of columns typed as in `table`."""
    types = table.__table__.c
    columns = [column(name, types[name].type) for name in names]
    text = values if isinstance(values, str) else encoded(values)
    # Not JSONB: what is taken apart at once need not be sorted and packed before.
    parsed = func.json_to_recordset(cast(literal(text, Text), JSON))
    return parsed.table_valued(*columns, name="given").render_derived(with_types=True)


def add(
    db: Session,
    table: type[TenantRow],
    names: Sequence[str],
    values: Sequence[Values] | str,
    **common: object,
) -> None:
    """Insert `values`, which may be `encoded`, with one statement; nothing when there are none.

    `common` are columns that all rows have in common.
    """
    if values:
        source = given(table, names, values)
        types = table.__table__.c
        same = [literal(value, types[name].type) for name, value in common.items()]
        into = [*names, *common]
        db.execute(insert(table).from_select(into, select(*source.c, *same)))


def one_of(
    attribute: ColumnElement[Any] | InstrumentedAttribute[Any], values: Collection[Any]
) -> ColumnElement[bool]:
    """Return the condition that a column is one of any number of values, sent as one array."""
    return attribute == any_(literal(list(values), ARRAY(attribute.type)))


def plain(row: RowMapping) -> dict[str, Any]:
    """Return the row as JSON keeps it: numbers and truths as they are, the rest as text."""
    return {
        str(name): value if value is None or isinstance(value, (bool, int)) else str(value)
        for name, value in row.items()
    }
