"""CAMT.052, 053 and 054 in all their versions to statements.

Source: ISO 20022, Bank-to-Customer Cash Management, versions 1 to 8.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from fintrack.statements.camt.entry import (
    MOST_DETAILS,
    currency_of,
    day_of,
    entry,
    is_booked,
    lacks_parts,
    signed_amount,
)
from fintrack.statements.camt.nodes import STATEMENTS, Node, nodes
from fintrack.statements.merging import finished
from fintrack.statements.statement import Entry, Rejected, Statement, StatementFile
from fintrack.statements.text import clean
from fintrack.texts import counted

_NOTHING = "This CAMT file holds no account statement; download the transactions again."
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD", "ITBD")
_NUMBERS = ("/Id/IBAN", "/Id/Othr/Id", "/Id/PrtryAcct/Id", "/Id/BBAN", "/Id/UPIC")


def read_camt(content: bytes) -> StatementFile:
    """Return one statement per account and currency, with the bank's balances.

    Raises:
        StatementError: the file is damaged, or holds no statement.
    """
    statements: list[Statement] = []
    draft, name = _Draft(), ""
    for node in nodes(content):
        if node.name in STATEMENTS:
            statements += draft.statements()
            draft, name = _Draft(), STATEMENTS[node.name]
        else:
            draft.take(node)
    return StatementFile(name, finished(statements, _NOTHING))


@dataclass(frozen=True, slots=True)
class _Balance:
    kind: str
    currency: str | None
    amount: Decimal
    day: date | None


@dataclass(slots=True)
class _Draft:
    """One statement, as far as it was read."""

    account: str | None = None
    currency: str | None = None
    balances: list[_Balance] = field(default_factory=list)
    entries: dict[str | None, list[Entry]] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    details: list[Node] = field(default_factory=list)
    not_booked: int = 0
    uneven: int = 0
    crowded: int = 0

    def take(self, node: Node) -> None:
        match node.name:
            case "TxDtls":
                # One more than can be split says that there are too many.
                if len(self.details) <= MOST_DETAILS:
                    self.details.append(node)
            case "Ntry":
                self.take_entry(node)
                self.details.clear()
            case "Bal":
                self.take_balance(node)
            case "Acct":
                self.account = self.account or clean(node.text(*_NUMBERS)) or None
                self.currency = self.currency or node.text("/Ccy").upper() or None

    def take_entry(self, node: Node) -> None:
        if not is_booked(node):
            self.not_booked += 1
            return
        read = entry(node, self.details)
        if isinstance(read, Rejected):
            self.rejected.append(read)
        else:
            currency = currency_of(node, "/Amt") or self.currency
            self.entries.setdefault(currency, []).append(read)
            is_crowded = len(self.details) > MOST_DETAILS
            self.crowded += is_crowded
            self.uneven += not is_crowded and lacks_parts(read, self.details)

    def take_balance(self, node: Node) -> None:
        kind, amount = node.text("/Tp/CdOrPrtry/Cd", "/Tp/Cd"), signed_amount(node)
        if amount is not None and kind in {*_OPENING, *_CLOSING}:
            currency, day = currency_of(node, "/Amt"), day_of(node, "/Dt")
            self.balances.append(_Balance(kind, currency, amount, day))

    def statements(self) -> list[Statement]:
        """The account's statement, and one more for every other currency among its entries."""
        named = [self.currency, *(each.currency for each in self.balances), *self.entries]
        currency = next((each for each in named if each), None)
        own = replace(
            self.statement(currency, self.entries.pop(currency, [])),
            rejected=tuple(self.rejected),
            notes=tuple(self.notes(currency)),
        )
        return [own, *(self.statement(code, rows) for code, rows in self.entries.items())]

    def statement(self, currency: str | None, entries: Sequence[Entry]) -> Statement:
        opening, closing = self.balance(_OPENING, currency), self.balance(_CLOSING, currency)
        return Statement(
            self.account,
            currency,
            tuple(entries),
            opening_balance=opening.amount if opening else None,
            closing_balance=closing.amount if closing else None,
            closing_on=closing.day if closing else None,
        )

    def balance(self, kinds: tuple[str, str], currency: str | None) -> _Balance | None:
        """The earliest opening or the latest closing balance, of the better kind that is given."""
        chosen = max if kinds is _CLOSING else min
        for kind in kinds:
            found = [
                each for each in self.balances if (each.kind, each.currency) == (kind, currency)
            ]
            if found:
                return chosen(found, key=lambda each: each.day or date.min)
        return None

    def notes(self, currency: str | None) -> Iterator[str]:
        """Yield what of the file is not in the statements."""
        if self.not_booked:
            rows = counted(self.not_booked, "entry is", "entries are")
            yield f"{rows} not booked yet and left out."
        if self.uneven:
            rows = counted(self.uneven, "entry", "entries")
            came = "the entry" if self.uneven == 1 else "the entries"
            yield (
                f"The payments of {rows} do not add up in the currency booked; "
                f"{came} came whole, without parts."
            )
        if self.crowded:
            rows = counted(self.crowded, "entry has", "entries have")
            yield f"{rows} more than {MOST_DETAILS:,} payments and came whole, without parts."
        others = {each.currency for each in self.balances} - {currency, *self.entries}
        for code in sorted(filter(None, others)):
            yield (
                f"Balances in {code} were left out: no entry is in that currency, "
                f"and the account's is {currency}."
            )
