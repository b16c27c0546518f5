"""What an import would do, asked before anything is written."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.ledger.accounts import NewAccount
from fintrack.limits import require_import_size
from fintrack.schema import new_id
from fintrack.statements.collecting import without_collection
from fintrack.statements.holders import holders
from fintrack.statements.mapping import Mapping, Question, answered
from fintrack.statements.mappings import of_header, remembered_mappings, said_mapping
from fintrack.statements.merging import merged
from fintrack.statements.outcomes import outcomes
from fintrack.statements.plans import OWN_FORMAT, Plan, key_of, plan_of
from fintrack.statements.read import read_statements
from fintrack.statements.statement import Certainty, ColumnSample, StatementError, StatementFile
from fintrack.statements.summaries import StatementPreview, summaries
from fintrack.statements.targets import (
    LedgerAccount,
    Target,
    Wishes,
    account_names,
    account_of,
    id_of,
    targets,
    without_opening,
    writable_accounts,
)
from fintrack.statements.text import clean
from fintrack.statements.transfers import FoundTransfer, found_transfers

FILE_NAME_LENGTH = 255
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """What a file would do; with `questions` open there are no statements yet.

    `mapping`, `columns` and `certainty` are the guess about a table, for correction;
    `is_remembered` says that it is no guess but what was confirmed before. `transfers` are what new
    rows may be one side of. `import_id` is what the import will be called, so that one preview is
    not imported twice by accident. `wishes` are where the member said that a statement goes.
    """

    import_id: UUID
    file_name: str
    file_hash: bytes
    format: str
    statements: tuple[StatementPreview, ...]
    transfers: tuple[FoundTransfer, ...]
    questions: tuple[Question, ...]
    mapping: Mapping | None
    columns: tuple[ColumnSample, ...]
    certainty: Certainty
    is_own_export: bool
    is_remembered: bool
    wishes: dict[str, UUID | NewAccount]

    @property
    def batch_format(self) -> str:
        """Return the format under which the import is kept."""
        return OWN_FORMAT if self.is_own_export else self.format

    @property
    def new(self) -> int:
        """Return how many rows would be added."""
        return sum(each.new for each in self.statements)

    @property
    def duplicate(self) -> int:
        """Return how many rows the books hold already."""
        return sum(each.duplicate for each in self.statements)

    @property
    def probable(self) -> int:
        """Return how many of these are only like what the books hold."""
        return sum(each.probable for each in self.statements)

    @property
    def rejected(self) -> int:
        """Return how many rows were not understood."""
        return sum(each.rejected for each in self.statements)


@without_collection()
def preview_import(
    context: TenantContext,
    content: bytes,
    file_name: str,
    *,
    account_id: UUID | None = None,
    mapping: Mapping | None = None,
    accounts: dict[str, UUID | NewAccount] | None = None,
    progress: Progress | None = None,
) -> Preview:
    """Return what importing the file would do; nothing is written.

    `account_id` takes the file's one statement; `accounts` chooses by `StatementPreview.key`.
    Without a mapping the remembered one of the account and header is used, else that of the
    header in the tenant, else a guess. `progress` is told which part of the work is done, and what
    comes next.

    Raises:
        PermissionDenied: the member may not import.
        InvalidInput: the file is too large or no statement, or is in another currency.
        NotFound: a chosen account is not among those that the member may write to.
    """
    context.require(Permission.IMPORT)
    require_import_size(context, len(content))
    tell = progress or _tell_nobody
    books = _books(context, file_name, accounts or {}, account_id)
    tell(0.05, f"Reading {file_name}")
    guess = _read(content, mapping, books.wishes.chosen)
    tell(0.4, f"{_rows(guess):,} rows read; looking for their account")
    known = None if mapping else _as_remembered(guess, content, books)
    reading = known or _reading(guess, books)
    seen = _seen(content, reading.file, books.wishes, is_remembered=known is not None)
    return seen if seen.questions else _compared(seen, reading, books, tell)


def with_answers(preview: Preview, answers: dict[str, str]) -> Mapping | None:
    """Return the mapping with those of the open questions answered, None where none is.

    Raises:
        InvalidInput: an answer is not among its choices.
    """
    open_fields = {question.field for question in preview.questions} & answers.keys()
    mapping = preview.mapping or Mapping()
    for name in sorted(open_fields):
        mapping = answered(mapping, name, answers[name])
    return mapping if open_fields else None


def _tell_nobody(_done: float, _next: str) -> None:
    """Do without progress."""


@dataclass(frozen=True, slots=True)
class _Books:
    """The books that a file is read for."""

    context: TenantContext
    ledger: tuple[LedgerAccount, ...]
    wishes: Wishes


def _books(
    context: TenantContext,
    file_name: str,
    accounts: dict[str, UUID | NewAccount],
    account_id: UUID | None,
) -> _Books:
    with tenant_transaction(context) as db:
        ledger, taken = writable_accounts(db), account_names(db)
    chosen = None if account_id is None else account_of(account_id, ledger)
    return _Books(context, ledger, Wishes(accounts, chosen, None, taken, file_name))


def _read(content: bytes, mapping: Mapping | None, chosen: LedgerAccount | None) -> StatementFile:
    said = replace(mapping, is_said=True) if mapping else None
    return read_statements(content, mapping=said, currency=chosen.currency if chosen else None)


def _rows(file: StatementFile) -> int:
    return sum(len(each.entries) for each in file.statements)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A file as one mapping reads it, and where its statements would go."""

    file: StatementFile
    plans: list[Plan]
    targets: dict[str, Target]


def _reading(file: StatementFile, books: _Books) -> _Reading:
    if file.questions:
        return _Reading(file, [], {})
    plans = _plans(file, books)
    with tenant_transaction(books.context) as db:
        found = holders(db, plans, books.ledger)
    to = targets(plans, books.ledger, books.wishes, found)
    return _Reading(file, [without_opening(each, to[each.key]) for each in plans], to)


def _as_remembered(guess: StatementFile, content: bytes, books: _Books) -> _Reading | None:
    """Return the file as the accounts that it goes to were read before, else as its header was.

    Which account it is remains open where only the header is known.
    """
    if guess.mapping is None:
        return None
    with tenant_transaction(books.context) as db:
        known = remembered_mappings(db, guess.mapping.header_fingerprint)
        said = said_mapping(db, guess.mapping.header_fingerprint)
    homes = [each for each in books.ledger if each.id in known]
    named = books.wishes.named
    habit = replace(books.wishes, remembered=homes[0] if len(homes) == 1 else None)
    for mapping in dict.fromkeys(known[each.id] for each in homes if named in {None, each.id}):
        reading = _reading(_read_again(guess, content, mapping), replace(books, wishes=habit))
        ids = {id_of(target) for target in reading.targets.values()}
        if ids and ids <= {key for key, each in known.items() if each == mapping}:
            return reading
    common = _common(known.values(), said) if guess.mapping.header_row else None
    file = _read_again(guess, content, common) if common else guess
    return None if file is guess else _reading(file, books)


def _common(known: Iterable[Mapping], said: Mapping | None) -> Mapping | None:
    """Return how members said that this header is read, if it is one way; accounts differ."""
    ways = {replace(each, account=None, currency=None) for each in known if each.is_said}
    if said is not None and said not in map(of_header, ways):
        ways.add(said)
    return ways.pop() if len(ways) == 1 else None


def _read_again(guess: StatementFile, content: bytes, known: Mapping) -> StatementFile:
    """Whose file it is, in which currency and in which Unicode, only the file itself can say."""
    found = guess.mapping or Mapping()
    is_unicode = (found.encoding or "").startswith("utf")
    mapping = replace(
        known,
        account=found.account,
        currency=found.currency or known.currency,
        encoding=found.encoding if is_unicode else known.encoding,
    )
    again = _read_or_guess(guess, content, mapping)
    if guess.questions:
        # What fits no row answers no question.
        return again if any(each.entries for each in again.statements) else guess
    if _rejected(again) <= _rejected(guess):
        return again
    # The bank has changed its dates or its figures since; what the columns hold still counts.
    marks = found.decimal_mark, found.decimal_marks
    mapping = replace(
        mapping, date_order=found.date_order, decimal_mark=marks[0], decimal_marks=marks[1]
    )
    return _read_or_guess(guess, content, mapping)


def _read_or_guess(guess: StatementFile, content: bytes, mapping: Mapping) -> StatementFile:
    try:
        return read_statements(content, mapping=mapping)
    except StatementError:
        return guess


def _rejected(file: StatementFile) -> int:
    return sum(len(each.rejected) for each in file.statements)


def _seen(content: bytes, file: StatementFile, wishes: Wishes, *, is_remembered: bool) -> Preview:
    """Return what is seen of the file before its statements are compared with the books."""
    return Preview(
        import_id=new_id(),
        file_name=clean(wishes.file_name)[-FILE_NAME_LENGTH:],
        file_hash=sha256(content).digest(),
        format=file.format,
        statements=(),
        transfers=(),
        questions=file.questions,
        mapping=file.mapping,
        columns=file.columns,
        certainty=file.certainty,
        is_own_export=_is_own_export(file),
        is_remembered=is_remembered,
        wishes=dict(wishes.by_statement),
    )


def _compared(seen: Preview, reading: _Reading, books: _Books, tell: Progress) -> Preview:
    ids = {key: id_of(target) for key, target in reading.targets.items()}
    with tenant_transaction(books.context) as db:
        tell(0.7, f"Comparing {_rows(reading.file):,} rows with your books")
        found = outcomes(db, reading.plans, ids, seen.batch_format)
        tell(0.9, "Adding up what they would change")
        transfers = (
            () if seen.is_own_export else found_transfers(db, found, reading.targets, books.ledger)
        )
    statements = summaries(found, reading.targets, books.ledger)
    return replace(seen, statements=statements, transfers=tuple(transfers))


def _is_own_export(file: StatementFile) -> bool:
    """Only the export of FinTrack itself is a table that needs no mapping."""
    return file.format in {"csv", "xlsx"} and file.mapping is None


def _plans(file: StatementFile, books: _Books) -> list[Plan]:
    plans: list[Plan] = []
    is_own = _is_own_export(file)
    first = 1
    for statement in merged(file.statements):
        currency = books.wishes.currency(key_of(statement), books.ledger)
        plans.append(plan_of(statement, currency or books.context.currency, first, is_own=is_own))
        first += len(statement.entries) + len(statement.rejected)
    return plans
