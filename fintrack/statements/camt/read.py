"""CAMT.052, 053 and 054 in all their versions to statements.

Source: ISO 20022, Bank-to-Customer Cash Management, versions 1 to 8.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fintrack.statements.camt.entry import (
    MOST_DETAILS,
    currency_of,
    day_of,
    entry,
    is_booked,
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

    def take_balance(self, node: Node) -> None:
        kind, amount = node.text("/Tp/CdOrPrtry/Cd", "/Tp/Cd"), signed_amount(node)
        if amount is not None and kind in {*_OPENING, *_CLOSING}:
            currency, day = currency_of(node, "/Amt"), day_of(node, "/Dt")
            self.balances.append(_Balance(kind, currency, amount, day))

    def statements(self) -> list[Statement]:
        """The account's statement, and one more for every other currency among its entries."""
        named = [self.currency, *(each.currency for each in self.balances), *self.entries]
        currency = next((each for each in named if each), None)
        opening, closing = self.balance(_OPENING, currency), self.balance(_CLOSING, currency)
        own = Statement(
            self.account,
            currency,
            tuple(self.entries.pop(currency, ())),
            tuple(self.rejected),
            opening.amount if opening else None,
            closing.amount if closing else None,
            closing.day if closing else None,
            self.notes(),
        )
        others = self.entries.items()
        return [own, *(Statement(self.account, code, tuple(rows)) for code, rows in others)]

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

    def notes(self) -> tuple[str, ...]:
        if not self.not_booked:
            return ()
        rows = counted(self.not_booked, "entry is", "entries are")
        return (f"{rows} not booked yet and left out.",)
