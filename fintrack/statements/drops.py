"""Several files that are looked at together: by account, and what they have in common."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fintrack.schema import new_id
from fintrack.statements.likeness import likenesses
from fintrack.statements.matching import Known, book_of
from fintrack.statements.plans import Planned
from fintrack.statements.previews import Preview
from fintrack.statements.summaries import RowState, StatementPreview
from fintrack.statements.targets import bare


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One statement of one of the files."""

    preview: Preview
    statement: StatementPreview

    @property
    def new(self) -> list[Planned]:
        """Return the rows that the books do not hold yet."""
        rows = self.statement.rows
        new = set(rows.loc[rows["state"] == RowState.NEW, "ordinal"].tolist())
        return [row for row in self.statement.plan.planned if row.ordinal in new]


def by_account(previews: Iterable[Preview]) -> list[list[Part]]:
    """Return the statements of all files by the account that they go into, the oldest first."""
    groups: dict[tuple[UUID | str, ...], list[Part]] = {}
    for preview in previews:
        for statement in preview.statements:
            part = Part(preview, statement)
            groups.setdefault(_place(part), []).append(part)
    return [sorted(group, key=lambda part: part.statement.plan.days) for group in groups.values()]


def repeated(group: Sequence[Part]) -> list[dict[int, str]]:
    """Return by part which of its new rows an earlier file has too, and the name of that file.

    Whichever file is imported first, the other one finds them in the books.
    """
    known: list[tuple[Preview, Known]] = []
    found = []
    for part in group:
        others = {each.id: owner for owner, each in known if owner is not part.preview}
        book = [each for _, each in known if each.id in others]
        twins = _twins(part.new, book)
        found.append({at: others[twin].file_name for at, twin in twins.items()})
        known += [(part.preview, _known(row)) for row in part.new if row.ordinal not in twins]
    return found


def first_day(preview: Preview) -> date:
    """Return the day of the oldest row: of files taken in together the oldest goes first."""
    return min((each.plan.days[0] for each in preview.statements), default=date.max)


def new_suggestions(seen: Preview, now: Preview) -> bool:
    """Say whether the file may be one side of transfers that were not told when it was seen."""
    told = {each.ordinal for each in seen.transfers}
    return any(not each.is_certain and each.ordinal not in told for each in now.transfers)


def _place(part: Part) -> tuple[UUID | str, ...]:
    """What names no account is of one account only where its columns are the same."""
    statement, mapping = part.statement, part.preview.mapping
    new, label = statement.new_account, statement.label
    if new is None:
        return (statement.account.id if statement.account else part.preview.import_id,)
    header = mapping.header_fingerprint if mapping else ""
    named = bare(new.number) or (new.name.casefold() if label else header)
    return (named or part.preview.import_id, new.currency)


def _twins(rows: Sequence[Planned], known: Sequence[Known]) -> dict[int, UUID]:
    if not known:
        return {}
    book = book_of(known)
    movements = [row.movement for row in rows]
    equal = book.duplicates(movements)
    open_rows = [
        each if twin is None else None for each, twin in zip(movements, equal, strict=True)
    ]
    alike = likenesses(open_rows, book.open)
    twins = zip(rows, equal, alike, strict=True)
    found = {
        row.ordinal: twin or (like.known.id if like and like.is_close else None)
        for row, twin, like in twins
    }
    return {ordinal: twin for ordinal, twin in found.items() if twin is not None}


def _known(row: Planned) -> Known:
    each = row.movement
    return Known(new_id(), each.booked_on, each.amount, each.payee, each.text, f"{each.key}:1")
