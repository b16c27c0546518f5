"""An account as a QIF register, with its categories, splits and the other sides of transfers.

Source: Quicken Interchange Format (QIF) files, Intuit, 1997.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fintrack.ledger.accounts import AccountKind, AccountRecord
from fintrack.ledger.category_paths import SEPARATOR
from fintrack.ledger.entries import Entry
from fintrack.ledger.filters import Status
from fintrack.money import decimal_text

OPENING = "Opening Balance"
_TYPES = {
    AccountKind.CHECKING: "Bank",
    AccountKind.SAVINGS: "Bank",
    AccountKind.CASH: "Cash",
    AccountKind.CREDIT_CARD: "CCard",
    AccountKind.LOAN: "Oth L",
}
_MARKS = {Status.CLEARED: "*", Status.RECONCILED: "X"}


@dataclass(frozen=True, slots=True)
class Category:
    """The full name of a category, and which tree it is in."""

    path: str
    kind: str

    @property
    def place(self) -> str:
        """Return the name as QIF writes it."""
        return self.path.replace(SEPARATOR, ":")


def qif_lines(
    account: AccountRecord,
    entries: Iterator[Entry],
    categories: Mapping[str, Category],
    account_names: Mapping[str, str],
) -> Iterator[str]:
    """Yield the lines of the register; days are ISO, so that nobody mistakes one."""
    kind = _TYPES.get(account.kind, "Oth A")
    yield "!Type:Cat"
    for category in categories.values():
        yield from (f"N{category.place}", "I" if category.kind == "INCOME" else "E", "^")
    yield from ("!Account", f"N{account.name}", f"T{kind}", "^", f"!Type:{kind}")
    if account.opening_balance:
        amount = decimal_text(account.opening_balance, account.currency)
        yield from (f"D{account.opened_on}", f"T{amount}", f"P{OPENING}", "CX")
        yield from (f"L[{account.name}]", "^")
    for entry in entries:
        yield from _entry(entry, categories, account_names)


def _entry(
    entry: Entry, categories: Mapping[str, Category], account_names: Mapping[str, str]
) -> Iterator[str]:
    yield f"D{entry.booked_on}"
    yield f"T{entry.amount:f}"
    mark = _MARKS.get(Status(entry.status))
    values = {"C": mark, "P": entry.payee, "M": entry.description}
    yield from (f"{code}{value}" for code, value in values.items() if value)
    places = [
        categories[each.category_id].place if each.category_id else "" for each in entry.lines
    ]
    if other := account_names.get(entry.other_account_id):
        yield f"L[{other}]"
    elif places[0] and not entry.is_split:
        # A class stands behind a slash, and a name with one cannot have it.
        tag = f"/{entry.tags[0]}" if entry.tags and "/" not in places[0] else ""
        yield f"L{places[0]}{tag}"
    if entry.is_split:
        for place, line in zip(places, entry.lines, strict=True):
            yield f"S{place}"
            if line.memo:
                yield f"E{line.memo}"
            yield f"${line.amount:f}"
    yield "^"
