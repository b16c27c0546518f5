"""Kept answers: a program that asks the same again under one key gets the answer it missed.

Nothing is done twice. What is kept is sealed for the user, so that no token that is told once lies
open in the database, and ends after a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from fintrack.access.seals import Kind, sealed, unsealed
from fintrack.db import sign_in_transaction
from fintrack.errors import Conflict, InvalidInput
from fintrack.security_schema import KeptAnswer

KEPT_FOR = timedelta(days=1)
LONGEST_KEY = 200
OTHER_REQUEST = "This key was used for another request. Take a new key for a new request."
NO_KEY = f"A key has 1 to {LONGEST_KEY} characters, best those of a fresh UUID."
NOT_YET = (
    "The request of this key is still being answered, or was cut off. Look at what it changed, "
    "then ask again in a moment, or under a new key."
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, under which key of the client, by whom and about which tenant.

    A program that has an API token shares its keys with no other, whose scopes may be others.
    """

    key: str
    request: Sequence[bytes]
    user_id: UUID
    tenant_id: UUID | None
    api_token_id: UUID | None = None

    @property
    def key_hash(self) -> bytes:
        """Return what is kept of the key; it is the user's own, in each tenant another."""
        place = f"{self.user_id} {self.tenant_id} {self.api_token_id}"
        return _hash(place.encode(), self.key.encode())


def kept_answer(question: Question) -> bytes | None:
    """Return the answer that was kept, or None where the question is to be answered now.

    Raises:
        InvalidInput: the key is none, or was used for another question.
        Conflict: the question is being answered already.
    """
    if not 1 <= len(question.key) <= LONGEST_KEY:
        raise InvalidInput(NO_KEY)
    row = {
        "key_hash": question.key_hash,
        "request_hash": _hash(*question.request),
        "user_id": question.user_id,
        "tenant_id": question.tenant_id,
        "expires_at": datetime.now(UTC) + KEPT_FOR,
    }
    claim = insert(KeptAnswer).values(row).on_conflict_do_nothing()
    known = select(KeptAnswer.request_hash, KeptAnswer.sealed_answer)
    with sign_in_transaction() as db:
        db.execute(delete(KeptAnswer).where(KeptAnswer.expires_at < datetime.now(UTC)))
        if db.scalar(claim.returning(KeptAnswer.key_hash)) is not None:
            return None
        found = db.execute(known.where(KeptAnswer.key_hash == row["key_hash"])).one_or_none()
    if found is None or (found.request_hash == row["request_hash"] and not found.sealed_answer):
        raise Conflict(NOT_YET)
    if found.request_hash != row["request_hash"]:
        raise InvalidInput(OTHER_REQUEST)
    return unsealed(Kind.KEPT_ANSWER, found.sealed_answer, question.user_id)


def keep_answer(question: Question, answer: bytes) -> None:
    """Keep the answer for a day."""
    kept = update(KeptAnswer).where(KeptAnswer.key_hash == question.key_hash)
    with sign_in_transaction() as db:
        db.execute(kept.values(sealed_answer=sealed(Kind.KEPT_ANSWER, answer, question.user_id)))


def give_up(question: Question) -> None:
    """Forget a question that was refused, so that it can be asked again under the same key."""
    forgotten = delete(KeptAnswer).where(KeptAnswer.key_hash == question.key_hash)
    with sign_in_transaction() as db:
        db.execute(forgotten)


def _hash(*parts: bytes) -> bytes:
    return sha256(b"".join(sha256(part).digest() for part in parts)).digest()
