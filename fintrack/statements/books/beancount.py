"""A plain beancount file: entries with costs, prices and amounts left to be told.

What would need beancount itself is refused by name: includes, lots without a cost.

Source: Beancount Language Syntax, version 3.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from fintrack.ledger.category_paths import SEPARATOR
from fintrack.ledger.filters import Status
from fintrack.statements.books.arithmetic import computed
from fintrack.statements.books.book import Book, Hints, Written
from fintrack.statements.books.cells import day, left_out, number
from fintrack.statements.books.claims import Claim, Move, claim_notes
from fintrack.statements.books.double_entry import JournalEntry, Root, book_of
from fintrack.statements.books.plain_text import (
    Amount,
    Commodities,
    RawPosting,
    above,
    completed,
)
from fintrack.statements.books.tolerances import Tolerances
from fintrack.statements.books.whole_lines import STRING, whole_lines
from fintrack.statements.statement import StatementError
from fintrack.statements.text import decode, unified

FORMAT = "beancount"
_POSTINGS = "Export its postings as CSV with bean-query, and bring that."
_DIRECTIVE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})\s+(\S+)(.*)")
_OPTION = re.compile(r'option\s+"(\w+)"\s+"(.*)"')
_TAG = re.compile(r"(?<=\s)#([A-Za-z0-9_/.-]+)")
_LINK = re.compile(r"(?<=\s)\^[A-Za-z0-9_/.-]+")
_NUMBER = r"[-+]?\s*(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?"
_PLAIN = re.compile(r"[-+]?[\d.]*")
_SUM = r"[-+(.\d][-+*/().,\d ]*"
_COMMODITY = r"[A-Z](?:[A-Z0-9'._-]*[A-Z0-9])?"
_POSTING = re.compile(
    rf"(?:[*!&#?%A-Z]\s+)?(?P<account>[^\W\d_][^\s;{{@]*:[^\s;{{@]+)"
    rf"(?:\s+(?P<number>{_SUM})\s*(?P<commodity>{_COMMODITY}))?"
    rf"\s*(?P<cost>\{{[^}}]*\}}\}}?)?"
    rf"\s*(?:(?P<at>@@?)\s*(?P<price>{_NUMBER})\s+(?P<in>{_COMMODITY}))?\s*(?:;.*)?"
)
_CLAIM = re.compile(
    rf"\s+(?P<account>\S+)\s+(?P<number>{_NUMBER})\s*(?:~\s*(?P<tolerance>{_NUMBER})\s*)?"
    rf"\s+(?P<commodity>{_COMMODITY})"
)
_COST = re.compile(rf"(?P<number>{_NUMBER})\s+(?P<commodity>{_COMMODITY})(?:\s*,.*)?")
_META = re.compile(r'([a-z][\w-]*):\s*(?:"(.*)")?.*')
_FLAGS = frozenset("*!&#?%PSTCURM") | {"txn"}
_UNKEPT = {
    "close": "days on which accounts were closed",
    "custom": "directives of other programs",
    "document": "documents",
    "event": "events",
    "note": "notes",
    "price": "prices",
    "query": "queries",
}
_LINKS, _METADATA = "links between entries", "values of metadata"
_UNUSED_PAD = f"pads accounts, but no balance follows that says up to what. {_POSTINGS}"
_PUSH = re.compile(r"(push|pop)tag\s+#(\S+)\s*(?:;.*)?")
_NAMED_ROOTS = {
    "name_assets": Root.ASSET,
    "name_liabilities": Root.LIABILITY,
    "name_equity": Root.EQUITY,
    "name_income": Root.INCOME,
    "name_expenses": Root.EXPENSE,
}
_REFUSED = {
    "pad": _UNUSED_PAD,
    "include": f"includes other files. {_POSTINGS}",
}


def is_beancount(content: bytes) -> bool:
    """Say whether the text is a beancount file: it opens accounts by their date."""
    return re.search(rb"^\d{4}([-/]\d\d?){2}\s+open\s+[A-Z]", content, re.MULTILINE) is not None


def read_beancount(content: bytes, hints: Hints) -> Book:
    """Return the book; its balance directives are checked, and what does not agree is said.

    Raises:
        StatementError: a line is not understood, or would need beancount itself.
    """
    reading = _Reading(Commodities(hints.currency))
    lines = unified(decode(content)[0]).split("\n")
    for line, last, written in whole_lines(lines):
        reading.take(line, written)
        reading.keep_text(lines[line - 1 : last])
    reading.finish()
    reading.fill_pads()
    told = (reading.commodities, reading.tolerances)
    notes = [note for each in told for note in each.notes()]
    notes += [*left_out(FORMAT, reading.unkept), *claim_notes(reading.claims, reading.moves)]
    return book_of(FORMAT, reading.title or FORMAT, reading.entries, notes)


@dataclass(slots=True)
class _Draft:
    """An entry whose postings still come."""

    entry: JournalEntry
    begins: int
    postings: list[RawPosting] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Pad:
    """An account that is filled up from another one, to what the next balance says."""

    line: int
    on: date
    account: str
    source: str


def _unread(line: int) -> StatementError:
    return StatementError(f"Line {line} is not beancount that FinTrack reads. {_POSTINGS}")


@dataclass(slots=True)
class _Reading:
    """Where the reading stands: the entry that is open, and what was read so far."""

    commodities: Commodities
    entries: list[JournalEntry] = field(default_factory=list)
    title: str = ""
    draft: _Draft | None = None
    opened: str = ""
    claims: list[Claim] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    pads: list[_Pad] = field(default_factory=list)
    pushed: list[str] = field(default_factory=list)
    tolerances: Tolerances = field(default_factory=Tolerances)
    unkept: Counter[str] = field(default_factory=Counter)

    def take(self, line: int, written: str) -> None:
        inside = written.lstrip()
        if not inside or inside.startswith(";"):
            return
        if written[0].isspace():
            self._take_part(line, inside)
            return
        self.finish()
        self.opened = ""
        if found := _DIRECTIVE.fullmatch(written):
            on = day(f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}")
            self._take_directive(line, on, found[4], found[5])
        elif option := _OPTION.match(written):
            self._take_option(option[1], option[2])
        elif push := _PUSH.fullmatch(written):
            (self.pushed.append if push[1] == "push" else self._pop)(push[2])
        elif (word := written.split(None, 1)[0]) in _REFUSED:
            raise StatementError(f"Line {line}: the book {_REFUSED[word]}")
        elif word == "plugin":
            self.unkept["plugins"] += 1
        elif word == "pushmeta":
            self.unkept[_METADATA] += 1
        elif word[0].isdigit():
            raise _unread(line)

    def keep_text(self, lines: Sequence[str]) -> None:
        """Keep the lines as they stand if they are of the entry that is open."""
        if self.draft is not None and (not self.draft.lines or lines[0][:1].isspace()):
            self.draft.lines += lines

    def finish(self) -> None:
        """Close the entry that is open."""
        if self.draft is None:
            return
        written = Written(self.draft.begins, "\n".join(self.draft.lines), self.draft.lines[0])
        raw = completed(self.draft.postings, self.tolerances.rounded)
        self._keep(replace(self.draft.entry, written=written), raw)
        self.draft = None

    def fill_pads(self) -> None:
        """Add what each pad makes of the next balance of its account, a commodity each.

        Raises:
            StatementError: no balance follows a pad.
        """
        pads = sorted(self.pads, key=lambda each: each.on)
        for at, pad in enumerate(pads):
            later = (each.on for each in pads[at + 1 :] if each.account == pad.account)
            until = next(later, date.max)
            claims = [
                each
                for each in sorted(self.claims, key=lambda each: each.on)
                if each.account == pad.account and pad.on < each.on <= until
            ]
            if not claims:
                raise StatementError(f"Line {pad.line}: the book {_UNUSED_PAD}")
            for claim in {each.amount.commodity: each for each in reversed(claims)}.values():
                self._fill(pad, claim)

    def _fill(self, pad: _Pad, claim: Claim) -> None:
        pair, commodity = (pad.account, pad.source), claim.amount.commodity
        held = sum(
            each.amount.number
            for each in self.moves
            if each.on < claim.on
            and each.amount.commodity == commodity
            and claim.account in above(each.account)
        )
        lacking = claim.amount.number - held
        if abs(lacking) <= claim.tolerance:
            return
        said = f"Filled up to the balance of {claim.on}"
        written = Written(pad.line, f"{pad.on} pad {pad.account} {pad.source}")
        amounts = Amount(lacking, commodity), Amount(-lacking, commodity)
        self._keep(
            JournalEntry(pad.on, (), "", said, written=written),
            [RawPosting(*each, pad.line) for each in zip(pair, amounts, strict=True)],
        )

    def _keep(self, entry: JournalEntry, raw: list[RawPosting]) -> None:
        self.entries += self.commodities.entries(entry, raw)
        self.moves += [
            Move(entry.booked_on, each.line, each.account, each.units) for each in raw if each.units
        ]

    def _take_option(self, name: str, value: str) -> None:
        if name == "title":
            self.title = value
        elif name in _NAMED_ROOTS:
            self.commodities.roots[value] = _NAMED_ROOTS[name]
        else:
            self.tolerances.take(name, value)

    def _pop(self, tag: str) -> None:
        if tag in self.pushed:
            self.pushed.remove(tag)

    def _take_directive(self, line: int, on: date, word: str, rest: str) -> None:
        if word in _FLAGS:
            entry = _entry(on, word, rest)
            self.unkept[_LINKS] += _links(rest)
            self.draft = _Draft(replace(entry, tags=(*entry.tags, *self.pushed)), line)
        elif word == "balance" and (claim := _CLAIM.match(rest)):
            amount = Amount(_figure(claim["number"]), claim["commodity"])
            tolerance = claim["tolerance"]
            may_lack = _figure(tolerance) if tolerance else self.tolerances.of_balance(amount)
            self.claims.append(Claim(on, 0, claim["account"], amount, may_lack))
        elif word == "pad" and len(places := rest.split()) > 1:
            self.pads.append(_Pad(line, on, places[0], places[1]))
        elif word in _REFUSED:
            raise StatementError(f"Line {line}: the book {_REFUSED[word]}")
        elif word == "open":
            self.opened = rest.split(maxsplit=1)[0] if rest.split() else ""
            self.commodities.declared.append(self.opened)
        elif word in _UNKEPT:
            self.unkept[_UNKEPT[word]] += 1
        elif word != "commodity":
            raise _unread(line)

    def _take_part(self, line: int, inside: str) -> None:
        if meta := _META.fullmatch(inside):
            self._take_meta(meta[1], _unescaped(meta[2] or ""))
        elif self.draft is not None and inside[0] in "#^" and inside[1:2].strip():
            said = f" {inside.partition(';')[0]}"
            entry = self.draft.entry
            self.draft.entry = replace(entry, tags=(*entry.tags, *_TAG.findall(said)))
            self.unkept[_LINKS] += _links(said)
        elif self.draft is not None:
            found = _POSTING.fullmatch(inside)
            if found is None:
                said = f"Line {line} is no posting that FinTrack reads."
                raise StatementError(f"{said} {_POSTINGS}")
            self.draft.postings.append(_posting(line, found))

    def _take_meta(self, key: str, value: str) -> None:
        """Keep the two words of metadata that FinTrack itself writes, and count all others."""
        if key == "name" and value and self.opened and self.draft is None:
            self.commodities.names[self.opened] = tuple(value.split(SEPARATOR))
        elif key == "memo" and self.draft is not None and self.draft.postings:
            self.draft.postings[-1] = replace(self.draft.postings[-1], memo=value)
        else:
            self.unkept[_METADATA] += 1


def _entry(on: date, flag: str, rest: str) -> JournalEntry:
    texts = [_unescaped(each) for each in STRING.findall(rest)]
    payee, narration = texts[:2] if len(texts) > 1 else ("", *texts, "")[:2]
    outside = STRING.sub("", rest)
    status = Status.PENDING if flag == "!" else Status.CLEARED
    return JournalEntry(on, (), payee, narration, status=status, tags=(*_TAG.findall(outside),))


def _links(rest: str) -> int:
    return len(_LINK.findall(STRING.sub("", rest).partition(";")[0]))


def _posting(line: int, found: re.Match[str]) -> RawPosting:
    units = None
    if found["commodity"]:
        units = Amount(_figure(found["number"]), found["commodity"])
    price = Amount(_figure(found["price"]), found["in"]) if found["at"] else None
    is_total = found["at"] == "@@"
    raw = RawPosting(
        found["account"], units, line, None if is_total else price, price if is_total else None
    )
    return _with_cost(raw, found["cost"]) if found["cost"] else raw


def _with_cost(raw: RawPosting, written: str) -> RawPosting:
    """The cost is what the posting weighs; a price beside it is but told."""
    cost = _COST.fullmatch(written.strip("{} "))
    if cost is None:
        said = f"Line {raw.line}: a lot must say its cost."
        raise StatementError(f"{said} {_POSTINGS}")
    amount = Amount(_figure(cost["number"]), cost["commodity"])
    if written.startswith("{{"):
        return replace(raw, each=None, whole=amount)
    return replace(raw, each=amount, whole=None)


def _figure(written: str) -> Decimal:
    plain = re.sub(r"[\s,]", "", written)
    return number(plain) if _PLAIN.fullmatch(plain) else computed(written)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
