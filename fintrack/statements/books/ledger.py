"""A plain journal of ledger or hledger: the subset that both programs read alike.

What would need the program itself is refused by name: included files, automated postings, sums.

Source: hledger manual, journal format; ledger manual, journal format.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from fintrack.ledger.filters import Status
from fintrack.statements.books.book import Book, Hints
from fintrack.statements.books.cells import number
from fintrack.statements.books.double_entry import JournalEntry, book_of
from fintrack.statements.books.plain_text import Amount, Commodities, RawPosting, completed
from fintrack.statements.statement import StatementError
from fintrack.statements.text import decode, unified

FORMAT = "ledger"
_POSTINGS = "Export its postings as CSV with `hledger print -O csv`, and bring that."
_ENTRY = re.compile(
    r"(?:(?P<year>\d{4})[-/.])?(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:=[\d/.-]+)?"
    r"(?:\s+(?P<mark>[*!]))?(?:\s+\((?P<code>[^)]*)\))?(?:\s+(?P<said>.*))?"
)
_STARTS = re.compile(
    rb"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[^\n]*\r?\n(?:[ \t]+;[^\n]*\r?\n)*[ \t]+[^\s;]", re.MULTILINE
)
_FIGURE = r"[-+]?\s*\d[\d.,' ]*|[-+]?\s*\.\d+"
_SIGN = r'"[^"]+"|[^\s\d.,;@{}()=+*/"-]+'
_BEFORE = re.compile(rf"(?P<minus>-?)\s*(?P<sign>{_SIGN})\s*(?P<figure>{_FIGURE})")
_AFTER = re.compile(rf"(?P<figure>{_FIGURE})\s*(?P<sign>{_SIGN})?")
_AMOUNT = re.compile(
    r"(?P<units>[^@={]*)(?P<cost>\{\{?[^}]*\}\}?)?[^@=]*"
    r"(?:(?P<at>@@?)(?P<price>[^=]*))?(?:=.*)?"
)
_TAG = re.compile(r"(?:^|[\s,;])([^\s:,;]+):(?=[\s,]|$)")
_SEPARATED = re.compile(r"\t+| {2,}")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+")
_HEAD = 64 * 1024
_COMMENTS = frozenset(";#%|*")
_QUIET = frozenset(
    "account commodity P D N tag payee format decimal-mark bucket A i o define".split()
)
_REFUSED = {
    "include": "other files are included.",
    "!include": "other files are included.",
    "=": "postings are made automatically.",
    "apply": "accounts are renamed on the way.",
    "alias": "accounts are renamed on the way.",
    "eval": "amounts are computed.",
}


def is_ledger(content: bytes) -> bool:
    """Say whether the text is a journal: a dated line, and indented ones below it."""
    return _STARTS.search(content[:_HEAD]) is not None


def read_ledger(content: bytes, hints: Hints) -> Book:
    """Return the book.

    Raises:
        StatementError: a line is not understood, or would need the program itself.
    """
    reading = _Reading(Commodities(hints.currency))
    for line, written in enumerate(unified(decode(content)[0]).split("\n"), start=1):
        reading.take(line, written.rstrip())
    reading.finish()
    notes = [*reading.commodities.notes()]
    if reading.periodic:
        notes.append(f"Periodic entries were left out ({reading.periodic:,}): FinTrack keeps none.")
    return book_of(FORMAT, FORMAT, reading.entries, notes)


@dataclass(slots=True)
class _Reading:
    """Where the reading stands: the entry that is open, and what was read so far."""

    commodities: Commodities
    entries: list[JournalEntry] = field(default_factory=list)
    entry: JournalEntry | None = None
    raw: list[RawPosting] = field(default_factory=list)
    is_comment: bool = False
    periodic: int = 0

    def take(self, line: int, written: str) -> None:
        if self.is_comment:
            self.is_comment = written.strip() not in {"end comment", "end test"}
        elif not written.strip():
            self.finish()
        elif written[0].isspace():
            self._take_part(line, written.strip())
        elif written[0] not in _COMMENTS:
            self.finish()
            self._take_start(line, written)

    def finish(self) -> None:
        """Close the entry that is open."""
        if self.entry is not None:
            self.entries += self.commodities.entries(self.entry, completed(self.raw))
        self.entry, self.raw = None, []

    def _take_start(self, line: int, written: str) -> None:
        word = written.split(None, 1)[0]
        if written[0].isdecimal():
            self.entry = _entry(line, written)
        elif word in {"comment", "test"}:
            self.is_comment = True
        elif written[0] == "~":
            self.periodic += 1
        elif (refused := _REFUSED.get(word) or _REFUSED.get(written[0])) is not None:
            raise StatementError(f"Line {line}: {refused} {_POSTINGS}")
        elif word not in _QUIET and word not in {"end", "Y", "year"}:
            raise StatementError(f"Line {line} is no journal that FinTrack reads. {_POSTINGS}")

    def _take_part(self, line: int, inside: str) -> None:
        if self.entry is None:
            return
        if inside[0] in _COMMENTS - {"*"}:
            tags = (*self.entry.tags, *_tags(inside[1:]))
            self.entry = replace(self.entry, tags=tags)
        else:
            self.raw.append(_posting(line, inside))


def _entry(line: int, written: str) -> JournalEntry:
    said, _, comment = written.partition(";")
    found = _ENTRY.fullmatch(said.strip())
    if found is None or not found["year"]:
        raise StatementError(f"Line {line} begins with no day such as 2026-01-31.")
    try:
        on = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError as error:
        raise StatementError(f"Line {line} begins with no day of the calendar.") from error
    payee, _, text = (found["said"] or "").partition("|")
    status = Status.PENDING if found["mark"] == "!" else Status.CLEARED
    note = f"Number {found['code']}" if found["code"] else ""
    return JournalEntry(on, (), payee.strip(), text.strip(), note, status, _tags(comment))


def _tags(comment: str) -> tuple[str, ...]:
    return tuple(_TAG.findall(comment))


def _posting(line: int, inside: str) -> RawPosting:
    bare = inside[1:].lstrip() if inside[0] in "*!" else inside
    said, _, comment = bare.partition(";")
    account, _, amount = _SEPARATED.sub("\t", said.strip()).partition("\t")
    is_free = account.startswith("(") and account.endswith(")")
    if account.startswith("[") and account.endswith("]"):
        account = account[1:-1]
    memo = "" if comment.strip().startswith("[") else comment.strip()
    raw = RawPosting(account, None, line, memo=memo, is_free=is_free)
    return _with_amount(raw, amount.strip()) if amount.strip() else raw


def _with_amount(raw: RawPosting, written: str) -> RawPosting:
    found = _AMOUNT.fullmatch(written)
    if found is None or not found["units"].strip():
        raise StatementError(f"Line {raw.line}: an amount is left to be computed. {_POSTINGS}")
    said = replace(raw, units=_amount(raw.line, found["units"]))
    cost, price = found["cost"], found["price"]
    if cost:
        value = _amount(raw.line, cost.strip("{}= "))
        return replace(said, whole=value) if cost.startswith("{{") else replace(said, each=value)
    if price:
        value = _amount(raw.line, price)
        return replace(said, whole=value) if found["at"] == "@@" else replace(said, each=value)
    return said


def _amount(line: int, written: str) -> Amount:
    bare = written.strip()
    found = _BEFORE.fullmatch(bare) or _AFTER.fullmatch(bare)
    if found is None:
        raise StatementError(f"Line {line}: {bare[:40]!r} is no amount. {_POSTINGS}")
    value = _figure(found["figure"])
    sign = -1 if "minus" in found.re.groupindex and found["minus"] else 1
    return Amount(sign * value, (found["sign"] or "").strip('"'))


def _figure(written: str) -> Decimal:
    """A point or comma before anything but three figures at the end is the decimal mark."""
    bare = re.sub(r"[\s']", "", written)
    if "," in bare and "." in bare:
        grouping = "," if bare.rfind(",") < bare.rfind(".") else "."
    else:
        grouping = "," if _GROUPED.fullmatch(bare) else "." if bare.count(".") > 1 else ""
    plain = bare.replace(grouping, "") if grouping else bare
    return number(plain.replace(",", "."))
