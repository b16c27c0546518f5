"""Which transactions a list, an export or an address asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from uuid import UUID

from fintrack.errors import InvalidInput
from fintrack.money import CURRENCIES

NONE = "none"
MOST_DIGITS = 20


class Status(StrEnum):
    """How certain a transaction is."""

    PENDING = "PENDING"
    CLEARED = "CLEARED"
    RECONCILED = "RECONCILED"


@dataclass(frozen=True, slots=True)
class TransactionFilter:
    """Conditions that all hold; one that is None or empty asks for nothing.

    `category_id` includes the categories below it. `since` and `until` are half-open. `minimum` and
    `maximum` are in major units, signed as shown: spending over 100 is `maximum=Decimal(-100)`.
    `words` are beginnings of words, all of which must be found; `currency` is a code.
    """

    account_id: UUID | None = None
    category_id: UUID | None = None
    uncategorised: bool = False
    payee: str = ""
    since: date | None = None
    until: date | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    words: str = ""
    status: Status | None = None
    tag_id: UUID | None = None
    currency: str = ""

    def to_query(self) -> dict[str, str]:
        """Return the conditions as they stand in an address; the empty filter gives nothing."""
        category = NONE if self.uncategorised else _text(self.category_id)
        query = {
            "account": _text(self.account_id),
            "category": category,
            "payee": self.payee,
            "since": _text(self.since),
            "until": _text(self.until),
            "min": _text(self.minimum),
            "max": _text(self.maximum),
            "q": self.words,
            "status": self.status.value if self.status else "",
            "tag": _text(self.tag_id),
            "currency": self.currency,
        }
        return {key: value for key, value in query.items() if value}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "TransactionFilter":
        """Return the filter that an address asks for; other parameters are left alone.

        Raises:
            InvalidInput: a value is not of its kind; the sentence names the parameter.
        """
        category = query.get("category", "")
        status, currency = query.get("status", ""), query.get("currency", "")
        if status and status not in Status.__members__:
            raise _invalid("status")
        if currency and currency not in CURRENCIES:
            raise _invalid("currency")
        return cls(
            account_id=_id(query, "account"),
            category_id=None if category == NONE else _id(query, "category"),
            uncategorised=category == NONE,
            payee=query.get("payee", ""),
            since=_day(query, "since"),
            until=_day(query, "until"),
            minimum=_decimal(query, "min"),
            maximum=_decimal(query, "max"),
            words=query.get("q", ""),
            status=Status(status) if status else None,
            tag_id=_id(query, "tag"),
            currency=currency,
        )


EVERYTHING = TransactionFilter()


def _text(value: UUID | date | Decimal | None) -> str:
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def _id(query: Mapping[str, str], name: str) -> UUID | None:
    text = query.get(name, "")
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise _invalid(name) from error


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise _invalid(name) from error


def _decimal(query: Mapping[str, str], name: str) -> Decimal | None:
    text = query.get(name, "")
    try:
        value = Decimal(text) if text else None
    except InvalidOperation as error:
        raise _invalid(name) from error
    if value is not None and not (value.is_finite() and abs(value.adjusted()) <= MOST_DIGITS):
        raise _invalid(name)
    return value


def _invalid(name: str) -> InvalidInput:
    sentence = f"The filter {name!r} has a value that it cannot have. Correct it or leave it out."
    return InvalidInput(sentence)
