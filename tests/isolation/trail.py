"""What a call left in the tenants' rows, and the events that tell of it.

A new table fails the suite until it says here what an event names it by.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from fintrack.errors import FinTrackError
from fintrack.schema import TenantRow
from tests.isolation.outcomes import is_empty
from tests.isolation.rows import TABLES
from tests.isolation.world import World

EVENT = "audit_event"
# They follow the transactions, of which there are events.
TOTALS = {"day_total", "account_total", "month_total", "payee_total"}
TOLD = ("subject_id", "account_id", "change_set_id", "before", "after")
ROWS = " union all ".join(
    f"select '{table}', xmin::text, to_jsonb(t) from app.{table} t"
    for table in TABLES
    if table not in TOTALS
)


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which an event names a row: by these columns, in actions that begin so."""

    columns: tuple[str, ...]
    action: str = ""


ITSELF = Way(("id",))
PERSON = Way(("user_id",))
# What a tenant begins with is told at once.
FOUNDING = Way((), "tenant.created")
# Of an import one event tells for each account, not one for each of its rows.
IMPORT = Way(("account_id",), "import.")
PART = (Way(("transaction_id",)), IMPORT)
NAMED_BY: dict[str, tuple[Way, ...]] = {
    "account": (ITSELF,),
    # Whoever is in no longer keeps no share: the end of the membership says that too.
    "account_share": (Way(("account_id", "user_id")), Way(("user_id",), "member.")),
    "attachment": (ITSELF,),
    "budget": (ITSELF,),
    "category": (ITSELF, FOUNDING),
    "change_set": (ITSELF,),
    "column_mapping": (Way(("fingerprint",), "mapping."),),
    "import_batch": (Way(("import_id", "account_id")),),
    "import_row": (IMPORT,),
    # The activity cannot forget, so it is not told whose address an erasure took out of which.
    "invitation": (ITSELF, Way((), "member.erased")),
    "invitation_share": (Way(("invitation_id",)),),
    "join_request": (PERSON,),
    "membership": (PERSON, FOUNDING),
    "ownership_offer": (PERSON,),
    "payee": (ITSELF,),
    "posting": PART,
    "recurring": (ITSELF,),
    "rule": (ITSELF,),
    "saved_pivot": (ITSELF, Way(("owner_id",), "member.")),
    "search_token": PART,
    "tag": (ITSELF,),
    "tenant": (Way((), "tenant."),),
    "tenant_limit": (Way(("name",), "tenant."),),
    "transaction": (ITSELF, IMPORT),
    "transaction_tag": (*PART, Way(("tag_id",))),
}


# Their whole says how it was and is; a part is named alone.
PARTS = {"change_set", "invitation_share", "posting", "search_token", "transaction_tag"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row, and the transaction that wrote it."""

    table: str
    written_by: str
    values: dict[str, Any]

    @property
    def key(self) -> tuple[str, ...]:
        """Return table and primary key."""
        columns = TenantRow.metadata.tables[f"app.{self.table}"].primary_key.columns
        return (self.table, *(str(self.values[column.name]) for column in columns))


@dataclass(frozen=True, slots=True)
class Trail:
    """The rows that a call changed, each as it was and as it is, and the events that it left."""

    changes: tuple[tuple[Row | None, Row | None], ...]
    events: tuple[Row, ...]

    def faults(self) -> Iterator[str]:
        """Yield what no event tells, or not in the transaction that changed it."""
        transactions = {event.written_by for event in self.events}
        for before, after in self.changes:
            row = after or before
            assert row is not None
            telling = [event for event in self.events if _names(event, row)]
            if not any(_tells(event, before, after) for event in telling):
                yield f"nobody is told how {row.key} was and is"
            if after is not None and after.written_by not in transactions:
                yield f"{row.key} was changed in a transaction without an event"


def trail(world: World, call: Callable[[], object]) -> Trail:
    """Make a call and return what it left in the tenants; refusals leave nothing."""
    before = _rows(world)
    with suppress(FinTrackError):
        is_empty(call())  # A file is read to its end.
    after = _rows(world)
    events = [row for key, row in after.items() if key[0] == EVENT and key not in before]
    # With a whole tenant goes what tells of it.
    living = {row.values["tenant_id"] for row in after.values() if row.table == "tenant"}
    rows = {**before, **after}
    keys = [key for key in rows if key[0] != EVENT and rows[key].values["tenant_id"] in living]
    pairs = [(before.get(key), after.get(key)) for key in sorted(keys)]
    changes = [(old, new) for old, new in pairs if not (old and new and old.values == new.values)]
    return Trail(tuple(changes), tuple(events))


def _rows(world: World) -> dict[tuple[str, ...], Row]:
    with world.administrator() as admin:
        rows = [Row(*each) for each in admin.execute(ROWS)]
    return {row.key: row for row in rows}


def _names(event: Row, row: Row) -> bool:
    told = json.dumps([event.values[name] for name in TOLD])
    return event.values["tenant_id"] == row.values["tenant_id"] and any(
        event.values["action"].startswith(way.action)
        and all(str(row.values[column]) in told for column in way.columns)
        for way in NAMED_BY[row.table]
    )


def _tells(event: Row, before: Row | None, after: Row | None) -> bool:
    """Return whether the event says how the row was, if it was, and how it is, if it is."""
    row = after or before
    is_gone = after is None or after.values.get("deleted_at") is not None
    was, now = event.values["before"], event.values["after"]
    if row is None or row.table in PARTS:
        return True
    if is_gone:
        return was is not None
    return now is not None and (before is None or (was is not None and was != now))
