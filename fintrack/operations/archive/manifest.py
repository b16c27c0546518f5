"""The manifest of an archive: what stands in it, how much that is, and whose seal is on it."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, TypeVar, get_origin, get_type_hints
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fintrack.db import derived_key
from fintrack.errors import InvalidInput

FORMAT, VERSION = "fintrack-book", 1
MANIFEST, SEAL = "manifest.json", "manifest.seal"
ATTACHMENTS = "attachments"
NO_BOOK = "This file is no book that FinTrack exported, or it is damaged."
NEWER = "A newer FinTrack wrote this file. Update this one first."
Part = TypeVar("Part")
FORGED = "The seal does not fit the manifest: somebody changed it after FinTrack wrote it."


@dataclass(frozen=True, slots=True)
class File:
    """One table's file."""

    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """One attachment's file."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class AccountSum:
    """One account of the book; amounts are decimal text in its currency.

    `opened_by_import` while nobody changed what an import made of it; older books do not say.
    """

    id: str
    name: str
    currency: str
    opening_balance: str
    transactions: int
    sum: str
    balance: str
    opened_by_import: bool = False


@dataclass(frozen=True, slots=True)
class CurrencySum:
    """What the accounts of one currency hold together."""

    currency: str
    accounts: int
    transactions: int
    sum: str
    balance: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself.

    `sight` is a sentence on whose eyes saw it; `cut_transfers` are those whose other account was
    out of his sight, and which therefore stand as plain transactions. `attachments` are by their
    ids, and stand in `attachments/`.
    """

    format: str
    version: int
    as_of: str
    sight: str
    tenant: dict[str, Any]
    tables: dict[str, File]
    accounts: list[AccountSum]
    currencies: list[CurrencySum]
    cut_transfers: int
    left_out: dict[str, str]
    content_hash: str
    attachments: dict[str, AttachedFile] = field(default_factory=dict)


_HINTS: dict[type, dict[str, Any]] = {
    kind: get_type_hints(kind) for kind in (File, AttachedFile, AccountSum, CurrencySum, Manifest)
}


def content_hash(hashes: Mapping[str, str]) -> str:
    """Return one hash of all files, by the hash of each in their order; equal books have it equal.

    Tenant, members and moments of entry are not in it, so a restored book keeps it.
    """
    lines = "".join(f"{digest}  {name}\n" for name, digest in hashes.items())
    return sha256(lines.encode()).hexdigest()


def table_file(name: str) -> str:
    """Return where a table stands in the archive."""
    return f"{name}.csv"


def attachment_file(attachment_id: str) -> str:
    """Return where an attachment's file stands in the archive."""
    return f"{ATTACHMENTS}/{attachment_id}"


def stated_hashes(manifest: Manifest) -> dict[str, str]:
    """Return the hash of each file that the manifest names, in the order of the content hash."""
    tables = {table_file(name): file.sha256 for name, file in manifest.tables.items()}
    files = {attachment_file(key): file.sha256 for key, file in manifest.attachments.items()}
    return tables | files


def written(manifest: Manifest) -> bytes:
    """Return the manifest as it stands in the archive."""
    return json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()


def read(content: bytes) -> Manifest:
    """Return a manifest that was written.

    Raises:
        InvalidInput: it is none, or one of a newer FinTrack.
    """
    try:
        raw = json.loads(content)
        json.dumps(raw, ensure_ascii=False).encode()  # JSON can say half of a character.
        if raw["format"] != FORMAT:
            raise InvalidInput(NO_BOOK)
        if raw["version"] != VERSION:
            raise InvalidInput(NEWER)
        raw["tables"] = {name: _typed(File, each) for name, each in raw["tables"].items()}
        attached = raw.get(ATTACHMENTS, {})
        raw[ATTACHMENTS] = {str(UUID(key)): _typed(AttachedFile, attached[key]) for key in attached}
        raw["accounts"] = [_typed(AccountSum, each) for each in raw["accounts"]]
        raw["currencies"] = [_typed(CurrencySum, each) for each in raw["currencies"]]
        return _typed(Manifest, raw)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput(NO_BOOK) from error


def _typed(kind: type[Part], raw: Mapping[str, Any]) -> Part:
    """Return what JSON says as `kind`; a value of another type, or a name it lacks, is an error."""
    hints = _HINTS[kind]
    for name, value in raw.items():
        if not isinstance(value, get_origin(hints[name]) or hints[name]):
            raise TypeError(name)
    return kind(**raw)


def seal(content: bytes) -> bytes:
    """Return this installation's seal on a manifest: its public key and the signature.

    Source: RFC 8032, Ed25519.
    """
    key = _sealing_key()
    public = key.public_key().public_bytes_raw()
    return b"\n".join([b64encode(public), b64encode(key.sign(content)), b""])


def sealer(content: bytes, sealed: bytes) -> str:
    """Return the fingerprint of the installation whose seal is on the manifest.

    Raises:
        InvalidInput: the seal is of another manifest, or none.
    """
    try:
        public, signature = (b64decode(line, validate=True) for line in sealed.splitlines())
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (ValueError, InvalidSignature) as error:
        raise InvalidInput(FORGED) from error
    return _fingerprint(public)


def own_fingerprint() -> str:
    """Return the fingerprint of this installation's seal, to compare with an archive's."""
    return _fingerprint(_sealing_key().public_key().public_bytes_raw())


def _sealing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(derived_key("seal of exports"))


def _fingerprint(public: bytes) -> str:
    digest = sha256(public).hexdigest()[:32]
    return "-".join(digest[start : start + 4] for start in range(0, len(digest), 4))
