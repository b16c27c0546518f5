"""MT940 and MT942, as banks really send them, to statements.

Source: SWIFT User Handbook, category 9. The day of a movement is its value date, the only one
that is written with a year; the entry date is optional and stays in the raw row.
"""

import re
from dataclasses import dataclass, field

from fintrack.statements.merging import finished, miscounted
from fintrack.statements.mt940.details import Details, details, non_swift_details
from fintrack.statements.mt940.fields import TRUNCATED, Field, fields
from fintrack.statements.mt940.statement_line import (
    Balance,
    StatementLine,
    balance,
    statement_line,
    swift_amount,
)
from fintrack.statements.statement import (
    RAW_LENGTH,
    Entry,
    Rejected,
    Statement,
    StatementError,
    StatementFile,
)
from fintrack.statements.text import clean
from fintrack.texts import counted

_NOTHING = "This SWIFT file holds no account statement; download the transactions again."
_MOST_FIELDS = 20
_LIMIT = re.compile(r"([A-Z]{3})[DC]?[\d,]+\s*")
_TOTAL = re.compile(r"(\d{1,6})([A-Z]{3})([\d.,]+)\s*", re.ASCII)


def read_mt940(content: bytes) -> StatementFile:
    """Return one statement per account and currency, the pages of a statement together.

    Raises:
        StatementError: it holds no statement, or its end is missing.
    """
    statements: list[Statement] = []
    draft = _Draft()
    is_interim = False
    for each in fields(content):
        if draft.is_before(each):
            is_interim |= draft.is_interim
            statements += draft.statements()
            draft = _Draft()
        draft.take(each)
    if draft.is_cut_off():
        raise StatementError(TRUNCATED)
    statements += draft.statements()
    name = "mt942" if is_interim or draft.is_interim else "mt940"
    return StatementFile(name, finished(statements, _NOTHING))


@dataclass(slots=True)
class _Row:
    """Field :61: and what follows it."""

    line: Field
    more: list[Field] = field(default_factory=list)

    def raw(self) -> str:
        parts = (self.line, *self.more)
        return "\n".join(f":{each.tag}:" + "\n".join(each.lines) for each in parts)[:RAW_LENGTH]

    def details(self) -> Details:
        found = details([line for each in self.more if each.tag == "86" for line in each.lines])
        non_swift = [line for each in self.more if each.tag == "NS" for line in each.lines]
        own = non_swift_details(non_swift)
        return Details(found.payee or own.payee, found.text or own.text)


@dataclass(slots=True)
class _Draft:
    """One message, as far as it was read."""

    account: str | None = None
    currency: str | None = None
    opening: Balance | None = None
    closing: Balance | None = None
    entries: list[Entry] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    totals: dict[str, str] = field(default_factory=dict)
    expected: int = 0
    is_interim: bool = False
    row: _Row | None = None

    def is_before(self, following: Field) -> bool:
        """A message begins with :20:, or with another account where that was left out."""
        if following.tag == "20":
            return True
        return following.tag.startswith("25") and self.account is not None

    def is_cut_off(self) -> bool:
        is_empty = not (self.entries or self.rejected or self.row)
        if self.is_interim or self.closing is not None:
            return False
        return self.opening is not None or is_empty

    def take(self, each: Field) -> None:
        if each.tag in {"86", "NS"}:
            if self.row and len(self.row.more) < _MOST_FIELDS:
                self.row.more.append(each)
            return
        self.close_row()
        first = each.lines[0]
        if each.tag == "61":
            self.row = _Row(each)
        elif each.tag.startswith("25"):
            self.account = clean(first) or None
        elif each.tag in {"60F", "60M"}:
            self.opening = self.balance(each)
        elif each.tag in {"62F", "62M"}:
            self.closing = self.balance(each)
        elif each.tag == "34F":
            self.is_interim = True
            self.note_currency(_LIMIT.fullmatch(first), 1)
        elif each.tag in {"90C", "90D"}:
            self.is_interim = True
            self.totals[each.tag] = first

    def balance(self, each: Field) -> Balance | None:
        found = balance(each.lines[0])
        if found is None:
            said = clean(each.lines[0])[:40]
            self.notes = [*self.notes[:1], f"Line {each.line}: {said!r} is not a balance."]
        elif found.currency:
            self.currency = self.currency or found.currency
        return found

    def note_currency(self, match: re.Match[str] | None, group: int) -> None:
        if match:
            self.currency = self.currency or match[group]

    def check_totals(self) -> None:
        """Compare number and sum of the entries with what the bank counted."""
        for tag, text in self.totals.items():
            match = _TOTAL.fullmatch(text)
            total = swift_amount(match[3]) if match else None
            self.note_currency(match, 2)
            if match and total is not None and not self.expected:
                count, is_credit = int(match[1]), tag == "90C"
                self.notes += miscounted(self.entries, count, total, is_credit=is_credit)

    def close_row(self) -> None:
        row, self.row = self.row, None
        if row is None:
            return
        found = statement_line(row.line.lines)
        if isinstance(found, str):
            self.rejected.append(Rejected(row.line.line, row.raw(), found))
        elif found.is_expected:
            self.expected += 1
        else:
            self.entries.append(_entry(row, found))

    def statements(self) -> list[Statement]:
        self.close_row()
        if not (self.account or self.entries or self.rejected or self.closing):
            return []
        self.check_totals()
        if self.expected:
            rows = counted(self.expected, "row is", "rows are")
            self.notes.append(f"{rows} only expected by the bank and left out.")
        return [
            Statement(
                _bare_account(self.account, self.currency),
                self.currency,
                tuple(self.entries),
                tuple(self.rejected),
                self.opening.amount if self.opening else None,
                self.closing.amount if self.closing else None,
                self.closing.day if self.closing else None,
                tuple(self.notes),
            )
        ]


def _entry(row: _Row, found: StatementLine) -> Entry:
    said = row.details()
    return Entry(
        line=row.line.line,
        booked_on=found.valued_on,
        valued_on=found.valued_on,
        amount=found.amount,
        payee=said.payee or found.name,
        text=said.text or found.more,
        reference=found.reference,
        raw=row.raw(),
    )


def _bare_account(account: str | None, currency: str | None) -> str | None:
    """Some banks write a slash before the account's number, or the currency behind it."""
    if not account:
        return None
    bare = account.lstrip("/") or account
    return (bare.removesuffix(currency).rstrip(" /") or bare) if currency else bare
