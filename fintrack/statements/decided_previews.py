"""Previews as a member decided: with known rows that come all the same, and new ones left out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from uuid import UUID

from fintrack.statements.decisions import Decision
from fintrack.statements.drops import Together, carried
from fintrack.statements.plans import Planned, total_until
from fintrack.statements.previews import Preview
from fintrack.statements.summaries import KNOWN, RowState, StatementPreview, opening_note
from fintrack.statements.targets import carried_back


@dataclass(frozen=True, slots=True)
class _Moved:
    """Rows that come although they are known, and new ones that are left out.

    `carried` is what the opening balance changes by, besides, as they lie before its day.
    """

    taken: list[Planned]
    left: list[Planned]
    carried: int = 0

    def total(self, until: date = date.max) -> int:
        """Return what changes until the end of the day."""
        return total_until(until, self.taken) - total_until(until, self.left) + self.carried

    def of(self, rows: list[Planned]) -> list[Planned]:
        """Return what comes instead of these new rows."""
        left = {row.ordinal for row in self.left}
        return [row for row in rows if row.ordinal not in left] + self.taken


def as_decided(preview: Preview, rows: Mapping[int, Decision]) -> Preview:
    """Return the preview for people and programs to read, with these rows taken or left out."""
    return replace(
        preview, statements=tuple(_as_decided(each, rows) for each in preview.statements)
    )


def decided_together(group: Together, decisions: Mapping[UUID, Mapping[int, Decision]]) -> Together:
    """Return what all files bring to the account by the decisions on each, by its import's id.

    Rows that an earlier file has too count there.
    """
    beside = list(zip(group.parts, group.shared, strict=True))
    found = [
        _moved(part.statement, decisions.get(part.preview.import_id, {}), known)
        for part, known in beside
    ]
    fresh = [[row for row in part.new if row.ordinal not in known] for part, known in beside]
    coming = [each.of(rows) for each, rows in zip(found, fresh, strict=True)]
    taken = list(chain.from_iterable(each.taken for each in found))
    left = list(chain.from_iterable(each.left for each in found))
    moved = _Moved(taken, left, carried(group.parts, coming) - carried(group.parts, fresh))
    return replace(
        group,
        parts=tuple(
            replace(each, statement=_compared(each.statement, moved)) for each in group.parts
        ),
        new=group.new + len(taken) - len(left),
        duplicate=group.duplicate - len(taken),
        balance_after=group.balance_after + moved.total(),
    )


def _as_decided(statement: StatementPreview, rows: Mapping[int, Decision]) -> StatementPreview:
    table = statement.rows
    said = table["ordinal"].map({ordinal: each.value for ordinal, each in rows.items()})
    was_new = table["state"] == RowState.NEW
    taken = table["state"].isin(KNOWN) & (said == Decision.INCLUDE)
    left = (was_new | (table["state"] == RowState.PROBABLE)) & (said == Decision.SKIP)
    states = table["state"].mask(taken, RowState.NEW.value).mask(left, RowState.SKIPPED.value)
    moved, account = _moved(statement, rows), statement.account
    fresh = [row for row, state in _rows(statement) if state == RowState.NEW]
    was, is_now = carried_back(account, fresh), carried_back(account, moved.of(fresh))
    moved, told = replace(moved, carried=is_now - was), opening_note(account, was)
    notes = (each for each in statement.notes if each not in told)
    return replace(
        _compared(statement, moved),
        rows=table.assign(state=states),
        new=int((states == RowState.NEW).sum()),
        duplicate=int(states.isin(KNOWN).sum()),
        probable=int((states == RowState.PROBABLE).sum()),
        balance_after=statement.balance_after + moved.total(),
        notes=(*notes, *opening_note(account, is_now)),
    )


def _moved(
    statement: StatementPreview, said: Mapping[int, Decision], shared: Collection[int] = ()
) -> _Moved:
    decided = [
        (row, state, said.get(row.ordinal))
        for row, state in _rows(statement)
        if row.ordinal not in shared
    ]
    return _Moved(
        [row for row, state, each in decided if each is Decision.INCLUDE and state in KNOWN],
        [row for row, state, each in decided if each is Decision.SKIP and state == RowState.NEW],
    )


def _rows(statement: StatementPreview) -> list[tuple[Planned, str]]:
    """Return each row that can come with what becomes of it."""
    table = statement.rows
    states = dict(zip(table["ordinal"].tolist(), table["state"], strict=True))
    return [(row, states[row.ordinal]) for row in statement.plan.planned]


def _compared(statement: StatementPreview, moved: _Moved) -> StatementPreview:
    """Return the statement with the differences of its own balances once the rows have moved."""
    plan = statement.plan
    off, opening_off = statement.difference, statement.opening_difference
    return replace(
        statement,
        difference=None if off is None else off + moved.total(plan.balance_day),
        opening_difference=(
            None if opening_off is None else opening_off + moved.total(plan.day_before)
        ),
    )
