"""OFX and QFX as banks really write them: SGML or XML, with or without header and end tags.

Source: OFX 1.0.2 to 2.3, sections 3 (amounts, dates), 11 (banking) and 13 (investments).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from sys import intern

from fintrack.ledger.accounts import AccountKind
from fintrack.money import CURRENCIES
from fintrack.statements.ofx_amounts import Marks, amount_of, marks_of
from fintrack.statements.ofx_text import ofx_text, tokens
from fintrack.statements.ofx_values import currency_of, day_of, text_of
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

_HEAD = 4_096
_STATEMENTS = {
    "STMTRS": None,
    "CCSTMTRS": AccountKind.CREDIT_CARD,
    "INVSTMTRS": AccountKind.INVESTMENT,
    "LOANSTMTRS": AccountKind.LOAN,
}
# Many banks call every account CHECKING, so that this word says nothing.
_ACCOUNT_TYPES = {
    "SAVINGS": AccountKind.SAVINGS,
    "MONEYMRKT": AccountKind.SAVINGS,
    "CD": AccountKind.SAVINGS,
    "CREDITLINE": AccountKind.LOAN,
}
_OWN_ACCOUNTS = frozenset({"BANKACCTFROM", "CCACCTFROM", "INVACCTFROM", "LOANACCTFROM"})
_OWN_SCOPES = tuple(sorted(_OWN_ACCOUNTS))
_SCOPES = _OWN_ACCOUNTS | {"LEDGERBAL", "CURRENCY", "ORIGCURRENCY", "BANKACCTTO", "CCACCTTO"}
_INVESTMENTS = frozenset(
    """
    BUYDEBT BUYMF BUYOPT BUYOTHER BUYSTOCK CLOSUREOPT INCOME INVEXPENSE JRNLFUND JRNLSEC
    MARGININTEREST REINVEST RETOFCAP SELLDEBT SELLMF SELLOPT SELLOTHER SELLSTOCK SPLIT TRANSFER
    """.split(),
)
_TRUNCATED = "The file ends in the middle; download it from your bank again."


def is_ofx(content: bytes) -> bool:
    """Say whether the first bytes look like OFX, in one or two bytes per character."""
    head = content[:_HEAD].replace(b"\x00", b"").upper()
    return b"<OFX>" in head or b"OFXHEADER" in head or b"<?OFX" in head or b"<STMTTRN>" in head


def read_ofx(content: bytes) -> StatementFile:
    """Return one statement per account, with the bank's closing balance where it is given.

    Raises:
        StatementError: it holds no account statement, or its end is missing.
    """
    text = ofx_text(content)
    marks = marks_of(text)
    drafts, complete = _drafts(text, marks)
    if not drafts:
        message = "This OFX file holds no account statement; download the transactions again."
        raise StatementError(message)
    if not complete:
        raise StatementError(_TRUNCATED)
    found = tuple(each for draft in _by_account(drafts) for each in _statements(draft, marks))
    return StatementFile("ofx", found)


@dataclass(slots=True)
class _Record:
    line: int
    start: int
    end: int = 0
    values: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Draft:
    """A statement being read: what it says, its rows, the currency each of them names.

    `references` are all ids so far, `repeated` those that name several rows.
    """

    values: dict[str, str] = field(default_factory=dict)
    rows: list[Entry | Rejected] = field(default_factory=list)
    currencies: list[str | None] = field(default_factory=list)
    references: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)
    kind: AccountKind | None = None
    investments: int = 0
    pending: int = 0
    debits_in: int = 0

    def take(self, record: _Record, raw: str, marks: Marks) -> None:
        own = currency_of(record.values.get("CURRENCY.CURSYM"))
        row = _entry(record, raw, marks, own or currency_of(self.values.get(".CURDEF")))
        if isinstance(row, Entry) and own is not None and own not in CURRENCIES:
            row = Rejected(record.line, raw, f"{own!r} is not a currency.")
        self.rows.append(row)
        self.currencies.append(None if own is None else intern(own))
        reference = text_of(record.values.get("FITID", ""))
        (self.repeated if reference in self.references else self.references).add(reference)
        self.debits_in += record.values.get("TRNTYPE") == "DEBIT" and _is_inflow(row)

    def account(self) -> tuple[tuple[str, str], ...]:
        """Return what tells this account, in this currency, from every other one of the file."""
        own = {"ACCTID", ".CURDEF"}
        said = ((k, v) for k, v in self.values.items() if k in own or k.startswith(_OWN_SCOPES))
        return (("KIND", self.kind or ""), *sorted(said))

    def join(self, later: "_Draft") -> None:
        """Add another statement of the same account; what both tell came once."""
        told = set(map(_identity, self.rows))
        for row, currency in zip(later.rows, later.currencies, strict=True):
            if isinstance(row, Rejected) or not row.reference or _identity(row) not in told:
                self.rows.append(row)
                self.currencies.append(currency)
                if isinstance(row, Entry) and row.reference in self.references:
                    self.repeated.add(row.reference)
        self.references |= later.references
        self.repeated |= later.repeated
        self.investments += later.investments
        self.pending += later.pending
        self.debits_in += later.debits_in
        day = "LEDGERBAL.DTASOF"
        if later.values.get(day, "") > self.values.get(day, ""):
            self.values |= later.values


@dataclass(slots=True)
class _Reader:
    """Where the reading stands: open tags that matter, the statement and the movement."""

    text: str
    marks: Marks
    drafts: list[_Draft] = field(default_factory=list)
    record: _Record | None = None
    scope: list[str] = field(default_factory=list)
    in_list: bool = False
    in_statement: bool = False

    def open(self, tag: str, value: str, line: int, start: int) -> None:
        if tag in _STATEMENTS:
            self.close_record(start)
            self.drafts.append(_Draft(kind=_STATEMENTS[tag]))
            self.scope.clear()
            self.in_statement = True
        elif tag == "STMTTRN":
            self.close_record(start)
            self.record = _Record(line, start)
            self.scope.clear()
        elif value:
            self.keep(tag, value)
        elif tag in _SCOPES:
            self.scope.append(tag)
        elif tag in {"BANKTRANLIST", "INVTRANLIST"}:
            self.in_list = True
        elif tag in _INVESTMENTS and self.in_list and self.drafts:
            self.drafts[-1].investments += 1
        elif tag == "STMTTRNP" and self.drafts:
            self.drafts[-1].pending += 1

    def close(self, tag: str, end: int) -> None:
        if tag == "STMTTRN":
            self.close_record(end)
        elif tag in _STATEMENTS or tag in {"BANKTRANLIST", "INVTRANLIST", "OFX"}:
            self.close_record(end)
            self.in_list = self.in_list and tag == "OFX"
            self.in_statement = False
        elif tag in self.scope:
            del self.scope[self.scope.index(tag) :]

    def keep(self, tag: str, value: str) -> None:
        if self.record is not None:
            inside = self.scope[-1] if self.scope else ""
            name = f"{inside}.{tag}" if inside in {"CURRENCY", "ORIGCURRENCY"} else tag
            if inside not in {"BANKACCTTO", "CCACCTTO"}:
                self.record.values.setdefault(name, value)
        elif self.drafts:
            inside = self.scope[-1] if self.scope else ""
            name = "ACCTID" if inside in _OWN_ACCOUNTS and tag == "ACCTID" else f"{inside}.{tag}"
            self.drafts[-1].values.setdefault(name, value)

    def close_record(self, end: int) -> None:
        if self.record is None:
            return
        if not self.drafts:
            self.drafts.append(_Draft())
        raw = self.text[self.record.start : min(end, self.record.start + RAW_LENGTH)]
        self.drafts[-1].take(self.record, clean(raw), self.marks)
        self.record = None
        self.scope.clear()


def _drafts(text: str, marks: Marks) -> tuple[list[_Draft], bool]:
    reader = _Reader(text, marks)
    for closing, tag, value, line, start, end in tokens(text):
        if closing:
            reader.close(tag, end)
        else:
            reader.open(tag, value, line, start)
    # A file may forget its last end tags, but not stop inside a list of movements.
    is_cut = "LEDGERBAL" in reader.scope
    complete = not (reader.in_list or reader.in_statement or reader.record or is_cut)
    reader.close_record(len(text))
    return reader.drafts, complete


def _by_account(drafts: Iterable[_Draft]) -> Iterable[_Draft]:
    """Return one draft an account; what names none stays by itself."""
    found: dict[object, _Draft] = {}
    for draft in drafts:
        key = draft.account() if draft.values.get("ACCTID") else id(draft)
        known = found.setdefault(key, draft)
        if known is not draft:
            known.join(draft)
    return found.values()


def _statements(draft: _Draft, marks: Marks) -> Iterator[Statement]:
    """Yield the account's statement, and one more for every other currency among its rows."""
    account = text_of(draft.values.get("ACCTID", "")) or None
    currency = currency_of(draft.values.get(".CURDEF"))
    if currency is not None and currency not in CURRENCIES:
        raise StatementError(f"The file is in {currency}, which FinTrack does not know.")
    entries: dict[str | None, list[Entry]] = {}
    rejected = []
    for row, own in zip(draft.rows, draft.currencies, strict=True):
        if isinstance(row, Rejected):
            rejected.append(row)
        else:
            # An id that names two movements names none.
            unique = replace(row, reference=None) if row.reference in draft.repeated else row
            entries.setdefault(own or currency, []).append(unique)
    if currency is None and entries:
        currency = next(iter(entries))
    yield replace(
        _balances(draft, marks, currency),
        account=account,
        currency=currency,
        entries=tuple(entries.pop(currency, ())),
        rejected=tuple(rejected),
        notes=tuple(_notes(draft)),
        kind=draft.kind or _ACCOUNT_TYPES.get(draft.values.get("BANKACCTFROM.ACCTTYPE", "")),
    )
    for other, rows in entries.items():
        yield Statement(account, other, tuple(rows), kind=draft.kind)


def _identity(row: Entry | Rejected) -> tuple[object, ...]:
    return (row.reference, row.booked_on, row.amount) if isinstance(row, Entry) else (row.line,)


def _is_inflow(row: Entry | Rejected) -> bool:
    return isinstance(row, Entry) and row.amount > 0


def _entry(record: _Record, raw: str, marks: Marks, currency: str | None) -> Entry | Rejected:
    values = record.values
    written, posted = values.get("TRNAMT", ""), values.get("DTPOSTED", "")
    booked_on, amount = day_of(posted), amount_of(written, marks)
    if booked_on is None:
        said = f"{clean(posted)[:40]!r} is not a date." if posted else "The row has no date."
        return Rejected(record.line, raw, said)
    if amount is None:
        said = f"{clean(written)[:40]!r} is not an amount." if written else "The row has no amount."
        return Rejected(record.line, raw, said)
    if doubt := marks.doubt(written, currency) or _correction(values):
        return Rejected(record.line, raw, doubt)
    return Entry(
        line=record.line,
        booked_on=booked_on,
        valued_on=day_of(values.get("DTAVAIL") or values.get("VALUEDATE", "")),
        amount=amount,
        payee=text_of(values.get("NAME") or values.get("EXTDNAME", "")),
        text=text_of(values.get("MEMO", "")),
        reference=text_of(values.get("FITID", "")) or None,
        raw=raw,
    )


def _correction(values: Mapping[str, str]) -> str | None:
    """Say what the bank corrects with the row, which is no movement beside the wrong one."""
    if not (wrong := text_of(values.get("CORRECTFITID", ""))[:40]):
        return None
    if values.get("CORRECTACTION", "").upper() == "DELETE":
        return f"The bank takes its transaction {wrong!r} back; delete it yourself."
    return f"The bank corrects its transaction {wrong!r} with this row; change that one yourself."


def _balances(draft: _Draft, marks: Marks, currency: str | None) -> Statement:
    written = draft.values.get("LEDGERBAL.BALAMT", "")
    closing = None if marks.doubt(written, currency) else amount_of(written, marks)
    closing_on = day_of(draft.values.get("LEDGERBAL.DTASOF", ""))
    return Statement(None, None, (), closing_balance=closing, closing_on=closing_on)


def _notes(draft: _Draft) -> Iterator[str]:
    if draft.investments:
        one, many = (
            "investment entry is not a cash movement and was",
            "investment entries are not cash movements and were",
        )
        yield f"{counted(draft.investments, one, many)} left out."
    if draft.pending:
        rows = counted(draft.pending, "row is pending and was", "rows are pending and were")
        yield f"{rows} left out."
    if draft.debits_in and all(_is_inflow(row) for row in draft.rows):
        rows = counted(draft.debits_in, "row is", "rows are")
        adds = "adds" if draft.debits_in == 1 else "add"
        yield f"{rows} called a debit, but {adds} money, and no row takes any; check the signs."
