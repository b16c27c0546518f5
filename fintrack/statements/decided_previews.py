"""Previews as a member decided: with known rows that come all the same, and new ones left out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import chain
from uuid import UUID

from fintrack.statements.decisions import Decision
from fintrack.statements.drops import Together
from fintrack.statements.plans import Planned, total_until
from fintrack.statements.previews import Preview
from fintrack.statements.summaries import KNOWN, RowState, StatementPreview

Moved = tuple[list[Planned], list[Planned]]
"""Rows that come although they are known, and new ones that are left out."""


def as_decided(preview: Preview, rows: Mapping[int, Decision]) -> Preview:
    """Return the preview for people and programs to read, with these rows taken or left out."""
    return replace(
        preview, statements=tuple(_as_decided(each, rows) for each in preview.statements)
    )


def decided_together(group: Together, decisions: Mapping[UUID, Mapping[int, Decision]]) -> Together:
    """Return what all files bring to the account by the decisions on each, by its import's id.

    Rows that an earlier file has too count there.
    """
    found = [
        [
            [row for row in rows if row.ordinal not in known]
            for rows in _moved(part.statement, decisions.get(part.preview.import_id, {}))
        ]
        for part, known in zip(group.parts, group.shared, strict=True)
    ]
    taken, left = (list(chain.from_iterable(rows)) for rows in zip(*found, strict=True))
    moved = taken, left
    return replace(
        group,
        parts=tuple(
            replace(each, statement=_compared(each.statement, moved)) for each in group.parts
        ),
        new=group.new + len(taken) - len(left),
        duplicate=group.duplicate - len(taken),
        balance_after=group.balance_after + _total(moved),
    )


def _as_decided(statement: StatementPreview, rows: Mapping[int, Decision]) -> StatementPreview:
    table = statement.rows
    said = table["ordinal"].map({ordinal: each.value for ordinal, each in rows.items()})
    was_new = table["state"] == RowState.NEW
    taken = table["state"].isin(KNOWN) & (said == Decision.INCLUDE)
    left = (was_new | (table["state"] == RowState.PROBABLE)) & (said == Decision.SKIP)
    states = table["state"].mask(taken, RowState.NEW.value).mask(left, RowState.SKIPPED.value)
    moved = _moved(statement, rows)
    return replace(
        _compared(statement, moved),
        rows=table.assign(state=states),
        new=int((states == RowState.NEW).sum()),
        duplicate=int(states.isin(KNOWN).sum()),
        probable=int((states == RowState.PROBABLE).sum()),
        balance_after=statement.balance_after + _total(moved),
    )


def _moved(statement: StatementPreview, said: Mapping[int, Decision]) -> Moved:
    table = statement.rows
    states = dict(zip(table["ordinal"].tolist(), table["state"], strict=True))
    decided = [(row, states[row.ordinal], said.get(row.ordinal)) for row in statement.plan.planned]
    return (
        [row for row, state, each in decided if each is Decision.INCLUDE and state in KNOWN],
        [row for row, state, each in decided if each is Decision.SKIP and state == RowState.NEW],
    )


def _compared(statement: StatementPreview, moved: Moved) -> StatementPreview:
    """Return the statement with the differences of its own balances once the rows have moved."""
    plan = statement.plan
    closing = _total(moved, plan.balance_day)
    opening = _total(moved, plan.day_before)
    off, opening_off = statement.difference, statement.opening_difference
    return replace(
        statement,
        difference=None if off is None else off + closing,
        opening_difference=None if opening_off is None else opening_off + opening,
    )


def _total(moved: Moved, until: date = date.max) -> int:
    taken, left = moved
    return total_until(until, taken) - total_until(until, left)
