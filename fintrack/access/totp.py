"""The codes of an authenticator app: six digits that follow from a seed and the half minute.

Source: RFC 6238, with RFC 4226 beneath it.
"""

import secrets
from base64 import b32encode
from dataclasses import dataclass, field
from hmac import compare_digest

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_SECONDS, DIGITS = 30, 6
# A clock may be half a minute off, either way.
SKEW = (-1, 0, 1)
SEED_BYTES = 20
HASH = SHA1()  # noqa: S303 - the one that every app knows; a keyed hash does not suffer collisions
ISSUER = "FinTrack"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A seed on its way into an app: as a QR code's address, or typed by hand."""

    seed: bytes = field(repr=False)
    uri: str = field(repr=False)

    @property
    def words(self) -> str:
        """Return the seed as people type it, four letters at a time."""
        letters = b32encode(self.seed).decode()
        return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def new_enrolment(email: str) -> Enrolment:
    """Return a fresh seed, and the address by which apps learn it."""
    seed = secrets.token_bytes(SEED_BYTES)
    uri = TOTP(seed, DIGITS, HASH, STEP_SECONDS).get_provisioning_uri(email, ISSUER)
    return Enrolment(seed, uri)


def step_at(seconds: float) -> int:
    """Return the number of the half minute, counted from 1970."""
    return int(seconds // STEP_SECONDS)


def code_of(seed: bytes, step: int, digits: int = DIGITS) -> str:
    """Return the code of one half minute."""
    return HOTP(seed, digits, HASH).generate(step).decode()


def matching_step(seed: bytes, code: str, seconds: float) -> int | None:
    """Return the half minute whose code this is, the present one or a neighbour; None if none."""
    now, typed = step_at(seconds), code.encode()
    steps = (now + skew for skew in SKEW)
    matches = [step for step in steps if compare_digest(code_of(seed, step).encode(), typed)]
    return max(matches, default=None)
