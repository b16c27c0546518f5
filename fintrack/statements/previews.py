"""What an import would do, asked before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from fintrack.config import settings
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import NewAccount
from fintrack.schema import new_id
from fintrack.statements.mapping import Mapping, Question
from fintrack.statements.mappings import Remembered, remembered_mapping
from fintrack.statements.outcomes import outcomes
from fintrack.statements.plans import Plan, plan_of
from fintrack.statements.read import read_statements
from fintrack.statements.statement import (
    ColumnSample,
    Statement,
    StatementError,
    StatementFile,
)
from fintrack.statements.summaries import StatementPreview, summaries
from fintrack.statements.targets import (
    LedgerAccount,
    Wishes,
    account_of,
    id_of,
    targets,
    writable_accounts,
)

FILE_NAME_LENGTH = 255


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """What a file would do; with `questions` open there are no statements yet.

    `mapping` and `columns` are the guess about a table, for correction. `import_id` is what the
    import will be called, so that one preview is not imported twice by accident.
    """

    import_id: UUID
    file_name: str
    file_hash: bytes
    format: str
    statements: tuple[StatementPreview, ...]
    questions: tuple[Question, ...]
    mapping: Mapping | None
    columns: tuple[ColumnSample, ...]
    is_own_export: bool

    @property
    def new(self) -> int:
        """Return how many rows would be added."""
        return sum(each.new for each in self.statements)

    @property
    def duplicate(self) -> int:
        """Return how many rows the books hold already."""
        return sum(each.duplicate for each in self.statements)

    @property
    def rejected(self) -> int:
        """Return how many rows were not understood."""
        return sum(each.rejected for each in self.statements)


def preview_import(
    context: TenantContext,
    content: bytes,
    file_name: str,
    *,
    account_id: UUID | None = None,
    mapping: Mapping | None = None,
    accounts: dict[str, UUID | NewAccount] | None = None,
) -> Preview:
    """Return what importing the file would do; nothing is written.

    `account_id` takes the file's one statement; `accounts` chooses by `StatementPreview.key`.
    Without a mapping the remembered one of the account and header is used, else a guess.

    Raises:
        PermissionDenied: the member may not import.
        InvalidInput: the file is too large or no statement, or is in another currency.
        NotFound: a chosen account is not among those that the member may write to.
    """
    context.require(Permission.IMPORT)
    _check_size(content)
    with tenant_transaction(context) as db:
        ledger = writable_accounts(db, context)
    chosen = None if account_id is None else account_of(account_id, ledger)
    file, remembered = _file(context, content, mapping, chosen)
    empty = _empty(content, file_name, file)
    if file.questions:
        return empty
    home = next((each for each in ledger if each.id == remembered), None)
    wishes = Wishes(accounts or {}, chosen, home, file_name, _is_card(content))
    currency = wishes.currency(ledger) or context.currency
    plans = _plans(file, currency, is_own=empty.is_own_export)
    found = targets(plans, ledger, wishes)
    with tenant_transaction(context) as db:
        ids = {key: id_of(target) for key, target in found.items()}
        return replace(empty, statements=summaries(outcomes(db, plans, ids), found, ledger))


def _check_size(content: bytes) -> None:
    largest = settings().max_upload_mb
    if len(content) > largest * 1024 * 1024:
        message = f"The file is larger than {largest} MB; download a shorter period."
        raise InvalidInput(message)


def _file(
    context: TenantContext,
    content: bytes,
    mapping: Mapping | None,
    chosen: LedgerAccount | None,
) -> tuple[StatementFile, UUID | None]:
    """Return the file as the mapping says, else as it was once read for the same header."""
    currency = chosen.currency if chosen else None
    file = read_statements(content, mapping=mapping, currency=currency)
    if mapping is not None or file.mapping is None:
        return file, None
    with tenant_transaction(context) as db:
        known = remembered_mapping(
            db, file.mapping.header_fingerprint, chosen.id if chosen else None
        )
    if known is None:
        return file, None
    return _read_again(file, content, known), known.only_account


def _read_again(file: StatementFile, content: bytes, known: Remembered) -> StatementFile:
    """Whose file it is, only the file itself can say."""
    guess = file.mapping or Mapping()
    currency = guess.currency or known.mapping.currency
    mapping = replace(known.mapping, account=guess.account, currency=currency)
    try:
        again = read_statements(content, mapping=mapping)
    except StatementError:
        return file
    return file if again.questions and not file.questions else again


def _empty(content: bytes, file_name: str, file: StatementFile) -> Preview:
    return Preview(
        import_id=new_id(),
        file_name=file_name[-FILE_NAME_LENGTH:],
        file_hash=sha256(content).digest(),
        format=file.format,
        statements=(),
        questions=file.questions,
        mapping=file.mapping,
        columns=file.columns,
        # Only the export of FinTrack itself is a table that needs no mapping.
        is_own_export=file.format == "csv" and file.mapping is None,
    )


def _plans(file: StatementFile, currency: str, *, is_own: bool) -> list[Plan]:
    plans: list[Plan] = []
    first = 1
    for statement in _merged(file.statements):
        plans.append(plan_of(statement, currency, first, is_own=is_own))
        first += len(statement.entries) + len(statement.rejected)
    return plans


def _merged(statements: Sequence[Statement]) -> list[Statement]:
    """Return one statement per account and currency, closing as the last of them does."""
    found: dict[tuple[str | None, str | None], Statement] = {}
    for each in statements:
        place = (each.account, each.currency)
        found[place] = _joined(found[place], each) if place in found else each
    return list(found.values())


def _joined(one: Statement, other: Statement) -> Statement:
    has_closing = other.closing_balance is not None
    return replace(
        one,
        entries=one.entries + other.entries,
        rejected=one.rejected + other.rejected,
        closing_balance=other.closing_balance if has_closing else one.closing_balance,
        closing_on=other.closing_on if has_closing else one.closing_on,
        notes=one.notes + other.notes,
    )


def _is_card(content: bytes) -> bool:
    """Say whether an OFX file holds statements of cards alone."""
    return b"<CCSTMTRS>" in content and b"<STMTRS>" not in content
