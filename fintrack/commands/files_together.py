"""Several bank files in one call: each beside those before it and those that wait."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias, TypeGuard
from uuid import UUID

from fintrack.api.import_reports import ImportReportTold, preview_told, report_told
from fintrack.commands.terminal import show_progress
from fintrack.context import TenantContext
from fintrack.errors import FinTrackError
from fintrack.statements.drops import settled, settled_once, together, waiting
from fintrack.statements.imports import commit_import
from fintrack.statements.previews import Preview

Outcome: TypeAlias = ImportReportTold | Preview | FinTrackError
Look = Callable[[Path, Mapping[str, UUID]], Preview]


def previewed(paths: Sequence[Path], look: Look) -> Iterator[Outcome]:
    """Yield for each file what it would do beside the others, what it asks, or its refusal."""
    seen = [_looked(look, path) for path in paths]
    groups = together(_ready(seen))
    for each in seen:
        yield preview_told(settled_once(each, groups), {}) if _is_ready(each) else each


def imported(context: TenantContext, paths: Sequence[Path], look: Look) -> Iterator[Outcome]:
    """Import each file; yield what it did, what it asks, or its refusal, which stops no other."""
    seen = [_looked(look, path) for path in paths]
    for at, (path, before) in enumerate(zip(paths, seen, strict=True)):
        if isinstance(before, FinTrackError):
            yield before
            continue
        now = _looked(look, path, waiting(before)) if at else before
        yield _taken(context, now, _ready(seen[at + 1 :])) if _is_ready(now) else now


def _looked(
    look: Look, path: Path, accounts: Mapping[str, UUID] | None = None
) -> Preview | FinTrackError:
    try:
        return look(path, accounts or {})
    except FinTrackError as error:
        return error


def _ready(seen: Iterable[Preview | FinTrackError]) -> list[Preview]:
    return list(filter(_is_ready, seen))


def _is_ready(each: Preview | FinTrackError) -> TypeGuard[Preview]:
    return isinstance(each, Preview) and not each.questions


def _taken(context: TenantContext, now: Preview, left: Sequence[Preview]) -> Outcome:
    preview = settled(now, together([now, *left]))
    try:
        done = commit_import(context, preview, progress=show_progress)
    except FinTrackError as error:
        return error
    return report_told(preview, {}, done)
