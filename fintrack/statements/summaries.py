"""One statement of a file as the member decides on it: rows, counts and balances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

import pandas as pd

from fintrack.frames import Shape, frame
from fintrack.ledger.accounts import NewAccount
from fintrack.money import decimal_text
from fintrack.statements.likeness import Deleted, Likeness, day_words
from fintrack.statements.naming import naming_note
from fintrack.statements.outcomes import Balances, Outcome, differences
from fintrack.statements.plans import Plan, Planned, Refused
from fintrack.statements.targets import LedgerAccount, Target, carried_back, may_take

PREVIEW: Shape = {
    "ordinal": "int64",
    "line": "int64",
    "booked_on": "datetime64[s]",
    "payee": "str",
    "text": "str",
    "amount": "int64",
    "state": "str",
    "reason": "str",
}
BIGGEST = 3
IN_THE_BOOKS = "It is in this account already."


class RowState(StrEnum):
    """What becomes, or became, of a row; one that is `PROBABLE` becomes a duplicate.

    Such a one is like a transaction, or was one that a member deleted.
    """

    NEW = "NEW"
    DUPLICATE = "DUPLICATE"
    PROBABLE = "PROBABLE"
    REJECTED = "REJECTED"
    SKIPPED = "SKIPPED"


KNOWN = (RowState.DUPLICATE, RowState.PROBABLE)


@dataclass(frozen=True, slots=True, eq=False)
class StatementPreview:
    """One account of the file; balances in minor units, `rows` in the file's order: `PREVIEW`.

    `account` is where the rows go, `new_account` the proposal where there is none; `choices` are
    the accounts that may take them instead. Of the `duplicate` rows, `probable` many are not quite
    what the books hold; `known` are the transactions of all of them. `difference` and
    `opening_difference` are by how much the books will be above the file's own closing and opening
    balance; None when the file states none. `balances` are those of the books without the file.
    """

    key: str
    label: str
    currency: str
    account: LedgerAccount | None
    new_account: NewAccount | None
    choices: tuple[LedgerAccount, ...]
    rows: pd.DataFrame
    new: int
    duplicate: int
    probable: int
    rejected: int
    balance_before: int
    balance_after: int
    file_balance: int | None
    file_balance_on: date | None
    difference: int | None
    file_opening: int | None
    opening_difference: int | None
    notes: tuple[str, ...]
    balances: Balances
    known: frozenset[UUID] = field(repr=False)
    plan: Plan = field(repr=False)

    @property
    def opens_for_nothing(self) -> bool:
        """Return whether it would open an account, but none of its rows can be read."""
        is_told = self.plan.planned or self.file_balance is not None
        return self.account is None and self.rejected > 0 and not is_told

    @property
    def biggest(self) -> pd.DataFrame:
        """Return the three new rows that move the most money: `PREVIEW`."""
        new = self.rows[self.rows["state"] == RowState.NEW]
        order = new["amount"].abs().sort_values(ascending=False, kind="stable").index[:BIGGEST]
        return new.loc[order].reset_index(drop=True)


def summaries(
    found: Sequence[Outcome], targets: Mapping[str, Target], ledger: Sequence[LedgerAccount]
) -> tuple[StatementPreview, ...]:
    """Return what the member sees of each outcome; rows of one account follow each other."""
    carried: dict[UUID, int] = {}
    result = []
    for outcome in found:
        target = targets[outcome.plan.key]
        account_id = target.id if isinstance(target, LedgerAccount) else None
        moved = carried.get(account_id, 0) if account_id else 0
        summary = _summary(outcome, target, moved, ledger)
        if account_id:
            carried[account_id] = summary.balance_after - outcome.balances.now
        result.append(summary)
    return tuple(result)


def _summary(
    outcome: Outcome, target: Target, moved: int, ledger: Sequence[LedgerAccount]
) -> StatementPreview:
    plan = outcome.plan
    account = target if isinstance(target, LedgerAccount) else None
    rows = _new_rows(outcome)
    carried = carried_back(account, rows)
    held = outcome.balances + (moved + carried if account else target.opening_balance)
    difference, opening_difference = differences(plan, held, rows)
    states = [state_of(known, likeness) for _, known, likeness in outcome.rows]
    new, probable = states.count(RowState.NEW), states.count(RowState.PROBABLE)
    return StatementPreview(
        key=plan.key,
        label=plan.label,
        currency=plan.currency,
        account=account,
        new_account=target if isinstance(target, NewAccount) else None,
        choices=tuple(each for each in ledger if may_take(each, plan)),
        rows=_rows(outcome),
        new=new,
        duplicate=len(plan.planned) - new,
        probable=probable,
        rejected=len(plan.refused),
        balance_before=held.now - carried,
        balance_after=held.now + sum(row.amount for row in rows),
        file_balance=plan.closing,
        file_balance_on=None if plan.closing is None else plan.balance_day,
        difference=difference,
        file_opening=plan.opening,
        opening_difference=opening_difference,
        notes=(*plan.notes, *_naming(plan, account, ledger), *opening_note(account, carried)),
        balances=outcome.balances,
        known=_known(outcome),
        plan=plan,
    )


def _naming(
    plan: Plan, account: LedgerAccount | None, ledger: Sequence[LedgerAccount]
) -> tuple[str, ...]:
    note = naming_note(plan, account, ledger) if account else ""
    return (note,) if note else ()


def opening_note(account: LedgerAccount | None, carried: int) -> tuple[str, ...]:
    """Return what goes off the opening balance as one sentence, none where nothing does."""
    if account is None or account.held_from is None or not carried:
        return ()
    day, amount = day_words(account.held_from), decimal_text(-carried, account.currency)
    note = f"Rows before {day} come to {amount}, which goes off the opening balance of"
    return (f"{note} {account.name}: the balances of its other files hold.",)


def state_of(known: UUID | None, likeness: Likeness | Deleted | None) -> RowState:
    """Return what becomes of a row unless the member decides otherwise."""
    if known is not None:
        return RowState.DUPLICATE
    return RowState.PROBABLE if likeness is not None and likeness.is_close else RowState.NEW


def remark(row: Planned, likeness: Likeness | Deleted | None, currency: str) -> str:
    """Return what a member should know of a row that the books do not hold exactly."""
    if likeness is None:
        return row.reason
    return f"{likeness.sentence(currency)} {row.reason}".rstrip()


def _new_rows(outcome: Outcome) -> list[Planned]:
    return [
        row for row, known, likeness in outcome.rows if state_of(known, likeness) is RowState.NEW
    ]


def _known(outcome: Outcome) -> frozenset[UUID]:
    """Return what the books hold of the file, exactly or nearly."""
    near = (each.known.id for each in outcome.likenesses if each and each.is_close and each.known)
    return frozenset({*filter(None, outcome.duplicates), *near})


def _rows(outcome: Outcome) -> pd.DataFrame:
    plan = outcome.plan
    shown = [_shown(row, known, likeness, plan.currency) for row, known, likeness in outcome.rows]
    return frame(sorted(shown + [_refused(row) for row in plan.refused]), PREVIEW)


def _shown(
    row: Planned, known: UUID | None, likeness: Likeness | Deleted | None, currency: str
) -> tuple[object, ...]:
    movement = row.movement
    return (
        row.ordinal,
        row.entry.line,
        movement.booked_on,
        movement.payee,
        movement.text,
        row.amount,
        state_of(known, likeness).value,
        IN_THE_BOOKS if known is not None else remark(row, likeness, currency),
    )


def _refused(row: Refused) -> tuple[object, ...]:
    return (row.ordinal, row.line, None, "", row.raw, 0, RowState.REJECTED.value, row.reason)
