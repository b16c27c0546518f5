"""Rows become frames of a promised shape."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import Executable
from sqlalchemy.orm import Session

Shape = Mapping[str, str]


def read_frame(db: Session, statement: Executable, shape: Shape) -> pd.DataFrame:
    """Return the statement's rows as a frame of `shape`: column to dtype, in order.

    Ids arrive as text. Rows keep the order of the statement.
    """
    return frame([tuple(row) for row in db.execute(statement)], shape)


def frame(rows: list[tuple[Any, ...]], shape: Shape) -> pd.DataFrame:
    """Return `rows` as a frame of `shape`, also when there are none."""
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * len(shape)
    data = {
        name: _column(values, dtype)
        for (name, dtype), values in zip(shape.items(), columns, strict=True)
    }
    return pd.DataFrame(data)


def _column(values: tuple[Any, ...], dtype: str) -> "pd.Series[Any]":
    if dtype == "str":
        values = tuple(str(value) if isinstance(value, UUID) else value for value in values)
        return pd.Series(["" if value is None else value for value in values], dtype="str")
    if dtype == "int64":
        values = tuple(int(value) for value in values)
    return pd.Series(list(values), dtype=dtype)
