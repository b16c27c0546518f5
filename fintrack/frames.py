"""Rows become frames of a promised shape."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions, read_csv
from sqlalchemy import Executable, Select
from sqlalchemy.orm import Session

from fintrack.streams import copy_out

Shape = Mapping[str, str]
TEXT = pd.StringDtype(storage="pyarrow", na_value=np.nan)
# What NumPy makes of Python's values as pandas would, only faster.
NUMPY = frozenset({"bool", "datetime64[s]"})
ARROW = {
    "str": pa.string(),
    "int64": pa.int64(),
    "bool": pa.bool_(),
    "datetime64[s]": pa.timestamp("s"),
}
Column = np.ndarray[Any, Any] | pd.api.extensions.ExtensionArray | pd.Series


def read_frame(db: Session, statement: Executable, shape: Shape) -> pd.DataFrame:
    """Return the statement's rows as a frame of `shape`: column to dtype, in order.

    Ids arrive as text. Rows keep the order of the statement.
    """
    return frame([tuple(row) for row in db.execute(statement)], shape)


def read_large_frame(
    db: Session, statement: Select[*tuple[Any, ...]], shape: Shape
) -> pd.DataFrame:
    """Return what `read_frame` does, of texts, days, truths and whole numbers only.

    COPY writes the rows and Arrow reads them, a column at once, which pays from about a thousand
    rows on.
    """
    rows = pa.BufferReader(b"".join(copy_out(db, statement)))
    types = dict(zip(shape, (ARROW[dtype] for dtype in shape.values()), strict=True))
    reading = ReadOptions(column_names=list(shape), skip_rows=1)
    cells = ConvertOptions(column_types=types, true_values=["t"], false_values=["f"])
    parsing = ParseOptions(newlines_in_values=True)
    table = read_csv(rows, reading, parsing, cells)
    found: pd.DataFrame = table.to_pandas(types_mapper={pa.string(): TEXT}.get)
    return found


def frame(rows: list[tuple[Any, ...]], shape: Shape) -> pd.DataFrame:
    """Return `rows` as a frame of `shape`, also when there are none."""
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) or [()] * len(shape)
    data = {
        name: _column(values, dtype)
        for (name, dtype), values in zip(shape.items(), columns, strict=True)
    }
    return pd.DataFrame(data, copy=False)


def _column(values: tuple[Any, ...], dtype: str) -> Column:
    if dtype == "str":
        return pd.array(["" if value is None else str(value) for value in values], dtype=TEXT)
    if dtype == "int64":
        return np.fromiter(values, np.int64, len(values))
    if dtype in NUMPY:
        return np.array(values, dtype)
    return pd.Series(list(values), dtype=dtype)
