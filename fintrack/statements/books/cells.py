"""Cells of other programs' tables as what they mean, or one sentence."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from fintrack.ledger.categories import CategoryKind
from fintrack.statements.statement import StatementError

_MOST_FIGURES = 40
# A number of other lengths than that of a day, with a time or none, counts seconds or the like.
_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d{8}(?=(?:\d{4}|\d{6})?(?!\d))", re.ASCII)
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+")


def whole(value: object) -> int:
    """Return a whole number.

    Raises:
        StatementError: it is none.
    """
    if isinstance(value, int):
        return value
    raise StatementError(f"{str(value)[:40]!r} in the file is no whole number.")


def whole_text(text: str) -> int:
    """Return the whole number that a text is.

    Raises:
        StatementError: it is none.
    """
    bare = text.strip()
    if not bare.removeprefix("-").isdecimal() or len(bare) > _MOST_FIGURES:
        raise StatementError(f"{bare[:40]!r} in the file is no whole number.")
    return int(bare)


def number(value: object) -> Decimal:
    """Return a decimal with a point.

    Raises:
        StatementError: it is none.
    """
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        raise StatementError(f"{str(value)[:40]!r} in the file is no number.") from error
    if not found.is_finite():
        raise StatementError(f"{str(value)[:40]!r} in the file is no number.")
    return found


def figure_of(written: str, mark: str) -> Decimal:
    """Return a figure that is written with this mark before its decimals.

    Without a known one, a comma before three figures at the end parts thousands.

    Raises:
        StatementError: it is no number.
    """
    bare = re.sub(r"[\s']", "", written)
    if mark:
        grouping = "," if mark == "." else "."
    elif "," in bare and "." in bare:
        grouping = "," if bare.rfind(",") < bare.rfind(".") else "."
    else:
        grouping = "," if _GROUPED.fullmatch(bare) else "." if bare.count(".") > 1 else ""
    plain = bare.replace(grouping, "") if grouping else bare
    return number(plain.replace(",", "."))


def day(value: object) -> date:
    """Return the day that a text or number begins with, as 2026-01-31 or 20260131.

    Raises:
        StatementError: it begins with none.
    """
    text = str(value).strip()
    found = _DAY.match(text)
    try:
        return date.fromisoformat(found[0] if found else "")
    except ValueError as error:
        raise StatementError(f"{text[:40]!r} in the file is no day.") from error


def text(value: object) -> str:
    """Return a text, empty for nothing."""
    return "" if value is None else str(value)


def left_out(form: str, counts: Mapping[str, int]) -> Iterator[str]:
    """Yield a sentence for each kind of thing, in the plural, that does not come from a format."""
    for what, count in counts.items():
        if count:
            said = f"{what[0].upper()}{what[1:]} were left out ({count:,})"
            yield f"{said}: FinTrack does not take them from {form}."


def likely_kinds(
    transactions: Iterable[tuple[tuple[str, ...], Decimal]],
) -> dict[tuple[str, ...], CategoryKind]:
    """Return for each path what most of its money is, for programs with one tree for both."""
    sums: dict[tuple[str, ...], Decimal] = {}
    for path, amount in transactions:
        sums[path] = sums.get(path, Decimal()) + amount
    return {
        path: CategoryKind.INCOME if total > 0 else CategoryKind.EXPENSE
        for path, total in sums.items()
    }


def transfer_key(*ids: str) -> str:
    """Return one key for both legs of a transfer."""
    return "\0".join(sorted(ids))
