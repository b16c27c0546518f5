"""How the columns of one delimited file are read: found by itself, shown, corrected, remembered."""

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from types import NoneType
from typing import TypeVar

from fintrack.errors import InvalidInput

DIRECTION_OF = "direction of "
PLAIN = {
    **dict.fromkeys(("encoding", "delimiter", "sheet", "currency", "account"), str),
    **dict.fromkeys(("header_row", "first_row", "last_row"), int),
    **dict.fromkeys(("inverted", "is_said"), bool),
}
_Word = TypeVar("_Word", bound=StrEnum)


class Role(StrEnum):
    """What one column holds."""

    IGNORE = "ignore"
    DATE = "date"
    VALUE_DATE = "value_date"
    AMOUNT = "amount"
    DEBIT = "debit"
    CREDIT = "credit"
    DIRECTION = "direction"
    FEE = "fee"
    PAYEE = "payee"
    TEXT = "text"
    REFERENCE = "reference"
    ACCOUNT = "account"
    CURRENCY = "currency"
    BALANCE = "balance"
    STATUS = "status"
    OPENING_BALANCE = "opening_balance"
    CLOSING_BALANCE = "closing_balance"
    JOURNAL = "journal"
    SOURCE = "source"
    SOURCE_TYPE = "source_type"
    DESTINATION = "destination"
    DESTINATION_TYPE = "destination_type"
    FOREIGN_AMOUNT = "foreign_amount"
    FOREIGN_CURRENCY = "foreign_currency"


class DateOrder(StrEnum):
    """The order of day, month and year in numeric dates."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"
    YDM = "ydm"
    MYD = "myd"
    DYM = "dym"


class DecimalMark(StrEnum):
    """The mark before the decimals; every other mark then separates thousands."""

    POINT = "."
    COMMA = ","


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question: the value for the mapping and the words for the member."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something the file leaves open; `field` names the mapping's field that `answered` fills."""

    field: str
    sentence: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """How to read one layout; a field that is None is found again from the file.

    `sheet` is the table of a workbook. `header_row` (0 for none), `first_row` and `last_row` are
    line numbers, 1-based. `roles` has one role per column, `decimal_marks` one mark or None where
    `decimal_mark` holds; `inverted` says that purchases are positive. `money_in` and `money_out`
    are words of a column of directions that only this bank writes. `is_said` is what a member
    corrected or answered, which holds for the header in every account.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    first_row: int | None = None
    last_row: int | None = None
    roles: tuple[Role, ...] = ()
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None
    decimal_marks: tuple[DecimalMark | None, ...] = ()
    inverted: bool = False
    money_in: tuple[str, ...] = ()
    money_out: tuple[str, ...] = ()
    currency: str | None = None
    account: str | None = None
    header_fingerprint: str = ""
    is_said: bool = False

    def to_json(self) -> str:
        """Return the mapping as one JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> "Mapping":
        """Return the mapping that `to_json` wrote.

        Raises:
            InvalidInput: the text is no mapping.
        """
        try:
            found = json.loads(text)
            _require_plain(found)
            return Mapping(
                **{
                    **found,
                    "roles": tuple(Role(role) for role in found.get("roles", ())),
                    "money_in": tuple(found.get("money_in", ())),
                    "money_out": tuple(found.get("money_out", ())),
                    "date_order": _optional(DateOrder, found.get("date_order")),
                    "decimal_mark": _optional(DecimalMark, found.get("decimal_mark")),
                    "decimal_marks": tuple(
                        _optional(DecimalMark, mark) for mark in found.get("decimal_marks", ())
                    ),
                },
            )
        except (TypeError, ValueError, AttributeError) as error:
            message = "The remembered columns cannot be read; choose them again."
            raise InvalidInput(message) from error

    def columns(self, role: Role) -> list[int]:
        """Return the positions of the columns with this role, from the left."""
        return [index for index, each in enumerate(self.roles) if each is role]

    def column(self, role: Role) -> int | None:
        """Return the position of the first column with this role."""
        return next((index for index, each in enumerate(self.roles) if each is role), None)

    def mark_of(self, column: int) -> DecimalMark:
        """Return the mark before the decimals of this column, a point where none is known."""
        own = self.decimal_marks[column] if column < len(self.decimal_marks) else None
        return own or self.decimal_mark or DecimalMark.POINT

    def with_role(self, column: int, role: Role) -> "Mapping":
        """Return the mapping in which this column holds `role`."""
        roles = list(self.roles)
        roles[column] = role
        return replace(self, roles=tuple(roles))


def answered(mapping: Mapping, field: str, value: str) -> Mapping:
    """Return the mapping with a question's answer filled in.

    Raises:
        InvalidInput: the field cannot be asked for, or the value is none of its choices.
    """
    try:
        if field == "date_order":
            return replace(mapping, date_order=DateOrder(value))
        if field == "decimal_mark":
            return replace(mapping, decimal_mark=DecimalMark(value))
        if field == "sheet":
            return replace(mapping, sheet=value)
        if field.startswith(DIRECTION_OF):
            return _with_direction(mapping, field.removeprefix(DIRECTION_OF), value)
        if field == Role.AMOUNT and ":" in value:
            out, into = map(int, value.split(":"))
            return mapping.with_role(out, Role.DEBIT).with_role(into, Role.CREDIT)
        if field in {Role.AMOUNT, Role.DATE}:
            return mapping.with_role(int(value), Role(field))
    except (ValueError, IndexError) as error:
        message = f"{value[:40]!r} is not one of the choices; choose again."
        raise InvalidInput(message) from error
    message = f"{field[:40]!r} cannot be answered; choose the columns instead."
    raise InvalidInput(message)


def holds_already(mapping: Mapping, field: str, value: str) -> bool:
    """Say whether the mapping is as the answer would make it."""
    try:
        return answered(mapping, field, value) == mapping
    except InvalidInput:
        return False


def _with_direction(mapping: Mapping, word: str, value: str) -> Mapping:
    if value == "in":
        return replace(mapping, money_in=tuple(dict.fromkeys((*mapping.money_in, word))))
    if value == "out":
        return replace(mapping, money_out=tuple(dict.fromkeys((*mapping.money_out, word))))
    raise ValueError


def _require_plain(found: dict[str, object]) -> None:
    """Refuse what is no text, number or truth where one belongs, and a delimiter of several signs.

    Raises:
        TypeError: as said.
    """
    kinds = {name: type(found[name]) for name in PLAIN.keys() & found.keys()}
    if any(kind is not PLAIN[name] and kind is not NoneType for name, kind in kinds.items()):
        raise TypeError
    if len(str(found.get("delimiter") or ",")) != 1:
        raise TypeError


def _optional(kind: type[_Word], value: str | None) -> _Word | None:
    return None if value is None else kind(value)
