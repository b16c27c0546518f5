"""Our own archive made of fuzzed parts, and read as far as that needs no database.

An input says what is packed. Its first byte chooses how, `PART` stands between the parts: what the
manifest says, the tables in their order without their heads, then attachments, id and content.
"""

import csv
import io
import json
import zlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from hashlib import sha256
from zipfile import ZIP_STORED, ZipInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fintrack.operations.archive import frame, restore, verify
from fintrack.operations.archive.manifest import (
    FORMAT,
    MANIFEST,
    SEAL,
    VERSION,
    attachment_file,
    content_hash,
    table_file,
)
from fintrack.operations.archive.pack import is_archive, opened, rows, tables
from fintrack.operations.archive.tables import TABLES
from tests.fuzzing.packing import PART, damaged

# A manifest and a seal that fit; a manifest of other tables; a seal of its own; changed bytes.
FITTING, UNFITTING, OWN_SEAL, DAMAGE = (bytes([number]) for number in range(1, 5))
WHOLE = b"#"
_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
_TENANT = {
    "name": "Ours",
    "type": "PERSONAL",
    "currency": "EUR",
    "country": "DE",
    "locale": "de_DE",
    "time_zone": "Europe/Berlin",
    "fiscal_year_start": 1,
    "colour": None,
}
_ATTACHMENT = b"00000000-0000-7000-8000-000000000001"
_NOTE = b"Hi"
_BOOK: Mapping[str, str] = {
    "accounts": "a,Giro,CHECKING,ASSET,EUR,,1.00,2026-01-01,SHARED,\n",
    "categories": "c,,EXPENSE,'=Food,\n",
    "payees": "p,Shop,c\n",
    "tags": "t,trip\n",
    "imports": (
        "i,j,a,m.csv,00ff,csv,1,0,0,1.00,-0.50,-0.50,2026-01-31,2026-01-31,"
        '"{""roles"": [1]}",2026-01-31T00:00:00.000000Z\n'
    ),
    "transactions": (
        'x,a,EUR,2026-01-31,,-1.50,Shop,,"one\nline",BOOKED,c,false,,i,k\n'
        "y,a,EUR,2026-02-01,2026-02-02,0.00,,card,,PENDING,,true,z,,\n"
    ),
    "postings": "l,y,a,2026-02-01,1,c,-1.50,wax\n",
    "transaction_tags": "x,t,a,2026-01-31\n",
    "import_rows": 'i,1,a,2,NEW,,"2026-01-31,Shop",x,true\n',
    "column_mappings": "00,{}\n",
    "rules": "r,shop,c\n",
    "budgets": "b,c,EUR,10.00\n",
    "recurring": "s,a,Rent,,-5.00,MONTH,2026-01-01,0,\n",
    "saved_pivots": "v,Shops,PAYEE,TAG,NET\n",
    "attachments": f"{_ATTACHMENT.decode()},a,x,n.txt,text/plain,2,{sha256(_NOTE).hexdigest()}\n",
}
_ACCOUNT = {
    "id": "a",
    "name": "Giro",
    "currency": "EUR",
    "opening_balance": "1.00",
    "transactions": 2,
    "sum": "-1.50",
    "balance": "-0.50",
}
_SAID = json.dumps({"accounts": [_ACCOUNT]}).encode()
_TABLES = [each.encode() for each in _BOOK.values()]
_ATTACHED = [_ATTACHMENT, _NOTE]
SEEDS: Sequence[bytes] = (
    FITTING + PART.join([_SAID, *_TABLES, *_ATTACHED]),
    FITTING + PART.join([_SAID, *_TABLES[:-1]]),
    FITTING + b'{"accounts": [], "tenant": {"type": "BUSINESS"}, "currencies": []}',
    UNFITTING + PART.join([_SAID, *_TABLES[:1]]),
    OWN_SEAL + PART.join([b"QQ==\nQQ==\n", _SAID]),
    DAMAGE + b"\x00\x13\x01",
)


def archive(said: bytes) -> bytes:
    """Return an archive: packed as the first byte says, else the bytes as they are."""
    kind, parts = said[:1], said[1:].split(PART)
    if kind == DAMAGE:
        return damaged(_whole_book(), said[1:])
    if kind not in {FITTING, UNFITTING, OWN_SEAL}:
        return said
    seal = parts.pop(0) if kind == OWN_SEAL else None
    words, *contents = parts or [b""]
    written = dict(zip((each.name for each in TABLES), contents, strict=False))
    attached = contents[len(TABLES) :]
    files = {each.name: _table(each.columns, written.get(each.name, b"")) for each in TABLES}
    if not attached and not written.get("attachments"):
        del files["attachments"]
    members = {table_file(name): content for name, content in files.items()}
    beside = dict(zip(map(_name, attached[::2]), attached[1::2], strict=False))
    stated = dict.fromkeys(files, b"") if kind == UNFITTING else files
    manifest = _manifest(words, stated, beside)
    members |= {attachment_file(key): content for key, content in beside.items()}
    return _packed(members | {MANIFEST: manifest, SEAL: seal or _seal(manifest)})


def read_archive(content: bytes) -> None:
    """Verify the archive, and read what a restored book takes of it before the database."""
    file = io.BytesIO(content)
    is_archive(file)
    with opened(file) as pack:
        problems = verify._problems(pack)
        frame.is_as_written(file, pack.archive)
        manifest, currencies = pack.manifest, dict[str, str]()
        # What the command line prints.
        "\n".join((*problems, manifest.as_of, manifest.content_hash, manifest.sight)).encode()
        restore._tenant(manifest, "")
        for each in tables(pack):
            for row in rows(pack, each):
                if each.name == "accounts":
                    currencies[row["id"]] = row["currency"]
                restore._values(each, row, currencies)


def _table(columns: Sequence[str], said: bytes) -> bytes:
    """Return the rows below their head; what begins with `WHOLE` has its own."""
    if said.startswith(WHOLE):
        return said[1:]
    return ",".join(columns).encode() + b"\n" + said


def _name(said: bytes) -> str:
    return said.decode(errors="replace").partition("\0")[0] or "unnamed"


def _manifest(words: bytes, files: Mapping[str, bytes], attached: Mapping[str, bytes]) -> bytes:
    """Return a manifest of the files with what is said of it otherwise; what is no JSON stays."""
    hashes = {table_file(name): _digest(content) for name, content in files.items()}
    hashes |= {attachment_file(key): _digest(content) for key, content in attached.items()}
    made: dict[str, object] = {
        "format": FORMAT,
        "version": VERSION,
        "as_of": "2026-02-01",
        "sight": "All.",
        "tenant": _TENANT,
        "tables": {
            name: _stated(content) | {"rows": _count(content)} for name, content in files.items()
        },
        "accounts": [],
        "currencies": [],
        "cut_transfers": 0,
        "left_out": {},
        "content_hash": content_hash(hashes),
        "attachments": {key: _stated(content) for key, content in attached.items()},
    }
    try:
        return json.dumps(_merged(made, json.loads(words or b"{}"))).encode()
    except (ValueError, RecursionError):
        return words


def _merged(made: object, said: object) -> object:
    if not isinstance(made, dict) or not isinstance(said, dict):
        return said
    return made | {name: _merged(made.get(name), value) for name, value in said.items()}


@lru_cache(1_000)
def _count(content: bytes) -> int:
    lines = content.decode(errors="replace").splitlines(keepends=True)
    try:
        return sum(1 for _ in csv.reader(lines, strict=True)) - 1
    except csv.Error:
        return len(lines)


def _stated(content: bytes) -> dict[str, object]:
    return {"bytes": len(content), "sha256": _digest(content)}


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _seal(manifest: bytes) -> bytes:
    public = _KEY.public_key().public_bytes_raw()
    return b"\n".join([b64encode(public), b64encode(_KEY.sign(manifest)), b""])


def _packed(members: Mapping[str, bytes]) -> bytes:
    """Return a zip as the exporter packs it."""
    packing, directory = b"", b""
    for name, content in members.items():
        place, packed = _member(name, content)
        directory += frame._directory_entry(place, len(packing), frame.LARGE_VERSION)
        packing += packed
    return packing + directory + frame._end(len(members), len(directory), len(packing))


@lru_cache(1_000)
def _member(name: str, content: bytes) -> tuple[ZipInfo, bytes]:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    is_stored = frame.packing_of(name) == ZIP_STORED
    packed = content if is_stored else packer.compress(content) + packer.flush()
    place = ZipInfo(name)
    place.CRC = zlib.crc32(content)
    place.file_size, place.compress_size = len(content), len(packed)
    return place, frame._header(place, frame.LARGE_VERSION) + packed


@cache
def _whole_book() -> bytes:
    return archive(SEEDS[0])
