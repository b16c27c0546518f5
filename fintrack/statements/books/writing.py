"""A whole book into a new tenant: all of it in one transaction, counted before and after."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.access.tenants import NewTenant, abandon_tenant, create_bare_tenant
from fintrack.context import TenantContext, UserSession
from fintrack.db import tenant_transaction
from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import LONGEST_NUMBER, Visibility
from fintrack.ledger.filters import Status
from fintrack.ledger.recording import LONGEST_MEMO, LONGEST_NOTE, SINGLE_TEXTS, blank
from fintrack.ledger.refusals import refusals
from fintrack.ledger.rows import add
from fintrack.ledger.snapshots import Snapshot, insert_snapshots
from fintrack.money import rounded_minor_units
from fintrack.plan_schema import Budget
from fintrack.schema import Account, Category, Tag, Transaction, new_id
from fintrack.statements.books.book import Book, BookAccount, BookLine, BookTransaction
from fintrack.statements.books.files import BookFile, Brought, kept_texts, write_batches, write_rows
from fintrack.statements.books.names import Names, names_of
from fintrack.statements.books.report import AccountOutcome, BookReport
from fintrack.statements.imports import Progress
from fintrack.statements.matching import key_in_book
from fintrack.texts import counted, neutral, plain

CHUNK = 2_500
NO_ACCOUNT = "This book holds no account. Choose a whole book, with its accounts."
UNKEEPABLE = (
    "The book holds an amount, a day or a name that cannot be kept, so nothing was written."
)
NOT_EQUAL = "{name} did not come out as it went in, so nothing was written."


def bring_book(
    session: UserSession,
    book: Book,
    tenant: NewTenant,
    *,
    file: BookFile | None = None,
    progress: Progress | None = None,
    found: Callable[[UserSession, NewTenant], TenantContext] = create_bare_tenant,
) -> BookReport:
    """Write the book into a new tenant of the user, which `found` makes.

    Of a `file` each transaction keeps what stands there for it. `progress` is told how many rows
    of how many are done.

    Raises:
        InvalidInput: the book has no account, or something in it cannot be kept.
        Conflict: the tenant would have more than a tenant may have.
    """
    if not book.accounts:
        raise InvalidInput(NO_ACCOUNT)
    plan = _Plan(book, names_of(book), _transfers(book), file)
    with ExitStack() as failure:
        context = found(session, tenant)
        failure.callback(abandon_tenant, session, context.slug)
        accounts = _written(context, plan, progress)
        failure.pop_all()
    return BookReport(context, book.format, accounts, (*book.notes, *_notes(plan)))


@dataclass(frozen=True, slots=True)
class _Plan:
    """A book, what everything in it is called here, the transfers that hold by id, and the file."""

    book: Book
    names: Names
    transfers: Mapping[str, UUID]
    file: BookFile | None


def _transfers(book: Book) -> dict[str, UUID]:
    """Return ids for the transfers that hold: one leg leaves an account, one arrives in another."""
    legs: dict[str, list[BookTransaction]] = defaultdict(list)
    for each in book.transactions:
        if each.transfer is not None:
            legs[each.transfer].append(each)
    currencies = {each.key: each.currency for each in book.accounts}
    return {key: new_id() for key, found in legs.items() if _fit(found, currencies)}


def _fit(legs: Sequence[BookTransaction], currencies: Mapping[str, str]) -> bool:
    if len(legs) != len(("out", "in")) or legs[0].account == legs[1].account:
        return False
    amounts = [rounded_minor_units(each.amount, currencies[each.account]) for each in legs]
    is_one_currency = currencies[legs[0].account] == currencies[legs[1].account]
    return min(amounts) < 0 < max(amounts) and (not is_one_currency or sum(amounts) == 0)


def _written(
    context: TenantContext, plan: _Plan, progress: Progress | None
) -> tuple[AccountOutcome, ...]:
    try:
        with tenant_transaction(context) as db, refusals():
            _write_names(db, plan)
            _write_budgets(db, plan)
            for done in _write_transactions(db, plan):
                if progress is not None:
                    progress(done, len(plan.book.transactions))
            outcomes = _outcomes(db, plan)
            after = {"format": plan.book.format, "transactions": len(plan.book.transactions)}
            audit.record(db, "book.brought", after=after)
    except (DataError, IntegrityError) as error:
        raise InvalidInput(UNKEEPABLE) from error
    for each in outcomes:
        if not each.is_equal:
            raise InvalidInput(NOT_EQUAL.format(name=each.name))
    return outcomes


def _write_names(db: Session, plan: _Plan) -> None:
    days = _first_days(plan.book)
    accounts = [_account(each, plan.names, days) for each in plan.book.accounts]
    add(db, Account, list(accounts[0]), accounts)
    categories = [
        {name: value if value is None else str(value) for name, value in asdict(row).items()}
        for row in plan.names.category_rows
    ]
    add(db, Category, ["id", "parent_id", "kind", "name"], categories)
    tags = [{"id": str(key), "name": name} for key, name in plan.names.tags.values()]
    add(db, Tag, ["id", "name"], tags)


def _write_budgets(db: Session, plan: _Plan) -> None:
    """Write the budgets; those whose categories are one here are one as well."""
    sums: Counter[tuple[UUID, str]] = Counter()
    for each in plan.book.budgets:
        key = plan.names.categories[each.category], each.currency
        sums[key] += rounded_minor_units(each.amount, each.currency)
    budgets = [
        {"id": str(new_id()), "category_id": str(key), "currency": currency, "amount": amount}
        for (key, currency), amount in sums.items()
    ]
    add(db, Budget, ["id", "category_id", "currency", "amount"], budgets)


def _first_days(book: Book) -> dict[str, date]:
    days: dict[str, date] = {}
    for each in book.transactions:
        days[each.account] = min(days.get(each.account, date.max), each.booked_on)
    return days


def _account(each: BookAccount, names: Names, days: Mapping[str, date]) -> dict[str, Any]:
    identifier, name = names.accounts[each.key]
    opened_on = each.opened_on or days.get(each.key) or datetime.now(UTC).date()
    return {
        "id": str(identifier),
        "name": name,
        "kind": each.kind.value,
        "side": (each.side or each.kind.usual_side).value,
        "currency": each.currency,
        "number": _text(each.number, LONGEST_NUMBER),
        "opening_balance": rounded_minor_units(each.opening, each.currency),
        "opened_on": opened_on.isoformat(),
        "visibility": Visibility.EVERYONE.value,
        "archived_at": datetime.now(UTC).isoformat() if each.is_closed else None,
        # Made at the moment of its file, a first version passes for opened by a bank's.
        "version": 2,
    }


def _write_transactions(db: Session, plan: _Plan) -> Iterator[int]:
    """Write the transactions in chunks; yields how many are done."""
    currencies = {each.key: each.currency for each in plan.book.accounts}
    rows = iter(plan.book.transactions)
    batches = write_batches(db, plan.file, _brought(plan)) if plan.file else {}
    texts = kept_texts(plan.book)
    done = 0
    while chunk := list(islice(rows, CHUNK)):
        wanted = [_snapshot(each, currencies[each.account], plan) for each in chunk]
        insert_snapshots(db, wanted)
        if batches:
            write_rows(db, batches, done, list(zip(islice(texts, CHUNK), wanted, strict=True)))
        done += len(chunk)
        yield done


def _brought(plan: _Plan) -> dict[UUID, Brought]:
    before = _before(plan.book)
    return {
        plan.names.accounts[each.key][0]: Brought(
            before[each.key][0],
            rounded_minor_units(each.opening, each.currency),
            before[each.key][1],
        )
        for each in plan.book.accounts
    }


def _snapshot(each: BookTransaction, currency: str, plan: _Plan) -> Snapshot:
    amount = rounded_minor_units(each.amount, currency)
    account_id, _ = plan.names.accounts[each.account]
    transfer_id = plan.transfers.get(each.transfer or "")
    lines = [] if transfer_id else _lines(each.lines, amount, currency, plan.names)
    is_split = len(lines) > 1
    whole = blank(new_id(), account_id, currency, each.booked_on, amount)
    return {
        **whole,
        "import_key": None if each.status is Status.PENDING else key_in_book(whole["id"]),
        "payee": _text(each.payee, SINGLE_TEXTS["payee"]),
        "description": _text(each.text, SINGLE_TEXTS["description"]),
        "note": plain(each.note)[:LONGEST_NOTE],
        "status": each.status.value,
        "transfer_id": str(transfer_id) if transfer_id else None,
        "category_id": lines[0]["category_id"] if lines and not is_split else None,
        "is_split": is_split,
        "lines": lines if is_split else [],
        "tags": plan.names.tag_ids(each.tags),
    }


def _lines(lines: Sequence[BookLine], amount: int, currency: str, names: Names) -> list[Snapshot]:
    """Return the lines as they are stored; what they lack of the amount is one more."""
    parts = [(line, rounded_minor_units(line.amount, currency)) for line in lines]
    rest = amount - sum(part for _, part in parts)
    if parts and rest:
        parts.append((BookLine(lines[0].amount), rest))
    return [
        {
            "line": number,
            "category_id": str(names.categories[line.category]) if line.category else None,
            "amount": part,
            "memo": _text(line.memo, LONGEST_MEMO),
        }
        for number, (line, part) in enumerate(parts, start=1)
    ]


def _outcomes(db: Session, plan: _Plan) -> tuple[AccountOutcome, ...]:
    before = _before(plan.book)
    total = func.coalesce(func.sum(Transaction.amount), 0)
    statement = (
        select(Account.id, func.count(Transaction.id), Account.opening_balance + total)
        .outerjoin(Transaction, Transaction.account_id == Account.id)
        .group_by(Account.id, Account.opening_balance)
    )
    after = {row[0]: (row[1], int(row[2])) for row in db.execute(statement)}
    return tuple(
        AccountOutcome(
            plan.names.accounts[each.key][1],
            each.currency,
            before[each.key][0],
            after[plan.names.accounts[each.key][0]][0],
            before[each.key][1],
            after[plan.names.accounts[each.key][0]][1],
        )
        for each in plan.book.accounts
    )


def _before(book: Book) -> dict[str, tuple[int, int]]:
    """Return count and balance of each account as the book has them."""
    currencies = {each.key: each.currency for each in book.accounts}
    counts = Counter(each.account for each in book.transactions)
    balances = {
        each.key: rounded_minor_units(each.opening, each.currency) for each in book.accounts
    }
    for each in book.transactions:
        balances[each.account] += rounded_minor_units(each.amount, currencies[each.account])
    return {key: (counts[key], balance) for key, balance in balances.items()}


def _notes(plan: _Plan) -> Iterator[str]:
    named = {each.transfer for each in plan.book.transactions if each.transfer is not None}
    count = len(named) - len(plan.transfers)
    if count:
        said = counted(count, "transfer has", "transfers have")
        yield f"{said} no other side that fits, and stayed plain transactions."
    short = sum(plan.names.accounts[each.key][1] != each.name for each in plan.book.accounts)
    if short:
        said = counted(short, "account has", "accounts have")
        yield f"{said} another name here, because it was too long or taken."


def _text(text: str, longest: int) -> str:
    return plain(neutral(text))[:longest].strip()
