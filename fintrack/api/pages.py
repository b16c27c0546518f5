"""Lists: a page of items and the cursor that leads to the next one.

A cursor is bound to its home, a tenant or a user, and to its list; elsewhere it is refused.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import pandas as pd
from fastapi import Query
from pydantic import Field

from fintrack.api.fields import Given, Text, Told
from fintrack.db import derived_key
from fintrack.errors import InvalidInput, NotFound

Item = TypeVar("Item", bound=Told)
MAC = 16
NO_PAGE = "This cursor is not of this list. Start without one."


class PageQuery(Given):
    """Which page of a list is wanted."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[Text | None, Field(description="`next` of the page before.")] = None


class Page(Told, Generic[Item]):
    """A page; `next` is the cursor of the following one, null at the end."""

    items: list[Item]
    next: str | None


Paging = Annotated[PageQuery, Query()]


def page(home: UUID, name: str, items: Sequence[Item], wanted: PageQuery) -> Page[Item]:
    """Return the wanted page of a list that is short enough to be read as a whole."""
    start = opened(home, name, wanted.cursor)
    if start is not None and not start.isdecimal():
        raise InvalidInput(NO_PAGE)
    first = int(start or 0)
    following = first + wanted.limit
    more = str(following) if len(items) > following else None
    return Page(items=list(items[first:following]), next=closed(home, name, more))


def row_of(rows: pd.DataFrame, wanted: UUID, sentence: str, column: str = "id") -> dict[Any, Any]:
    """Return the row of this id.

    Raises:
        NotFound: with the sentence, when there is none.
    """
    for row in rows[rows[column] == str(wanted)].to_dict("records"):
        return row
    raise NotFound(sentence)


def closed(home: UUID, name: str, cursor: str | None) -> str | None:
    """Return the cursor of a list as clients get it."""
    if cursor is None:
        return None
    written = _mac(home, name, cursor.encode()) + cursor.encode()
    return base64.urlsafe_b64encode(written).decode().rstrip("=")


def opened(home: UUID, name: str, cursor: str | None) -> str | None:
    """Return the list's own cursor again.

    Raises:
        InvalidInput: it was given for another list or tenant, or by nobody.
    """
    if cursor is None:
        return None
    try:
        written = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(NO_PAGE) from error
    plain = written[MAC:]
    if not hmac.compare_digest(written[:MAC], _mac(home, name, plain)):
        raise InvalidInput(NO_PAGE)
    return plain.decode()


def _mac(home: UUID, name: str, plain: bytes) -> bytes:
    message = f"{home} {name} ".encode() + plain
    return hmac.digest(derived_key("cursor"), message, sha256)[:MAC]
