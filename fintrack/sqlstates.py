"""What PostgreSQL refuses, by the SQLSTATE it gives: the error and the member's sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from fintrack.errors import (
    ConfirmationNeeded,
    Conflict,
    FinTrackError,
    InvalidInput,
    NotFound,
    NotSignedIn,
    Outdated,
    PermissionDenied,
    Unavailable,
)

BUSY = "FinTrack is busy at the moment. Nothing was changed; try again in a few seconds."
FULL = "The storage of this FinTrack is full. Nothing was changed; tell whoever runs it."
FORBIDDEN = "You may not do this here: your role has changed, or there is no such thing."
LOOKING = "You only look, and may not change anything. Stop looking first."
TOO_LARGE = "An amount or a sum is too large for FinTrack to keep."
UNREACHABLE = "The database does not answer. Nothing was changed; try again in a few seconds."
UNKEEPABLE = "A text holds a character that cannot be kept; type it again without it."
NO_ANSWER, NO_TEXT = "no answer", "no text"
# By SQLSTATE: the error, and its sentence where the database gives none for members.
REFUSALS: dict[str, tuple[type[FinTrackError], str | None]] = {
    "FT401": (NotSignedIn, None),
    "FT403": (PermissionDenied, None),
    "FT404": (NotFound, None),
    "FT409": (Conflict, None),
    "FT412": (Outdated, None),
    "FT422": (InvalidInput, None),
    "FT428": (ConfirmationNeeded, None),
    "25006": (PermissionDenied, LOOKING),
    "40P01": (Unavailable, BUSY),
    "42501": (PermissionDenied, FORBIDDEN),
    "22003": (InvalidInput, TOO_LARGE),
    "22P05": (InvalidInput, UNKEEPABLE),
    NO_TEXT: (InvalidInput, UNKEEPABLE),
    "40001": (Unavailable, BUSY),
    "55P03": (Unavailable, BUSY),
    "53300": (Unavailable, BUSY),
    "53100": (Unavailable, FULL),
    "57P01": (Unavailable, UNREACHABLE),
    "57P02": (Unavailable, UNREACHABLE),
    "57P03": (Unavailable, UNREACHABLE),
    NO_ANSWER: (Unavailable, UNREACHABLE),
}


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what PostgreSQL and the pool refuse into FinTrack's own errors."""
    try:
        yield
    except PoolTimeoutError as error:
        raise Unavailable(BUSY) from error
    except UnicodeEncodeError as error:
        raise InvalidInput(UNKEEPABLE) from error
    except (DBAPIError, psycopg.Error) as error:
        known = _refusal(error.orig if isinstance(error, DBAPIError) else error)
        if known is None:
            raise
        raise known from error


def _refusal(cause: BaseException | None) -> FinTrackError | None:
    if not isinstance(cause, psycopg.Error):
        return None
    # A NUL does not even reach the server.
    unsent = NO_TEXT if isinstance(cause, psycopg.DataError) else NO_ANSWER
    kind, sentence = REFUSALS.get(cause.sqlstate or unsent, (None, None))
    return kind(sentence or cause.diag.message_primary) if kind else None
