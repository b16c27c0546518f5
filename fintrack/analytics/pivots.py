"""Pivots: a period taken apart by two dimensions at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

import pandas as pd
from sqlalchemy import func, select

from fintrack.analytics.dimensions import Dimension, taken_apart
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import InvalidInput
from fintrack.frames import Shape, read_frame

PIVOT: Shape = {
    "row_id": "str",
    "row": "str",
    "column_id": "str",
    "column": "str",
    "currency": "str",
    "income": "int64",
    "spending": "int64",
    "entries": "int64",
}


PARTS = ("row", "column")
TOTAL = "Total"
FIGURES = ["income", "spending", "entries"]


class Measure(StrEnum):
    """What a cell of a pivot says; net is income less spending, entries is how many amounts."""

    SPENDING = "spending"
    INCOME = "income"
    NET = "net"
    ENTRIES = "entries"


@dataclass(frozen=True, slots=True)
class Grid:
    """One measure of a pivot in one currency: ids and names of the rows and of the columns.

    A row of `cells` has a figure for each column, 0 where nothing was.
    """

    rows: Sequence[tuple[str, str]]
    columns: Sequence[tuple[str, str]]
    cells: Sequence[Sequence[int]]

    @property
    def row_totals(self) -> list[int]:
        """Return the sum of each row."""
        return [sum(row) for row in self.cells]

    @property
    def column_totals(self) -> list[int]:
        """Return the sum of each column."""
        return [sum(column) for column in zip(*self.cells, strict=True)]


def pivot(
    context: TenantContext,
    since: date,
    until: date,
    rows: Dimension,
    columns: Dimension,
    account_id: UUID | None = None,
    parent_id: UUID | None = None,
) -> pd.DataFrame:
    """Return income, spending and entries of each pair of parts in [since, until): `PIVOT`.

    A row a cell that is not empty, by currency, then the names of row and column. Parts and sums
    are those of `breakdown`. With `account_id` only that account is looked at, with `parent_id`
    only that branch of the categories.

    Raises:
        InvalidInput: rows and columns are the same.
    """
    context.require(Permission.READ)
    require_two(rows, columns)
    cells = taken_apart(since, until, [rows, columns], account_id, parent_id=parent_id)
    apart = cells.subquery("apart")
    names = (func.lower(apart.c.part_1), apart.c.id_1, func.lower(apart.c.part_2), apart.c.id_2)
    statement = select(apart).order_by(apart.c.currency, *names)
    with tenant_transaction(context) as db:
        return read_frame(db, statement, PIVOT)


def totals(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of the rows of `PIVOT`, of its columns and of all, by currency: `PIVOT`.

    `TOTAL` stands for what is summed up, without an id. What has several tags counts for each of
    them here too.
    """
    summed = [
        frame.groupby([*kept, "currency"], sort=False, as_index=False)[FIGURES].sum()
        for kept in (["row_id", "row"], ["column_id", "column"], [])
    ]
    rows = pd.concat(summed, ignore_index=True)
    for part in PARTS:
        rows = rows.assign(
            **{part: rows[part].fillna(TOTAL), f"{part}_id": rows[f"{part}_id"].fillna("")}
        )
    ordered = rows.sort_values("currency", kind="stable", ignore_index=True)
    return ordered[list(PIVOT)].astype(PIVOT)


def with_totals(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `PIVOT`, and after them its `totals`, as a file has them."""
    return pd.concat([frame, totals(frame)], ignore_index=True)


def require_two(rows: Dimension, columns: Dimension) -> None:
    """Refuse to take something apart by the same thing twice.

    Raises:
        InvalidInput: rows and columns are the same.
    """
    if rows is columns:
        raise InvalidInput("Choose two different things for the rows and the columns.")


def grid(frame: pd.DataFrame, currency: str, measure: Measure) -> Grid:
    """Return the cells of `PIVOT` in one currency, the largest rows first, columns by name.

    Rows and columns of nothing are left out.
    """
    figure = frame["income"] - frame["spending"] if measure is Measure.NET else frame[measure]
    shown = frame.assign(figure=figure)[(frame["currency"] == currency) & (figure != 0)]
    rows, columns = (list(zip(shown[f"{name}_id"], shown[name], strict=True)) for name in PARTS)
    cells = dict(zip(zip(rows, columns, strict=True), shown["figure"].tolist(), strict=True))
    sizes: dict[tuple[str, str], int] = defaultdict(int)
    for (row, _), figure in cells.items():
        sizes[row] += abs(figure)
    down = sorted(sizes, key=lambda row: -sizes[row])
    across = sorted(set(columns), key=lambda column: (column[1].lower(), column[0]))
    table = [[cells.get((row, column), 0) for column in across] for row in down]
    return Grid(down, across, table)
