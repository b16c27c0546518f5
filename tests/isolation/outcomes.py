"""What a call led to, in text that can be compared: its answer or refusal, and the rows it changed."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import chain
from uuid import UUID

import pandas as pd

from fintrack.errors import FinTrackError
from tests.isolation.ledgers import Ledger, Scene
from tests.isolation.rows import TABLES
from tests.isolation.world import World

END = "\x1e"
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[+-]\d\d(?::?\d\d)?)?")
# Of two events in one moment either may be the first in its chain.
HASH = re.compile(r"(?:\d+,\"?)?\\+x[0-9a-f]{64}")
# A cursor holds the moment and the id of the last row in sight.
CURSOR = re.compile(r"\b[\w-]{80,}\b")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call said, whether that holds anything, and which rows of whom it left changed."""

    said: str
    refusal: type[FinTrackError] | None
    is_empty: bool
    changed: Counter[str]
    changed_abroad: Counter[str]

    @property
    def changed_tables(self) -> Counter[str]:
        """Return how many rows of each table came or went in the member's own tenant."""
        return Counter(row.partition(" ")[0] for row in self.changed.elements())

    def without(self, asked: UUID) -> "Outcome":
        """Return the outcome with the id that was asked with taken out."""
        shown = re.compile(f"{asked}|{asked.hex}")
        changed = Counter(shown.sub("<id>", row) for row in self.changed.elements())
        return replace(self, said=shown.sub("<id>", self.said), changed=changed)


def observe(scene: Scene, own: Ledger, call: Callable[[], object]) -> Outcome:
    """Make a call and return what it led to; new ids and moments are masked."""
    other = scene.family if own is scene.company else scene.company
    places = (own.book.id, other.book.id)
    before = rows(scene.world, *places)
    answer, refusal = _answered(call)
    after = rows(scene.world, *places)
    changed, abroad = (
        _masked_rows(scene, _difference(before[place], after[place])) for place in places
    )
    said = _said(scene, answer, refusal)
    return Outcome(said, type(refusal) if refusal else None, is_empty(answer), changed, abroad)


def said(scene: Scene, call: Callable[[], object]) -> str:
    """Make a call and return only what it said; new ids and moments are masked."""
    return _said(scene, *_answered(call))


def rows(world: World, *tenants: UUID, tables: Iterable[str] = TABLES) -> dict[UUID, Counter[str]]:
    """Return every row of each tenant as text, its table first.

    While the server has logged no change, what was read last still stands.
    """
    asked = (tenants, tuple(tables))
    with world.administrator() as admin:
        logged = admin.execute("select pg_current_wal_insert_lsn()::text").fetchone()
    if world.last_read[0] != (logged, *asked):
        world.last_read = ((logged, *asked), _read_rows(world, *asked))
    return world.last_read[1]


def _read_rows(
    world: World, tenants: tuple[UUID, ...], tables: tuple[str, ...]
) -> dict[UUID, Counter[str]]:
    each = " union all ".join(
        f"select t.tenant_id, '{table} ' || t::text as line from app.{table} t"
        " where t.tenant_id = any (%(tenants)s)"
        for table in tables
    )
    query = f"select tenant_id, string_agg(line, %(end)s) from ({each}) x group by 1"
    with world.administrator() as admin:
        found = dict(admin.execute(query, {"tenants": list(tenants), "end": END}).fetchall())
    return {
        tenant: Counter(found[tenant].split(END) if tenant in found else ()) for tenant in tenants
    }


def masked(scene: Scene, text: str) -> str:
    """Return the text with what cannot be the same twice taken out: new ids, moments, hashes."""
    text = ID.sub(lambda found: found[0] if UUID(found[0]) in scene.known else "<id>", text)
    return CURSOR.sub("<cursor>", HASH.sub("<hash>", MOMENT.sub("<moment>", text)))


def bare_rows(scene: Scene, own: Ledger, table: str) -> Counter[str]:
    """Return the table's rows of a tenant without ids, names of tenants and addresses of people."""
    called = "|".join([re.escape(own.owner.name), re.escape(own.owner.slug), r"\w+@example\.org"])
    found = rows(scene.world, own.book.id, tables=[table])[own.book.id]
    return Counter(
        re.sub(called, "<name>", ID.sub("<id>", masked(scene, row))) for row in found.elements()
    )


def ids_in(world: World, *tenants: UUID) -> frozenset[UUID]:
    """Return every id that stands in a row of the tenants."""
    texts = chain.from_iterable(rows(world, *tenants).values())
    return frozenset(UUID(found) for text in texts for found in ID.findall(text))


def is_empty(answer: object) -> bool:
    """Return whether an answer, or any table in it, holds nothing."""
    answer = _read(answer)
    if isinstance(answer, pd.DataFrame):
        return answer.empty
    if is_dataclass(answer):
        inner = [getattr(answer, each.name) for each in fields(answer)]
        return any(is_empty(each) for each in inner if isinstance(each, pd.DataFrame))
    return answer is None or answer in ((), [])


def _difference(before: Counter[str], after: Counter[str]) -> Counter[str]:
    return Counter() if before is after else (before - after) + (after - before)


def _masked_rows(scene: Scene, found: Counter[str]) -> Counter[str]:
    return Counter(masked(scene, row) for row in found.elements())


def _answered(call: Callable[[], object]) -> tuple[object, FinTrackError | None]:
    try:
        return _read(call()), None
    except FinTrackError as error:
        return None, error


def _said(scene: Scene, answer: object, refusal: FinTrackError | None) -> str:
    """Rows that were made in one millisecond stand in an order of chance, so all are sorted."""
    if refusal is not None:
        return f"{type(refusal).__name__}: {refusal}"
    lines = (line for part in _text(answer) for line in part.splitlines())
    return "\n".join(sorted(masked(scene, line) for line in lines))


def _read(answer: object) -> object:
    """Return a file as its lines below the header, everything else as it is."""
    if isinstance(answer, Iterator):
        return tuple(b"".join(answer).decode().splitlines()[1:])
    return answer


def _text(answer: object) -> Iterator[str]:
    if isinstance(answer, pd.DataFrame):
        yield answer.to_csv(index=False)
    elif isinstance(answer, (tuple, list)):
        for each in answer:
            yield from _text(each)
    elif is_dataclass(answer):
        for each in fields(answer):
            yield f"{each.name}:"
            yield from _text(getattr(answer, each.name))
    else:
        yield str(answer)
