"""Several bank files in one call: each beside those before it and those that wait."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias, TypeGuard
from uuid import UUID

from fintrack.api.import_reports import ImportReportTold, preview_told, report_told
from fintrack.commands.terminal import show_progress
from fintrack.context import TenantContext
from fintrack.errors import FinTrackError
from fintrack.statements.drops import first_day, settled, settled_once, together, waiting
from fintrack.statements.imports import commit_import
from fintrack.statements.previews import Preview

Seen: TypeAlias = Preview | FinTrackError
Outcome: TypeAlias = ImportReportTold | Seen
Look = Callable[[Path, Mapping[str, UUID]], Preview]


def looked_at(paths: Sequence[Path], look: Look) -> list[Seen]:
    """Return each file as it is by itself, or its refusal."""
    return [_looked(look, path) for path in paths]


def previewed(seen: Sequence[Seen]) -> list[Outcome]:
    """Return for each file what it would do beside the others, what it asks, or its refusal."""
    groups = together(_ready(seen))
    return [
        preview_told(settled_once(each, groups), {}) if _is_ready(each) else each for each in seen
    ]


def imported(
    context: TenantContext, paths: Sequence[Path], seen: Sequence[Seen], look: Look
) -> list[Outcome]:
    """Import each file, the oldest first, and return in the order given what became of it.

    That is what it did, what it asks, or its refusal, which stops no other.
    """
    outcomes: list[Outcome] = list(seen)
    before = {at: each for at, each in enumerate(seen) if isinstance(each, Preview)}
    left = sorted(before, key=lambda at: first_day(before[at]))
    while left:
        at, *left = left
        now = _looked(look, paths[at], waiting(before[at]))
        others = _ready([before[each] for each in left])
        outcomes[at] = _taken(context, now, others) if _is_ready(now) else now
    return outcomes


def _looked(look: Look, path: Path, accounts: Mapping[str, UUID] | None = None) -> Seen:
    try:
        return look(path, accounts or {})
    except FinTrackError as error:
        return error


def _ready(seen: Iterable[Seen]) -> list[Preview]:
    return list(filter(_is_ready, seen))


def _is_ready(each: Seen) -> TypeGuard[Preview]:
    return isinstance(each, Preview) and not each.questions


def _taken(context: TenantContext, now: Preview, left: Sequence[Preview]) -> Outcome:
    preview = settled(now, together([now, *left]))
    try:
        done = commit_import(context, preview, progress=show_progress)
    except FinTrackError as error:
        return error
    return report_told(preview, {}, done)
