"""Seals: what the database keeps for a user and cannot read, under a key that it does not have."""

import secrets
from enum import StrEnum
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fintrack.db import derived_key
from fintrack.errors import Unavailable

NONCE = 12
CHANGED = "{} cannot be read: the secrets of this FinTrack have changed. {}"


class Kind(StrEnum):
    """What is sealed; each kind has a key of its own."""

    SECOND_FACTOR = "second factor"
    KEPT_ANSWER = "kept answer"
    WEBHOOK = "webhook"


REMEDIES = {
    Kind.SECOND_FACTOR: ("Your app's codes", "Use a recovery code, or tell whoever runs it."),
    Kind.KEPT_ANSWER: ("The answer of this key", "Ask again under a new key."),
    Kind.WEBHOOK: ("The secret of this webhook", "Delete it and make a new one."),
}


def sealed(kind: Kind, secret: bytes, user_id: UUID) -> bytes:
    """Return the secret encrypted so that it opens for this user only."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + _cipher(kind).encrypt(nonce, secret, user_id.bytes)


def unsealed(kind: Kind, box: bytes, user_id: UUID) -> bytes:
    """Return what was sealed for this user.

    Raises:
        Unavailable: it was sealed under other secrets, or for somebody else.
    """
    try:
        return _cipher(kind).decrypt(box[:NONCE], box[NONCE:], user_id.bytes)
    except InvalidTag as error:
        raise Unavailable(CHANGED.format(*REMEDIES[kind])) from error


def _cipher(kind: Kind) -> AESGCM:
    return AESGCM(derived_key(f"seal of a {kind}"))
