"""Positions in a list that is ordered by day and id, newest first."""

import base64
import binascii
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fintrack.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Position:
    """Just after a row, or just before it when the page of newer rows is asked for."""

    booked_on: date
    id: UUID
    newer: bool = False

    def text(self) -> str:
        """Return the position as the opaque text of a cursor."""
        plain = f"{'n' if self.newer else 'o'}{self.booked_on.isoformat()}{self.id.hex}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def position(cursor: str | None) -> Position | None:
    """Return what a cursor means; None is the beginning.

    Raises:
        InvalidInput: the text is not a cursor of this list.
    """
    if not cursor:
        return None
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        return Position(date.fromisoformat(plain[1:11]), UUID(plain[11:]), plain[0] == "n")
    except (ValueError, IndexError, binascii.Error) as error:
        raise InvalidInput("This page of the list cannot be found. Start at its top.") from error
