"""Where the table begins, and what the names above its columns promise."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice

from fintrack.money import CURRENCIES
from fintrack.statements.delimited.dates import date_readings
from fintrack.statements.delimited.header_words import HEADERS, OTHERS, normalised
from fintrack.statements.delimited.numbers import currency_of, is_number
from fintrack.statements.delimited.table import Row, is_telling
from fintrack.statements.mapping import Role

EXACT, CONTAINED, WEAKEST = 1_000, 600, 200
_SEARCHED, _TELLING = 120, 20
_SHORTEST_CONTAINED = 4
# The other side, where no blanks stand between words.
_THEIRS = ("对方", "對方", "相手", "상대")
_CURRENCY = re.compile(r"(?:^|[\s(\[_/])([A-Z]{3})(?:[)\]\s$]|$)")
_SIGN = re.compile(r"[(\[（]([^\s()\[\]（）]{1,4})[)\]）]$|\s([^\w\s()\[\]]{1,3})$")
_EURO = re.compile(r"\s(?:in |en |em )?euro(?:['’]?s|a|ina|des)?$", re.IGNORECASE)
_SNAKE = re.compile(r"^amount_([a-z]{3})$")
_MONEY = frozenset({Role.AMOUNT, Role.DEBIT, Role.CREDIT})
_DATES = frozenset({Role.DATE, Role.VALUE_DATE})
_MOSTLY = 0.6


def _is_spaced(phrase: str) -> bool:
    """Say whether blanks stand between the words, as they do not in Chinese or Japanese."""
    return phrase.isascii() or ord(max(phrase)) < ord("\u2e80")


# Each known phrase's roles, and how early it stands among the phrases of the role.
_PLACES: dict[str, list[tuple[Role, int]]] = {}
for _role, _phrases in HEADERS.items():
    for _rank, _phrase in enumerate(_phrases):
        _PLACES.setdefault(_phrase, []).append((_role, _rank))
_UNSPACED = [phrase for phrase in _PLACES if not _is_spaced(phrase)]
_MOST_WORDS = max(phrase.count(" ") + 1 for phrase in _PLACES)


def header_position(rows: Sequence[Row]) -> int | None:
    """Return the header's index: by known words, else the full line above the first movement."""
    best, best_count = None, 0
    for index, row in enumerate(rows[:_SEARCHED]):
        if is_telling(row.cells):
            continue
        found = _roles_named(row)
        if _are_of_movements(found) and len(found) > best_count:
            best, best_count = index, len(found)
    return best if best is not None else _unknown_header(rows)


def movements_of_others(above: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows with a date and a number that stand below a header of their own."""
    below = False
    for row in above:
        if is_telling(row.cells):
            if below:
                yield row
        else:
            below = below or _are_of_movements(_roles_named(row))


def first_movement(rows: Sequence[Row]) -> int | None:
    """Return the index of the first row with a date and a number, as most of the first have them.

    A line above a table without a header may tell its period and balance, in other columns.
    """
    telling = (index for index, row in enumerate(rows) if is_telling(row.cells))
    found = list(islice(telling, _TELLING))
    if not found:
        return None
    columns = [_column_of_date(rows[index]) for index in found]
    return found[columns.index(Counter(columns).most_common(1)[0][0])]


@lru_cache(maxsize=2048)
def role_scores(name: str) -> Mapping[Role, int]:
    """Return how well a column's name fits each role; roles that it does not fit are missing."""
    bare = normalised(without_currency(name))
    if not bare:
        return {}
    scores: dict[Role, int] = {}
    for phrase in _known_phrases(bare):
        for role, rank in _PLACES[phrase]:
            score = _score(bare, phrase, rank)
            if score > max(WEAKEST, scores.get(role, 0)):
                scores[role] = score
    return {role: scores[role] for role in HEADERS if role in scores}


def header_currency(name: str) -> str | None:
    """Return the currency that a column's name holds, as in `Amount (EUR)` or `Amount (€)`."""
    if _EURO.search(name):
        return "EUR"
    found = (*_CURRENCY.findall(name), *map(str.upper, _SNAKE.findall(name)))
    codes = [code for code in found if code in CURRENCIES]
    sign = _SIGN.search(name)
    if codes or sign is None:
        return codes[-1] if codes else None
    return currency_of(sign[1] or sign[2]) or None


def without_currency(name: str) -> str:
    """Return a column's name without its currency."""
    code = header_currency(name)
    if code is None:
        return name
    if code not in name or _EURO.search(name):
        return _SIGN.sub("", _EURO.sub("", name)).strip() or name
    bare = re.sub(rf"[\[(]?\b{code}\b[\])]?", "", name).strip()
    return bare.removesuffix(" in").removesuffix(" en").removesuffix(" w") or name


def _known_phrases(name: str) -> set[str]:
    """Return those of the known phrases that can be in the name, without trying each of them."""
    words = name.split()
    runs = {
        " ".join(words[start : start + length])
        for start in range(len(words))
        for length in range(1, min(_MOST_WORDS, len(words) - start) + 1)
    }
    wide = set() if name.isascii() else {phrase for phrase in _UNSPACED if phrase in name}
    return wide | (runs & _PLACES.keys())


def _score(name: str, phrase: str, rank: int) -> int:
    if name == phrase:
        return EXACT - rank
    if not _contains(name, phrase):
        return 0
    others = f" {name} ".replace(f" {phrase} ", " ", 1).split()
    is_foreign = any(word in OTHERS for word in others) or any(word in name for word in _THEIRS)
    foreign = 450 * is_foreign
    return CONTAINED - rank - 30 * len(others) - foreign


def _contains(name: str, phrase: str) -> bool:
    if _is_spaced(phrase):
        return len(phrase) >= _SHORTEST_CONTAINED and f" {phrase} " in f" {name} "
    return len(phrase) > 1 and phrase in name


def _roles_named(row: Row) -> set[Role]:
    return {role for cell in row.cells if cell for role in _sure_roles(cell)}


def _are_of_movements(roles: set[Role]) -> bool:
    return bool(roles & _DATES and roles & _MONEY)


def _sure_roles(cell: str) -> set[Role]:
    if len(cell) > len("a name of a column is never longer than this sentence"):
        return set()
    return set(role_scores(cell))


def _column_of_date(row: Row) -> int:
    return next(at for at, cell in enumerate(row.cells) if date_readings(cell))


def _unknown_header(rows: Sequence[Row]) -> int | None:
    first = first_movement(rows)
    if not first:
        return None
    above, movement = rows[first - 1].cells, rows[first].cells
    filled = [cell for cell in above if cell]
    if abs(len(above) - len(movement)) > 1 or len(filled) < _MOSTLY * len(movement):
        return None
    if len(set(filled)) < len(filled) or any(date_readings(c) or is_number(c) for c in filled):
        return None
    return first - 1
