"""Codes of a second factor: an app's, or a recovery code; each works once."""

import secrets
import time
from base64 import b32encode
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Update, any_, func, select, update

from fintrack.access.seals import Kind, unsealed
from fintrack.access.totp import DIGITS, matching_step
from fintrack.db import rows_changed, sign_in_transaction
from fintrack.security_schema import Factor

RECOVERY_CODES, RECOVERY_BYTES = 10, 10
WRONG_CODE = "The code is wrong or was used already. Wait for the next one, then type that."


def use_code(user_id: UUID, code: str) -> bool:
    """Use up the code of the user's app, or a recovery code; return whether it was good."""
    plain = "".join(code.split()).replace("-", "").lower()
    used = _use_of_app_code if len(plain) == DIGITS else _use_of_recovery_code
    statement = used(user_id, plain)
    if statement is None:
        return False
    with sign_in_transaction() as db:
        return bool(rows_changed(db, statement))


def new_recovery_codes() -> tuple[str, ...]:
    """Return fresh recovery codes of 80 bits, as people write them down."""
    drawn = (b32encode(secrets.token_bytes(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES))
    words = [letters.decode().lower() for letters in drawn]
    return tuple("-".join(word[at : at + 4] for at in range(0, len(word), 4)) for word in words)


def recovery_hash(user_id: UUID, code: str) -> bytes:
    """Return what is kept of a recovery code."""
    return sha256(user_id.bytes + code.replace("-", "").encode()).digest()


def _use_of_app_code(user_id: UUID, code: str) -> Update | None:
    with sign_in_transaction() as db:
        seed = db.scalar(select(Factor.sealed_seed).where(Factor.user_id == user_id))
    step = (
        matching_step(unsealed(Kind.SECOND_FACTOR, seed, user_id), code, time.time())
        if seed
        else None
    )
    if step is None:
        return None
    unused = (Factor.user_id == user_id) & (Factor.last_step < step)
    return update(Factor).where(unused).values(last_step=step)


def _use_of_recovery_code(user_id: UUID, code: str) -> Update:
    given = recovery_hash(user_id, code)
    left = func.array_remove(Factor.recovery_hashes, given)
    known = (Factor.user_id == user_id) & (any_(Factor.recovery_hashes) == given)
    return update(Factor).where(known).values(recovery_hashes=left)
