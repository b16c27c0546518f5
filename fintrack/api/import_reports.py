"""What clients are told of a file: what it would do, what can be decided, and what it did."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from fintrack.api.fields import Amount, Told, decimal, optional_day
from fintrack.api.import_guesses import Guess, Reading, guess_told, reading_told
from fintrack.api.import_history import Rejected, stated
from fintrack.ledger.accounts import AccountKind, NewAccount, Side, Visibility
from fintrack.statements.decided_previews import as_decided
from fintrack.statements.decisions import Decision
from fintrack.statements.imports import Batch, ImportReport
from fintrack.statements.previews import Preview
from fintrack.statements.summaries import RowState, StatementPreview
from fintrack.statements.transfers import FoundTransfer

MOST_ROWS = 10_000
RowNumber = Annotated[int, Field(description="Of the row, as decisions name it.")]


class Matched(Told):
    """A row that is left out: it is probably a transaction of the books, or was one; and which."""

    row: RowNumber
    line: int
    reason: str


class Linked(Told):
    """A new row that is one side of a transfer, and of which; a suggestion is not linked."""

    row: RowNumber
    line: int
    reason: str
    linked: bool
    other_row: Annotated[int | None, Field(description="The other side, if it is in the file.")]
    other_transaction: Annotated[UUID | None, Field(description="Else it is in the books.")]


class Row(Told):
    """A row and what becomes of it."""

    row: RowNumber
    line: int
    account: Annotated[str, Field(description="The key of its account in the file.")]
    booked_on: date | None
    payee: str
    text: str
    amount: Amount
    state: RowState
    reason: str


class AccountChoice(Told):
    """An account that may take the rows."""

    id: UUID
    name: str


class AccountProposed(Told):
    """An account that is opened for the rows, unless another one is chosen."""

    name: str
    kind: AccountKind
    opening_balance: Amount
    opened_on: date
    number: str
    side: Side
    visibility: Visibility


class AccountOfFile(Told):
    """One account of the file; `account_id` is null for one that would be opened."""

    key: Annotated[str, Field(description="By which decisions name it.")]
    account: Annotated[str, Field(description="As the file names it, empty where it does not.")]
    account_id: UUID | None
    name: Annotated[str, Field(description="Of the account in the books, or the proposed one.")]
    currency: str
    opened: Annotated[AccountProposed | None, Field(description="Null if it was there.")]
    choices: Annotated[list[AccountChoice], Field(description="Which may take the rows instead.")]
    count: Annotated[int, Field(description="Rows that were understood, known ones too.")]
    sum: Annotated[Amount, Field(description="Of these rows.")]
    opening_balance: Annotated[Amount | None, Field(description="The file's own.")]
    opening_difference: Annotated[
        Amount | None, Field(description="By how much the books are above it before these rows.")
    ]
    closing_balance: Annotated[Amount | None, Field(description="The file's own.")]
    difference: Annotated[
        Amount | None, Field(description="By how much the books are above it after these rows.")
    ]
    new: int
    duplicate: int
    rejected: int
    skipped: Annotated[int, Field(description="Rows that were decided to be left out.")]
    notes: Annotated[
        list[str], Field(description="What the file says of itself, and rows that it leaves out.")
    ]


class ImportReportTold(Told):
    """What an import did, or would do; the id is that of GET and DELETE, null for a dry run."""

    id: UUID | None
    file_name: str
    format: str
    new: int
    duplicate: Annotated[int, Field(description="Known ones, those of `matched` too.")]
    skipped: int
    matched: list[Matched]
    transfers: list[Linked]
    rejected: list[Rejected]
    accounts: list[AccountOfFile]
    reading: Annotated[Reading | None, Field(description="Null where there is one way only.")]
    guess: Guess | None
    rows: Annotated[
        list[Row] | None, Field(description=f"Of a dry run alone, up to {MOST_ROWS:,}.")
    ]


def preview_told(
    preview: Preview, rows: Mapping[int, Decision], after: int = 0, most: int | None = None
) -> ImportReportTold:
    """Return what importing the file would do when this is decided on its rows.

    Of the rows come up to `most` of those after the number `after`.
    """
    decided = as_decided(preview, rows)
    wanted = [row for each in decided.statements for row in _rows(each, after, most)]
    return _told(decided, rows, {}).model_copy(update={"rows": wanted[:most]})


def report_told(
    preview: Preview, rows: Mapping[int, Decision], done: ImportReport
) -> ImportReportTold:
    """Return what importing the previewed file did."""
    told = _told(as_decided(preview, rows), rows, {each.key: each for each in done.batches})
    counts = {"new": done.new, "duplicate": done.duplicate, "skipped": done.skipped}
    return told.model_copy(update={"id": done.import_id, **counts})


def _told(
    preview: Preview, rows: Mapping[int, Decision], batches: Mapping[str, Batch]
) -> ImportReportTold:
    refused = [row for each in preview.statements for row in each.plan.refused]
    accounts = [_of_file(each, batches.get(each.key)) for each in preview.statements]
    return ImportReportTold(
        id=None,
        file_name=preview.file_name,
        format=preview.format,
        new=preview.new,
        duplicate=preview.duplicate,
        skipped=sum(each.skipped for each in accounts),
        matched=[one for each in preview.statements for one in _matched(each)],
        transfers=[_linked(each, rows) for each in preview.transfers],
        rejected=[Rejected(line=row.line, reason=row.reason, raw=row.raw) for row in refused],
        accounts=accounts,
        reading=reading_told(preview),
        guess=guess_told(preview),
        rows=None,
    )


def _of_file(statement: StatementPreview, batch: Batch | None) -> AccountOfFile:
    target = statement.account or statement.new_account
    currency, counted = statement.currency, batch or statement
    left_out = int((statement.rows["state"] == RowState.SKIPPED).sum())
    known = statement.account.id if statement.account else None
    return AccountOfFile(
        key=statement.key,
        account=statement.label,
        account_id=batch.account_id if batch else known,
        name=target.name if target else "",
        currency=currency,
        opened=_proposed(statement.new_account) if statement.new_account else None,
        choices=[AccountChoice(id=each.id, name=each.name) for each in statement.choices],
        count=len(statement.plan.planned),
        sum=decimal(statement.plan.total, currency),
        opening_balance=stated(statement.file_opening, currency),
        opening_difference=stated(statement.opening_difference, currency),
        closing_balance=stated(statement.file_balance, currency),
        difference=stated(statement.difference, currency),
        new=counted.new,
        duplicate=counted.duplicate,
        rejected=counted.rejected,
        skipped=batch.skipped if batch else left_out,
        notes=list(statement.notes),
    )


def _proposed(new: NewAccount) -> AccountProposed:
    return AccountProposed(
        name=new.name,
        kind=new.kind,
        opening_balance=decimal(new.opening_balance, new.currency),
        opened_on=new.opened_on,
        number=new.number,
        side=new.side or new.kind.usual_side,
        visibility=new.visibility,
    )


def _matched(statement: StatementPreview) -> list[Matched]:
    rows = statement.rows[statement.rows["state"] == RowState.PROBABLE]
    return [
        Matched(row=row["ordinal"], line=row["line"], reason=row["reason"])
        for row in rows.to_dict("records")
    ]


def _linked(found: FoundTransfer, rows: Mapping[int, Decision]) -> Linked:
    partner = found.partner
    return Linked(
        row=found.ordinal,
        line=found.line,
        reason=found.reason,
        linked=found.is_agreed(rows),
        other_row=partner if isinstance(partner, int) else None,
        other_transaction=partner if isinstance(partner, UUID) else None,
    )


def _rows(statement: StatementPreview, after: int, most: int | None) -> list[Row]:
    table = statement.rows[statement.rows["ordinal"] > after][:most]
    return [
        Row(
            row=row["ordinal"],
            account=statement.key,
            booked_on=optional_day(row["booked_on"]),
            amount=decimal(row["amount"], statement.currency),
            **{name: row[name] for name in ("line", "payee", "text", "state", "reason")},
        )
        for row in table.to_dict("records")
    ]
