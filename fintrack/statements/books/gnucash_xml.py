"""A book of GnuCash in XML, read as a stream: expat tells what it meets and keeps nothing.

Source: GnuCash, the schema gnucash-v2.rnc of its documentation.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from xml.parsers import expat

from fintrack.statements.books.book import Book, Written
from fintrack.statements.books.cells import day, whole_text
from fintrack.statements.books.gnucash import (
    Commodity,
    GnuCashAccount,
    GnuCashSplit,
    GnuCashTransaction,
    fraction,
    gnucash_book,
)
from fintrack.statements.books.packages import DAMAGED
from fintrack.statements.statement import StatementError

OLD = "This book is of GnuCash 1. Open it in a newer GnuCash, save it, and bring it again."
_TEMPLATES = "gnc:template-transactions"
_COUNTED = {"price": "prices", "gnc:schedxaction": "scheduled transactions"}
_COUNTED |= {"gnc:GncInvoice": "invoices", "gnc:budget": "budgets"}
_TRANSACTION, _SLOT = "gnc:transaction", "slot"
_TRUE = frozenset({"true", "1"})
_KEPT = frozenset({"gnc:account", _TRANSACTION, "trn:split"})
_DEEPEST, _LONGEST = 50, 10_000


def is_gnucash_xml(content: bytes) -> bool:
    """Say whether the first bytes are a book of GnuCash, of whichever version."""
    head = content[:4096]
    return b"<gnc-v2" in head or b"<gnc>" in head or b"http://www.gnucash.org/XML/" in head


def read_gnucash_xml(content: bytes) -> Book:
    """Return the book.

    Raises:
        StatementError: it is damaged, declares entities, or is of the first version.
    """
    # Whatever a damaged head declares, GnuCash writes UTF-8.
    parser = expat.ParserCreate("utf-8")
    reading = _Reading(content, parser)
    parser.buffer_text = True
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat takes it by position alone
    except expat.ExpatError as error:
        raise StatementError(DAMAGED) from error
    if not reading.accounts:
        raise StatementError(OLD if b"<gnc>" in content[:4096] else DAMAGED)
    transactions = sorted(reading.transactions, key=lambda each: each.on)
    return gnucash_book(reading.accounts, transactions, reading.counts)


def _refuse(*_declared: object) -> None:
    raise StatementError(DAMAGED)


@dataclass(slots=True)
class _Reading:
    """Where the reading stands: the open elements, and the texts below each that is kept."""

    content: bytes
    parser: expat.XMLParserType
    accounts: list[GnuCashAccount] = field(default_factory=list)
    transactions: list[GnuCashTransaction] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    path: list[str] = field(default_factory=list)
    texts: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    splits: list[GnuCashSplit] = field(default_factory=list)
    begins: tuple[int, int] = (0, 0)
    in_templates: bool = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self.path.append(name)
        if len(self.path) > _DEEPEST:
            raise StatementError(DAMAGED)
        self.in_templates = self.in_templates or name == _TEMPLATES
        if name in _KEPT and not self.in_templates:
            if name in self.texts:
                raise StatementError(DAMAGED)
            self.texts[name] = {}
        if name == _TRANSACTION:
            self.begins = self.parser.CurrentLineNumber, self.parser.CurrentByteIndex
        if name in _COUNTED and not self.in_templates:
            self.counts[_COUNTED[name]] += 1

    def text(self, said: str) -> None:
        if not said.strip() or self.in_templates:
            return
        for depth in range(len(self.path) - 1, -1, -1):
            if self.path[depth] in _KEPT:
                texts = self.texts[self.path[depth]]
                key = "/".join(self.path[depth + 1 :])
                texts[key] = (texts.get(key, "") + said)[:_LONGEST]
                return

    def end(self, name: str) -> None:
        self.path.pop()
        if name == _TEMPLATES:
            self.in_templates = False
        elif name in _KEPT and not self.in_templates:
            _ENDS[name](self, self.texts.pop(name))
        elif name == _SLOT and self.path[-2:-1] and self.path[-2] in self.texts:
            self._end_slot(self.texts[self.path[-2]], f"{self.path[-1]}/{_SLOT}")

    def _end_slot(self, texts: dict[str, str], at: str) -> None:
        """Keep what the slot holds under its own key, as one element has several."""
        key = texts.pop(f"{at}/slot:key", "")
        texts[f"slot:{key}"] = texts.pop(f"{at}/slot:value", "")

    def end_account(self, texts: dict[str, str]) -> None:
        space = texts.get("act:commodity/cmdty:space")
        held = Commodity(space, texts.get("act:commodity/cmdty:id", "")) if space else None
        self.accounts.append(
            GnuCashAccount(
                texts.get("act:id", ""),
                texts.get("act:name", ""),
                texts.get("act:type", ""),
                texts.get("act:parent", ""),
                held,
                texts.get("act:code", ""),
                texts.get("slot:hidden") in _TRUE,
                texts.get("slot:notes") or texts.get("act:description", ""),
            )
        )

    def end_split(self, texts: dict[str, str]) -> None:
        self.splits.append(
            GnuCashSplit(
                texts.get("split:account", ""),
                _amount(texts.get("split:value", "")),
                _amount(texts.get("split:quantity", "")),
                texts.get("split:memo", ""),
                texts.get("split:reconciled-state", ""),
            )
        )

    def end_transaction(self, texts: dict[str, str]) -> None:
        space, mnemonic = (texts.get(f"trn:currency/cmdty:{part}", "") for part in ("space", "id"))
        splits, self.splits = self.splits, []
        self.transactions.append(
            GnuCashTransaction(
                day(texts.get("trn:date-posted/ts:date", "")),
                Commodity(space, mnemonic),
                texts.get("trn:description", ""),
                texts.get("trn:num", ""),
                splits,
                self._written(),
                texts.get("slot:notes", ""),
            )
        )

    def _written(self) -> Written:
        line, begin = self.begins
        # The end of the element is told at the first letter of its tag.
        end = self.parser.CurrentByteIndex + len(f"</{_TRANSACTION}>")
        text = self.content[begin : min(end, begin + _LONGEST)]
        return Written(line, text.decode(errors="ignore"))


_ENDS = {
    "gnc:account": _Reading.end_account,
    "trn:split": _Reading.end_split,
    _TRANSACTION: _Reading.end_transaction,
}


def _amount(written: str) -> Decimal:
    numerator, _, denominator = written.partition("/")
    return fraction(whole_text(numerator), whole_text(denominator or "1"))
