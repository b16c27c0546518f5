"""Seals: what the database keeps for a user and cannot read, under a key that it does not have."""

import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fintrack.db import derived_key
from fintrack.errors import Unavailable

NONCE = 12
OTHER_SECRETS = (
    "The codes of your app cannot be checked: the secrets of this FinTrack have changed. "
    "Use a recovery code, or tell whoever runs it."
)


def sealed(secret: bytes, user_id: UUID) -> bytes:
    """Return the secret encrypted so that it opens for this user only."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + _cipher().encrypt(nonce, secret, user_id.bytes)


def unsealed(box: bytes, user_id: UUID) -> bytes:
    """Return what was sealed for this user.

    Raises:
        Unavailable: it was sealed under other secrets, or for somebody else.
    """
    try:
        return _cipher().decrypt(box[:NONCE], box[NONCE:], user_id.bytes)
    except InvalidTag as error:
        raise Unavailable(OTHER_SECRETS) from error


def _cipher() -> AESGCM:
    return AESGCM(derived_key("seal"))
