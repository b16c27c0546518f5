"""What a member corrects of how a table was read, sure guesses too, as he writes it in JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from enum import StrEnum
from types import MappingProxyType

from fintrack.errors import InvalidInput
from fintrack.statements.mapping import DateOrder, DecimalMark, Role
from fintrack.statements.mapping import Mapping as Columns
from fintrack.statements.previews import Preview
from fintrack.texts import plain

LONGEST = 200
WORKBOOK = "xlsx"
ONE_WAY = "This file can be read in one way only. Leave out `reading`."
# What is found again when it is not said beside these.
_LAYOUT = ("encoding", "delimiter", "sheet", "header_row")


def reading_of(columns: Columns) -> dict[str, object]:
    """Return how the columns are read, in the words in which it is corrected."""
    said: dict[str, object] = json.loads(columns.to_json())
    return {name: said[name] for name in FIELDS}


def corrected(preview: Preview, said: Mapping[str, object]) -> Columns:
    """Return the guess of the preview with what was said in its place.

    A header that moves takes the first row along, other roles or another mark are decided anew.

    Raises:
        InvalidInput: the file has no columns, or a value cannot be one of its field.
    """
    if preview.mapping is None:
        raise InvalidInput(ONE_WAY)
    known = asdict(preview.mapping)
    values = {name: _value(name, value) for name, value in said.items()}
    changed = {name for name, value in values.items() if value != known[name]}
    again: dict[str, object] = {}
    if changed & set(_LAYOUT):
        again |= {"first_row": None, "roles": (), "date_order": None}
    if changed & {*_LAYOUT, "roles", "decimal_mark"}:
        again |= {"decimal_marks": ()}
    if changed & {*_LAYOUT, "roles"}:
        again |= {"decimal_mark": None}
    changes = again | {name: values[name] for name in changed}
    return replace(preview.mapping, **changes)  # type: ignore[arg-type]  # by their own fields


def require_as_said(preview: Preview, said: Mapping[str, object]) -> None:
    """Refuse a sheet, a header or columns that the file which was read so has not.

    Raises:
        InvalidInput: as said.
    """
    header, sheet, roles = (said.get(name) for name in ("header_row", "sheet", "roles"))
    if sheet and preview.format != WORKBOOK:
        raise InvalidInput(f"The file is no workbook with a sheet {sheet!r:.42}. Leave it out.")
    if header and preview.mapping and preview.mapping.header_row != header:
        raise InvalidInput(f"The file has no line {header} to be its header. Choose another one.")
    if isinstance(roles, list) and roles and len(roles) != len(preview.columns):
        message = f"The file has {len(preview.columns)} columns; `roles` names {len(roles)}."
        raise InvalidInput(f"{message} Give each column one.")


def _value(name: str, value: object) -> object:
    if name not in FIELDS:
        raise InvalidInput(f"{name[:40]!r} cannot be corrected; choose of {', '.join(FIELDS)}.")
    try:
        return FIELDS[name](value)
    except (TypeError, ValueError) as error:
        message = f"{str(value)[:40]!r} is no {name.replace('_', ' ')}; see what the preview says."
        raise InvalidInput(message) from error


def _text(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > LONGEST:
        raise TypeError
    return plain(value) or None


def _sign(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) != 1 or value.isalnum() or value in '\r\n\x00" ':
        raise ValueError
    return value


def _line(value: object) -> int | None:
    if value is None:
        return None
    if type(value) is not int or value < 0:
        raise TypeError
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _currency(value: object) -> str | None:
    text = _text(value)
    return text.upper() if text else None


def _word(kind: type[StrEnum]) -> Callable[[object], StrEnum | None]:
    return lambda value: None if value is None else kind(str(value))


def _words(of: Callable[[object], object]) -> Callable[[object], tuple[object, ...]]:
    def words(value: object) -> tuple[object, ...]:
        if not isinstance(value, list):
            raise TypeError
        return tuple(map(of, value))

    return words


FIELDS: Mapping[str, Callable[[object], object]] = MappingProxyType(
    {
        "encoding": _text,
        "delimiter": _sign,
        "sheet": _text,
        "header_row": _line,
        "first_row": _line,
        "last_row": _line,
        "roles": _words(lambda word: Role(str(word))),
        "date_order": _word(DateOrder),
        "decimal_mark": _word(DecimalMark),
        "decimal_marks": _words(_word(DecimalMark)),
        "inverted": _truth,
        "money_in": _words(lambda word: _text(word) or ""),
        "money_out": _words(lambda word: _text(word) or ""),
        "currency": _currency,
        "account": _text,
    }
)
