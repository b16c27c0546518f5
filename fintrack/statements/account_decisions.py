"""Into which account a statement goes, as programs say it: one that is there, or a new one."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import (
    LONGEST_NAME,
    LONGEST_NUMBER,
    AccountKind,
    NewAccount,
    Side,
    Visibility,
)
from fintrack.money import minor_units
from fintrack.statements.plans import EARLIEST, LARGEST_AMOUNT, LATEST
from fintrack.statements.summaries import StatementPreview
from fintrack.statements.targets import proposed_account
from fintrack.texts import cleaned, neutral, required

_AMOUNT = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,8})?")


def said_account(said: object) -> UUID | Mapping[str, object]:
    """Return the id of an account, or what a new one shall be.

    Raises:
        InvalidInput: it is neither.
    """
    if isinstance(said, str):
        try:
            return UUID(said)
        except ValueError as error:
            raise InvalidInput(f"{said[:40]!r} is no id of an account.") from error
    if not isinstance(said, dict) or "name" not in said or said.keys() - _NEW.keys():
        message = f"Say of an account its id, or of a new one its name and of {', '.join(_NEW)}"
        raise InvalidInput(f"{message} what is otherwise than the preview proposes.")
    return said


def decided_account(
    statement: StatementPreview, said: Mapping[str, object], file_name: str
) -> NewAccount:
    """Return the account that would be opened for the statement, with what was said otherwise.

    Raises:
        InvalidInput: an account cannot be so.
    """
    new = proposed_account(statement.plan, file_name, ())
    try:
        values = {name: _NEW[name](value) for name, value in said.items()}
        if isinstance(balance := values.pop("opening_balance", None), Decimal):
            values["opening_balance"] = _opening(balance, new.currency)
    except (TypeError, ValueError) as error:
        message = f"The account for {statement.key!r} cannot be opened so"
        raise InvalidInput(f"{message}; see what the preview proposes.") from error
    return replace(new, **values)


def _opening(balance: Decimal, currency: str) -> int:
    minor = minor_units(balance, currency)
    if abs(minor) > LARGEST_AMOUNT:
        raise ValueError
    return minor


def _amount(value: object) -> Decimal:
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise TypeError
    return Decimal(value)


def _day(value: object) -> date:
    day = date.fromisoformat(value)  # type: ignore[arg-type]  # refused if it is no text
    if not EARLIEST <= day <= LATEST:
        raise ValueError
    return day


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return neutral(value)


_NEW: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "name": lambda value: required(_text(value), "name of the account", LONGEST_NAME),
        "kind": AccountKind,
        "opening_balance": _amount,
        "opened_on": _day,
        "number": lambda value: cleaned(_text(value), "number of the account", LONGEST_NUMBER),
        "side": Side,
        "visibility": Visibility,
    }
)
