"""The kinds of values that requests and answers are made of."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import numpy as np
import pandas as pd
from fastapi import Form, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from fintrack.analytics.periods import EARLIEST, LATEST
from fintrack.errors import InvalidInput
from fintrack.money import decimal_text, minor_units

DECIMAL = r"^-?[0-9]{1,16}(\.[0-9]{1,8})?$"
# What PostgreSQL keeps: halves of characters pydantic refuses by itself, NUL it lets through.
KEEPABLE = r"^[^\x00]*$"
FILE_FORM = Form(media_type="multipart/form-data")
ONE_FILE = "Send one file a request."

Text = Annotated[str, StringConstraints(pattern=KEEPABLE, max_length=2000)]
Name = Annotated[Text, Field(examples=["Groceries"])]
Slug = Annotated[Text, Field(examples=["rivera-family"])]
Secret = Annotated[Text, Field(examples=["VHJ1c3Qgbm8gb25lIHdpdGggdGhpcyBzZWNyZXQuIQ"])]
Amount = Annotated[str, Field(pattern=DECIMAL, examples=["-42.00"])]
Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$"), Field(examples=["EUR"])]
Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$"), Field(examples=["ES"])]
Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]


class Given(BaseModel):
    """What a client sends: known fields only, and of their own kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(BaseModel):
    """What a client is told."""

    model_config = ConfigDict(frozen=True)


async def require_one_file(request: Request) -> None:
    """Refuse a second file, which nobody would look at.

    Raises:
        InvalidInput: there is one.
    """
    if len((await request.form()).getlist("file")) > 1:
        raise InvalidInput(ONE_FILE)


def minor(amount: str, currency: str) -> int:
    """Return the minor units of an amount as clients write it.

    Raises:
        InvalidInput: it has more decimals than the currency, or is too large.
    """
    return minor_units(Decimal(amount), currency)


def decimal(amount: int, currency: str) -> str:
    """Return minor units as clients read them."""
    return decimal_text(amount, currency)


def optional_day(value: date | None) -> date | None:
    """Return the day of a record or of a frame's cell, None where there is none."""
    return None if value is None or pd.isna(value) else value


def optional_id(text: str) -> UUID | None:
    """Return the id in a frame's cell, None where there is none."""
    return UUID(text) if text else None


def optional_number(value: object) -> int | None:
    """Return the whole number in a frame's cell, None where there is none."""
    return int(value) if isinstance(value, int | np.integer) else None
