"""Several files that are looked at together: by account, and what they have in common."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from uuid import UUID

from fintrack.ledger.accounts import NewAccount
from fintrack.schema import new_id
from fintrack.statements.matching import Known, book_of
from fintrack.statements.outcomes import differences, holds
from fintrack.statements.plans import Planned
from fintrack.statements.previews import Preview
from fintrack.statements.references import near
from fintrack.statements.summaries import RowState, StatementPreview
from fintrack.statements.targets import bare, carried_back, is_same_number, opening_of


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


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """What all files bring to one account, each row once; balances in minor units.

    The statements of the `parts`, the oldest first, have the new account and the differences that
    they have with all the others. Beside each stand in `shared` those of its new rows which an
    earlier file has too, and the name of that file. `duplicate` counts what the books hold.
    """

    parts: tuple[Part, ...]
    shared: tuple[Mapping[int, str], ...]
    new: int
    duplicate: int
    balance_before: int
    balance_after: int


def together(previews: Iterable[Preview]) -> list[Together]:
    """Return what comes into each account when all the files are imported, in whichever order.

    A new account opens with what the oldest file that states a balance implies, before the oldest
    row of all files, unless the member said otherwise of one of them.
    """
    return [_together(parts) for parts in _by_account(previews)]


def settled(preview: Preview, groups: Iterable[Together]) -> Preview:
    """Return the preview with its statements as they are together with those of other files."""
    parts = [part for group in groups for part in group.parts]
    own = {each.statement.key: each for each in parts if each.preview is preview}
    return replace(
        preview, statements=tuple(own[each.key].statement for each in preview.statements)
    )


def settled_once(preview: Preview, groups: Sequence[Together]) -> Preview:
    """Return the same with the rows that an earlier file has too as known."""
    shared = {
        part.statement.key: known
        for group in groups
        for part, known in zip(group.parts, group.shared, strict=True)
        if part.preview is preview
    }
    joined = settled(preview, groups)
    return replace(
        joined, statements=tuple(_once(each, shared[each.key]) for each in joined.statements)
    )


def waiting(preview: Preview) -> dict[str, UUID]:
    """Return by key the accounts that no file was imported into when this was shown."""
    shown = [(each.key, each.account) for each in preview.statements]
    return {key: account.id for key, account in shown if account and not account.has_files}


def wishes_for(group: Together, new: NewAccount) -> list[NewAccount]:
    """Return by part what to wish for, so that all of the group open the account like this.

    An opening balance that is left as it is shown stays what the files imply.
    """
    return [_wish(part, new) for part in group.parts]


def first_day(preview: Preview) -> date:
    """Return the day of the oldest row: of files taken in together the oldest goes first."""
    return min((each.plan.days[0] for each in preview.statements), default=date.max)


def new_suggestions(seen: Preview, now: Preview) -> bool:
    """Say whether the file may be one side of transfers that were not told when it was seen."""
    told = {each.ordinal for each in seen.transfers}
    return any(not each.is_certain and each.ordinal not in told for each in now.transfers)


def carried(parts: Sequence[Part], fresh: Iterable[Sequence[Planned]]) -> int:
    """Return what the opening balance changes by when the parts bring this, the oldest first.

    Once one agrees with the books, what comes after its first day is carried no more.
    """
    change, rows = 0, list[Planned]()
    for part, new in zip(parts, fresh, strict=True):
        statement = part.statement
        change += carried_back(statement.account, new)
        rows += new
        if holds(statement.plan, statement.balances + change, rows):
            break
    return change


def _by_account(previews: Iterable[Preview]) -> list[list[Part]]:
    groups: dict[tuple[UUID | str, ...], list[Part]] = {}
    for preview in previews:
        for statement in preview.statements:
            part = Part(preview, statement)
            same = [at for at, (first, *_) in groups.items() if _is_same_new(first, part)]
            # Two accounts may end alike; then a number without a bank says neither.
            place = same[0] if len(same) == 1 else _place(part)
            groups.setdefault(place, []).append(part)
    return [sorted(group, key=lambda part: part.statement.plan.days) for group in groups.values()]


def _together(parts: Sequence[Part]) -> Together:
    shared = _shared(parts)
    fresh = [
        [row for row in part.new if row.ordinal not in known]
        for part, known in zip(parts, shared, strict=True)
    ]
    rows = list(chain.from_iterable(fresh))
    new = _new_account(parts, rows)
    first = parts[0].statement
    change = carried(parts, fresh)
    before = first.balances.now + (new.opening_balance if new else 0)
    opening = new.opening_balance if new else change
    return Together(
        parts=tuple(
            replace(each, statement=_joined(each.statement, new, opening, rows)) for each in parts
        ),
        shared=tuple(shared),
        new=len(rows),
        duplicate=len(frozenset[UUID]().union(*(each.statement.known for each in parts))),
        balance_before=before,
        balance_after=before + change + sum(row.amount for row in rows),
    )


def _shared(parts: Sequence[Part]) -> list[dict[int, str]]:
    """Return by part which of its new rows an earlier file has too, and the name of that file.

    Whichever file is imported first, the other one finds them in the books.
    """
    known: list[tuple[Preview, Known]] = []
    found = []
    for part in parts:
        others = {each.id: owner for owner, each in known if owner is not part.preview}
        book = [
            replace(each, is_foreign=owner.batch_format != part.preview.batch_format)
            for owner, each in known
            if each.id in others
        ]
        twins = _twins(part.new, book)
        found.append({at: others[twin].file_name for at, twin in twins.items()})
        if part is not parts[-1]:
            fresh = (row for row in part.new if row.ordinal not in twins)
            known += [(part.preview, _known(row)) for row in fresh]
    return found


def _new_account(parts: Sequence[Part], rows: Sequence[Planned]) -> NewAccount | None:
    """Return what is opened for all the parts, as the member wants it where he said so."""
    proposed = parts[0].statement.new_account
    if proposed is None:
        return None
    plans = [part.statement.plan for part in parts]
    said = [each for part in parts if (each := _said(part)) is not None]
    openings = [wish.opening_balance for wish, own in said if wish.opening_balance != own]
    implied = [opening_of(each, rows) for each in plans if each.opening_before(rows) is not None]
    return replace(
        said[0][0] if said else proposed,
        opening_balance=next(chain(openings, implied), 0),
        opened_on=min(each.days[0] for each in plans),
    )


def _said(part: Part) -> tuple[NewAccount, int] | None:
    """Return the new account that the member wants, and the opening that the file alone implies."""
    wish, plan = part.preview.wishes.get(part.statement.key), part.statement.plan
    return (wish, opening_of(plan, plan.planned)) if isinstance(wish, NewAccount) else None


def _joined(
    statement: StatementPreview, new: NewAccount | None, opening: int, rows: Sequence[Planned]
) -> StatementPreview:
    """Compare the file's own balances with what the books will have with all the rows."""
    held = statement.balances + opening
    difference, opening_difference = differences(statement.plan, held, rows)
    moved = statement.balance_after - statement.balance_before
    before = opening if new else statement.balance_before
    return replace(
        statement,
        new_account=new,
        balance_before=before,
        balance_after=before + moved,
        difference=difference,
        opening_difference=opening_difference,
    )


def _once(statement: StatementPreview, shared: Mapping[int, str]) -> StatementPreview:
    rows = statement.rows
    is_shared = rows["ordinal"].isin(shared)
    told = rows["ordinal"].map({at: f"Also in {name}." for at, name in shared.items()})
    return replace(
        statement,
        rows=rows.assign(
            state=rows["state"].mask(is_shared, RowState.DUPLICATE.value),
            reason=rows["reason"].mask(is_shared, told),
        ),
        new=statement.new - len(shared),
        duplicate=statement.duplicate + len(shared),
    )


def _wish(part: Part, new: NewAccount) -> NewAccount:
    """An opening that the member left alone is the one of his wish before, or the file's own."""
    shown, plan = part.statement.new_account, part.statement.plan
    if shown is None or new.opening_balance != shown.opening_balance:
        return new
    said = _said(part)
    kept = said[0].opening_balance if said else opening_of(plan, plan.planned)
    return replace(new, opening_balance=kept)


def _is_same_new(one: Part, other: Part) -> bool:
    """Two files may write the number of the account that they open in two ways."""
    first, second = one.statement.new_account, other.statement.new_account
    if first is None or second is None or one.preview is other.preview:
        return False
    is_same = is_same_number(bare(first.number), bare(second.number))
    return is_same and first.currency == second.currency


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
    alike = near(movements, book, equal)
    twins = zip(rows, equal, alike, strict=True)
    found = {
        row.ordinal: twin or (like.known.id if like and like.is_close else None)
        for row, twin, like in twins
    }
    return {ordinal: twin for ordinal, twin in found.items() if twin is not None}


def _known(row: Planned) -> Known:
    each = row.movement
    return Known(new_id(), each.booked_on, each.amount, each.payee, each.text, f"{each.key}:1")
