"""Text that people and banks give, made fit to be kept."""

import re
from collections.abc import Sequence

from fintrack.errors import InvalidInput

_MOST_NAMED = 20
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def plain(text: str) -> str:
    """Return the text without control characters and outer spaces."""
    return _CONTROLS.sub(" ", text).strip()


def cleaned(text: str, what: str, longest: int) -> str:
    """Return the plain text.

    Raises:
        InvalidInput: it is longer than FinTrack keeps; the sentence names `what`.
    """
    clean = plain(text)
    if len(clean) > longest:
        raise InvalidInput(f"The {what} is longer than {longest} characters. Shorten it.")
    return clean


def required(text: str, what: str, longest: int) -> str:
    """Return the cleaned text of something that needs one.

    Raises:
        InvalidInput: nothing is left of it, or it is too long.
    """
    clean = cleaned(text, what, longest)
    if not clean:
        raise InvalidInput(f"The {what} is missing.")
    return clean


def neutral(text: str) -> str:
    """Return the text on one line, with every run of space as one space."""
    return " ".join(text.split())


def counted(count: int, one: str, many: str) -> str:
    """Return how many there are, in words: `1 row is`, `2,000 rows are`."""
    return f"{count:,} {one if count == 1 else many}"


def listed(names: Sequence[str]) -> str:
    """Return twenty of the names at most, and how many there are besides: `a, b and 3 more`."""
    besides = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {besides:,} more" if besides > 0 else "")
