"""Versions: what a member saw of a thing, so that nobody overwrites what somebody faster did."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from fintrack.errors import Outdated

SOMEBODY_WAS_FASTER = (
    "Somebody changed this in the meantime. Look at it again before you change it."
)


def version_of(row: Mapping[Any, Any], names: Sequence[str]) -> str:
    """Return what tells these values from all others, be they of a state or of a frame's row."""
    words = json.dumps([_word(row[name]) for name in names])
    return sha256(words.encode()).hexdigest()[:32]


def require_seen(state: Mapping[Any, Any], names: Sequence[str], version: str | None) -> None:
    """Refuse to change what is not as it was seen; without a version it may be as it is.

    Raises:
        Outdated: somebody was faster.
    """
    if version not in {None, version_of(state, names)}:
        raise Outdated(SOMEBODY_WAS_FASTER)


def _word(value: object) -> str:
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, datetime):
        return str(value.date())
    return "" if value is None else str(value)
