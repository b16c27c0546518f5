"""One record of a register: what its letters mean, and what a whole file's dates look like."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from fintrack.ledger.category_paths import SEPARATOR
from fintrack.ledger.filters import Status
from fintrack.ledger.tags import LONGEST_NAME
from fintrack.statements.qif.records import Record
from fintrack.statements.text import clean
from fintrack.texts import neutral

_AROUND_MARK = re.compile(r"\s*([/'.-])\s*")
_CATEGORY_LENGTH = 60
_FIRST_OF_1900S = "70"
_STATES = {
    "*": Status.CLEARED,
    "C": Status.CLEARED,
    "X": Status.RECONCILED,
    "R": Status.RECONCILED,
}


@dataclass(slots=True)
class Part:
    """One part of a split, as written."""

    place: str
    memo: str = ""
    amount: str = ""


@dataclass(slots=True)
class Draft:
    """A transaction of a register, as written; `amounts` has one unless an end is missing."""

    record: Record
    date: str = ""
    amounts: list[str] = field(default_factory=list)
    exact: str = ""
    payee: str = ""
    memo: str = ""
    number: str = ""
    place: str = ""
    state: str = ""
    address: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    @property
    def amount(self) -> str:
        """Return the amount as written, blank where only the parts have one."""
        return next(iter(self.amounts), "") or self.exact

    @property
    def status(self) -> str | None:
        """Return how certain the program took the transaction to be, if it says so."""
        return _STATES.get(self.state[:1].upper())

    @property
    def note(self) -> str:
        """Return what has no place of its own: the number of a check, the payee's address."""
        number = f"Number {self.number}" if self.number else ""
        return "\n".join(filter(None, (number, ", ".join(self.address))))


@dataclass(frozen=True, slots=True)
class Place:
    """Where money goes or comes from: a category of some kind, or another account; and its tag."""

    category: str | None = None
    kind: str | None = None
    account: str | None = None
    tags: tuple[str, ...] = ()


def draft_of(record: Record) -> Draft:
    """Return the record's letters by their meaning; unknown ones stay in its raw text alone."""
    draft = Draft(record)
    for line in record.lines:
        code, value = line[0].upper(), clean(line[1:])
        if code == "S":
            draft.parts.append(Part(value))
        elif code == "E" and draft.parts:
            draft.parts[-1].memo = value
        elif code == "$" and draft.parts:
            draft.parts[-1].amount = value
        elif code == "T":
            draft.amounts.append(value)
        elif code == "A":
            draft.address.append(value)
        elif code == "M":
            draft.memo = f"{draft.memo} {value}".strip()
        elif code in _FIELDS and not getattr(draft, _FIELDS[code]):
            setattr(draft, _FIELDS[code], value)
    return draft


_FIELDS = {
    "D": "date",
    "U": "exact",
    "P": "payee",
    "N": "number",
    "L": "place",
    "C": "state",
}


@lru_cache(maxsize=65_536)
def plain_date(text: str) -> str:
    """Return the date without Quicken's blanks and apostrophe, which stands for 20xx.

    Some programs write it before every year; what would be half a century ahead is 19xx.
    """
    bare = _AROUND_MARK.sub(r"\1", text.strip())
    day, mark, year = bare.partition("'")
    if not mark:
        return bare
    if len(year) > len("99"):
        return f"{day}/{year}"
    century = "19" if year >= _FIRST_OF_1900S else "20"
    return f"{day}/{century}{year.zfill(2)}"


def place_of(text: str, categories: Mapping[str, str | None]) -> Place:
    """Return what `Category:Sub/Class` or `[Account]/Class` means; a known name may hold a slash.

    `categories` are the kinds of the file's own categories by lower-case name.
    """
    name, _, tag = (text, "", "") if text.casefold() in categories else text.partition("/")
    name, tag = name.strip(), neutral(tag)[:LONGEST_NAME].strip()
    tags = (tag,) if tag else ()
    if name.startswith("[") and name.endswith("]"):
        return Place(account=name[1:-1].strip() or None, tags=tags)
    if not name or (name.startswith("--") and name.endswith("--")):
        return Place(tags=tags)
    return Place(_category_path(name.split(":")), categories.get(name.casefold()), tags=tags)


def _category_path(names: Iterable[str]) -> str | None:
    parts = [neutral(name)[:_CATEGORY_LENGTH].strip() for name in names]
    return SEPARATOR.join(part for part in parts if part) or None
