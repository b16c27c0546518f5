"""Passwords: what may be one, and how one is kept and checked."""

from threading import Semaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fintrack.errors import InvalidInput

# OWASP's argon2id setting of 19 MiB; two at a time, so that many sign-ins take little memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_ONCE = Semaphore(2)
_NOBODY = _HASHER.hash("nobody has this password")
SHORTEST, LONGEST = 8, 256
COMMON = frozenset(
    "12345678 123456789 1234567890 11111111 00000000 87654321 password password1 password123 "
    "passw0rd qwertyuiop qwerty123 1q2w3e4r iloveyou sunshine princess football baseball superman "
    "trustno1 welcome1 welcome123 letmein1 abcd1234 abc12345 asdfghjkl zxcvbnm1 changeme changeme1 "
    "michael1 jennifer dragon12 computer internet starwars whatever fintrack".split()
)


def hash_password(password: str) -> str:
    """Return the argon2id hash that is stored for `password`."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_password(stored: str | None, password: str) -> bool:
    """Return whether `password` is the stored one; nobody's takes as long as somebody's."""
    with _AT_ONCE:
        try:
            _HASHER.verify(stored or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def check_new_password(password: str, *words: str) -> None:
    """Refuse a password that is too short, too long, common, or one of the person's own words.

    Raises:
        InvalidInput: with what to change.

    Source: OWASP ASVS 5.0, 6.2.
    """
    if len(password) < SHORTEST:
        raise InvalidInput(
            f"Choose a password of at least {SHORTEST} characters; a few words are best."
        )
    if len(password) > LONGEST:
        raise InvalidInput(f"Choose a password of at most {LONGEST} characters.")
    if password.casefold() in COMMON | {word.strip().casefold() for word in words}:
        raise InvalidInput(
            "This password is easy to guess. Choose a few words that only you would join."
        )
