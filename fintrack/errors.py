"""The ways FinTrack says no, each with the HTTP status a caller answers with.

A message is written for the member: one sentence that says what to do. It never holds an
identifier of another tenant.
"""


class FinTrackError(Exception):
    """Anything FinTrack refuses or cannot do."""

    status = 500


class NotSignedIn(FinTrackError):
    """Nobody is signed in, or the session has ended."""

    status = 401


class CodeNeeded(NotSignedIn):
    """The password is right, and a code of the second factor is still missing."""


class PermissionDenied(FinTrackError):
    """The member's role lacks a right."""

    status = 403


class ConfirmationNeeded(PermissionDenied):
    """It cannot be taken back, so the member first shows again that it is he."""


class NotFound(FinTrackError):
    """It does not exist for this member: missing, hidden and foreign look the same."""

    status = 404


class Conflict(FinTrackError):
    """It exists already, or somebody changed it in the meantime."""

    status = 409


class Outdated(Conflict):
    """Somebody was faster: it is not the version any more that the member saw."""

    status = 412


class InvalidInput(FinTrackError):
    """The input cannot be accepted as it is."""

    status = 422


class TooManyAttempts(FinTrackError):
    """Too many attempts in too short a time."""

    status = 429


class Unavailable(FinTrackError):
    """FinTrack is busy or its storage is full; nothing was changed."""

    status = 503


class SetupError(FinTrackError):
    """The installation cannot start as it is configured."""
