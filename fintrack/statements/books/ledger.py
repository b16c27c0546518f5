"""A plain journal of ledger or hledger: the subset that both programs read alike.

What would need the program itself is refused by name: included files, automated postings, sums.

Source: hledger manual, journal format; ledger manual, journal format.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date

from fintrack.ledger.filters import Status
from fintrack.statements.books.book import Book, Hints, Written
from fintrack.statements.books.cells import figure_of, left_out
from fintrack.statements.books.claims import Claim, Move, claim_notes
from fintrack.statements.books.double_entry import JournalEntry, Root, book_of
from fintrack.statements.books.plain_text import Amount, Commodities, RawPosting, completed
from fintrack.statements.statement import StatementError
from fintrack.statements.text import decode, unified
from fintrack.texts import counted, listed

FORMAT = "ledger"
_POSTINGS = "Export its postings as CSV with `hledger print -O csv`, and bring that."
_ENTRY = re.compile(
    r"(?:(?P<year>\d{4})[-/.])?(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:=[\d/.-]+)?"
    r"(?:\s+(?P<mark>[*!]))?(?:\s+\((?P<code>[^)]*)\))?(?:\s+(?P<said>.*))?"
)
_STARTS = re.compile(
    rb"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[^\n]*\r?\n(?:[ \t]+;[^\n]*\r?\n)*[ \t]+[^\s;]", re.MULTILINE
)
_YEAR_LINE = re.compile(rb"^(?:Y|year)\s*\d{4}\s*$", re.MULTILINE)
_STARTS_IN_A_YEAR = re.compile(rb"^\d{1,2}[-/.]\d{1,2}\s[^\n]*\r?\n[ \t]+[^\s;]", re.MULTILINE)
_FIGURE = r"[-+]?\s*\d[\d.,' ]*|[-+]?\s*\.\d+"
_SIGN = r'"[^"]+"|[^\s\d.,;@{}()=+*/"-]+'
_BEFORE = re.compile(rf"(?P<minus>-?)\s*(?P<sign>{_SIGN})\s*(?P<figure>{_FIGURE})")
_AFTER = re.compile(rf"(?P<figure>{_FIGURE})\s*(?P<sign>{_SIGN})?")
_AMOUNT = re.compile(
    r"(?P<units>[^@={]*)(?P<cost>\{\{?[^}]*\}\}?)?[^@=]*"
    r"(?:(?P<at>@@?)(?P<price>[^=]*))?(?P<claim>=.*)?"
)
_CLAIM = re.compile(r"(?P<sole>==?)(?P<deep>\*?)(?P<amount>[^@{]*).*")
_TAG = re.compile(r"(?:^|[\s,;])([^\s:,;]+):(?=[\s,]|$)")
_TAGS = re.compile(r"(?:^|(?<=\s)):([^\s,;]+):(?=\s|$)")
_TYPE = re.compile(r"\btype:\s*(\w+)")
_DATED = re.compile(
    r"(?:(?:^|[\s,;])date:\s*|\[)(?:(?P<year>\d{4})[-/.])?(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
)
_YEAR = re.compile(r"(?:Y|year)\s*(\d{4})")
_SEPARATED = re.compile(r"\t+| {2,}")
_HEAD = 64 * 1024
_COMMENTS = frozenset(";#%|*")
_QUIET = frozenset("account commodity D N tag payee format decimal-mark bucket A o define".split())
_UNKEPT = {"~": "periodic entries", "P": "prices", "i": "times of a clock"}
# hledger calls accounts in any language by a type.
_TYPES = {
    **dict.fromkeys(("a", "asset", "c", "cash"), Root.ASSET),
    **dict.fromkeys(("l", "liability"), Root.LIABILITY),
    **dict.fromkeys(("e", "equity", "v", "conversion"), Root.EQUITY),
    **dict.fromkeys(("r", "revenue"), Root.INCOME),
    **dict.fromkeys(("x", "expense"), Root.EXPENSE),
}
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
    head = content[:_HEAD]
    return bool(
        _STARTS.search(head) or (_YEAR_LINE.search(head) and _STARTS_IN_A_YEAR.search(head))
    )


def read_ledger(content: bytes, hints: Hints) -> Book:
    """Return the book.

    Raises:
        StatementError: a line is not understood, or would need the program itself.
    """
    reading = _Reading(Commodities(hints.currency))
    for line, written in enumerate(unified(decode(content)[0]).split("\n"), start=1):
        reading.take(line, written.rstrip())
    reading.finish()
    notes = [*reading.commodities.notes(), *reading.notes()]
    notes += claim_notes(reading.claims, reading.moves)
    return book_of(FORMAT, FORMAT, reading.entries, notes)


@dataclass(slots=True)
class _Habits:
    """What directives say: the decimal mark, else the marks by commodity, and the default one."""

    mark: str = ""
    marks: dict[str, str] = field(default_factory=dict)
    commodity: str = ""

    def take(self, sample: str) -> str:
        """Learn from an amount such as `1.000,00 EUR` how its commodity is written; return it."""
        found = _parsed(sample)
        if found is None:
            return ""
        commodity = (found["sign"] or "").strip('"')
        marks = [letter for letter in found["figure"] if letter in ".,"]
        if marks:
            self.marks[commodity] = marks[-1]
        return commodity

    def amount(self, line: int, written: str) -> Amount:
        """Return the amount; a point or comma is read as its commodity is written."""
        found = _parsed(written)
        if found is None:
            said = written.strip()[:40]
            raise StatementError(f"Line {line}: {said!r} is no amount. {_POSTINGS}")
        commodity = (found["sign"] or "").strip('"') or self.commodity
        usual = self.marks.get(commodity) or self.marks.get("", "")
        value = figure_of(found["figure"], self.mark or usual)
        sign = -1 if "minus" in found.re.groupindex and found["minus"] else 1
        return Amount(sign * value, commodity)


@dataclass(slots=True)
class _Reading:
    """Where the reading stands: the entry that is open, and what was read so far."""

    commodities: Commodities
    habits: _Habits = field(default_factory=_Habits)
    year: str = ""
    bucket: str = ""
    declared: str = ""
    entries: list[JournalEntry] = field(default_factory=list)
    entry: JournalEntry | None = None
    begins: int = 0
    lines: list[str] = field(default_factory=list)
    raw: list[RawPosting] = field(default_factory=list)
    is_comment: bool = False
    dated: int = 0
    days: dict[int, date] = field(default_factory=dict)
    unkept: Counter[str] = field(default_factory=Counter)
    claims: list[Claim] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    unclear: list[int] = field(default_factory=list)

    def notes(self) -> Iterator[str]:
        """Yield what a member should know of the days, and of what does not come."""
        if self.dated:
            said = counted(self.dated, "posting has a day", "postings have a day")
            yield f"{said} of its own; that of the entry was taken."
        if self.unclear:
            one, many = "balance that the book states was", "balances that the book states were"
            said = counted(len(self.unclear), one, many)
            lines = listed([*map(str, self.unclear)])
            yield f"{said} not understood, and not checked: line {lines}."
        yield from left_out(FORMAT, self.unkept)

    def take(self, line: int, written: str) -> None:
        if self.is_comment:
            self.is_comment = written.strip() not in {"end comment", "end test"}
        elif not written.strip():
            self.finish()
        elif written[0].isspace():
            self.lines.append(written)
            self._take_part(line, written.strip())
        elif written[0] not in _COMMENTS:
            self.finish()
            self._take_start(line, written)

    def finish(self) -> None:
        """Close the entry that is open."""
        if self.entry is not None:
            if self.bucket and self.raw and all(each.units for each in self.raw):
                self.raw.append(RawPosting(self.bucket, None, self.raw[0].line))
            written = Written(self.begins, "\n".join(self.lines), self.lines[0])
            entry = replace(self.entry, written=written)
            raw = completed(self.raw)
            self.entries += self.commodities.entries(entry, raw)
            self._take_balances(entry.booked_on, raw)
        self.entry, self.raw, self.declared, self.days = None, [], "", {}

    def _take_balances(self, on: date, raw: Sequence[RawPosting]) -> None:
        for each in raw:
            account = each.account[1:-1] if each.is_free else each.account
            day = self.days.get(each.line, on)
            if each.units is not None:
                self.moves.append(Move(day, each.line, account, each.units))
            if found := _CLAIM.fullmatch(each.claim):
                try:
                    amount = self.habits.amount(each.line, found["amount"])
                except StatementError:
                    self.unclear.append(each.line)
                    continue
                is_deep, is_sole = bool(found["deep"]), found["sole"] == "=="
                claim = Claim(day, each.line, account, amount, is_deep=is_deep, is_sole=is_sole)
                self.claims.append(claim)

    def _take_start(self, line: int, written: str) -> None:
        word = written.split(None, 1)[0]
        if written[0].isdecimal():
            self.entry = _entry(line, written, self.year)
            self.begins, self.lines = line, [written]
        elif year := _YEAR.fullmatch(written):
            self.year = year[1]
        elif word in {"comment", "test"}:
            self.is_comment = True
        elif (what := _UNKEPT.get("~" if written[0] == "~" else word)) is not None:
            self.unkept[what] += 1
        elif (refused := _REFUSED.get(word) or _REFUSED.get(written[0])) is not None:
            raise StatementError(f"Line {line}: {refused} {_POSTINGS}")
        elif word not in _QUIET and word not in {"end", "Y", "year"}:
            raise StatementError(f"Line {line} is no journal that FinTrack reads. {_POSTINGS}")
        else:
            self._take_directive(word, written[len(word) :].strip())

    def _take_directive(self, word: str, said: str) -> None:
        value, _, comment = said.partition(";")
        value = value.strip()
        if word == "decimal-mark":
            self.habits.mark = value
        elif word == "commodity":
            self.habits.take(value)
        elif word == "D":
            self.habits.commodity = self.habits.take(value)
        elif word in {"bucket", "A"}:
            self.bucket = value
        elif word == "account":
            self.declared = _SEPARATED.split(value)[0]
            self.commodities.declared.append(self.declared)
            self._take_type(comment)

    def _take_type(self, comment: str) -> None:
        found = _TYPE.search(comment)
        if found and self.declared and found[1].casefold() in _TYPES:
            self.commodities.roots[self.declared] = _TYPES[found[1].casefold()]

    def _take_part(self, line: int, inside: str) -> None:
        if self.entry is None:
            if inside.startswith("format "):
                self.habits.take(inside.removeprefix("format "))
            self._take_type(inside)
            return
        is_comment = inside[0] in _COMMENTS - {"*"}
        if (self.raw or not is_comment) and (found := _DATED.search(inside.partition(";")[2])):
            self.dated += 1
            at = self.raw[-1].line if is_comment else line
            with suppress(StatementError):
                self.days[at] = _day_of(line, found, f"{self.entry.booked_on.year}")
        if is_comment:
            tags = (*self.entry.tags, *_tags(inside[1:]))
            self.entry = replace(self.entry, tags=tags)
        else:
            self.raw.append(_posting(line, inside, self.habits))


def _entry(line: int, written: str, year: str) -> JournalEntry:
    said, _, comment = written.partition(";")
    found = _ENTRY.fullmatch(said.strip())
    if found is None or not (found["year"] or year):
        raise StatementError(f"Line {line} begins with no day such as 2026-01-31.")
    on = _day_of(line, found, year)
    payee, _, text = (found["said"] or "").partition("|")
    status = Status.PENDING if found["mark"] == "!" else Status.CLEARED
    note = f"Number {found['code']}" if found["code"] else ""
    return JournalEntry(on, (), payee.strip(), text.strip(), note, status, _tags(comment))


def _day_of(line: int, found: re.Match[str], year: str) -> date:
    try:
        return date(int(found["year"] or year), int(found["month"]), int(found["day"]))
    except ValueError as error:
        raise StatementError(f"Line {line} begins with no day of the calendar.") from error


def _tags(comment: str) -> tuple[str, ...]:
    between = [tag for tags in _TAGS.findall(comment) for tag in tags.split(":") if tag]
    return (*between, *_TAG.findall(comment))


def _posting(line: int, inside: str, habits: _Habits) -> RawPosting:
    bare = inside[1:].lstrip() if inside[0] in "*!" else inside
    said, _, comment = bare.partition(";")
    account, _, amount = _SEPARATED.sub("\t", said.strip()).partition("\t")
    is_free = account.startswith("(") and account.endswith(")")
    if account.startswith("[") and account.endswith("]"):
        account = account[1:-1]
    memo = "" if comment.strip().startswith("[") else comment.strip()
    raw = RawPosting(account, None, line, memo=memo, is_free=is_free)
    return _with_amount(raw, amount.strip(), habits) if amount.strip() else raw


def _with_amount(raw: RawPosting, written: str, habits: _Habits) -> RawPosting:
    found = _AMOUNT.fullmatch(written)
    if found is None or not found["units"].strip():
        raise StatementError(f"Line {raw.line}: an amount is left to be computed. {_POSTINGS}")
    units = habits.amount(raw.line, found["units"])
    said = replace(raw, units=units, claim=found["claim"] or "")
    cost, price = found["cost"], found["price"]
    if cost:
        value = habits.amount(raw.line, cost.strip("{}= "))
        return replace(said, whole=value) if cost.startswith("{{") else replace(said, each=value)
    if price:
        value = habits.amount(raw.line, price)
        return replace(said, whole=value) if found["at"] == "@@" else replace(said, each=value)
    return said


def _parsed(written: str) -> re.Match[str] | None:
    bare = written.strip()
    return _BEFORE.fullmatch(bare) or _AFTER.fullmatch(bare)
