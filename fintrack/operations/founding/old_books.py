"""The rows of the older FinTrack as one book for each of its users, and its checksum."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256

from fintrack.access.users import checked_email
from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import AccountKind
from fintrack.ledger.categories import CategoryKind
from fintrack.ledger.filters import Status
from fintrack.money import decimal_amount, exponent, rounded_minor_units
from fintrack.operations.founding.source import Row, Tables
from fintrack.statements.books.book import (
    Book,
    BookAccount,
    BookCategory,
    BookLine,
    BookTransaction,
)
from fintrack.statements.books.cells import day, likely_kinds, number, text
from fintrack.statements.plans import EARLIEST, LARGEST_AMOUNT, LATEST
from fintrack.statements.statement import StatementError
from fintrack.statements.targets import kind_of

FORMAT = "older FinTrack"
UNKNOWN_CATEGORIES = (
    "Transactions of a category that the old books do not know come without one ({:,})."
)
ROUNDED = "Amounts with more decimals than their currency has were rounded ({:,})."
# A float of the old database differs by less from what was meant.
_NOISE = Decimal("0.000001")
_OUT = frozenset("expense debit withdrawal out outflow".split())
_IN = frozenset("income credit deposit in inflow".split())
_TRUE = frozenset({"1", "true", "t", "yes"})
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class OldBook:
    """Everything that the older FinTrack held of one user."""

    email: str
    name: str
    password_hash: str
    book: Book
    checksum: str

    @property
    def currency(self) -> str:
        """Return the currency of most accounts."""
        used = [each.currency for each in self.book.accounts]
        return max(sorted(set(used)), key=used.count)


def old_books(tables: Tables, currency: str) -> list[OldBook]:
    """Return a book for each user that has an account, by the order of their addresses.

    `currency` is that of accounts which name none.

    Raises:
        InvalidInput: an address is none, or that of two users.
        StatementError: a row refers to nothing, or a cell is not what its column says.
    """
    reading = _Reading(tables, currency)
    users = sorted(tables["users"], key=lambda user: text(user["email"]).casefold())
    owners = [user for user in users if reading.accounts[text(user["id"])]]
    _require_own_addresses(owners)
    return [reading.book(user) for user in owners]


def users_without_books(tables: Tables) -> list[str]:
    """Return the addresses of the users who own no account, in their order."""
    owners = {text(account["user_id"]) for account in tables["accounts"]}
    users = (text(each["email"]) for each in tables["users"] if text(each["id"]) not in owners)
    return sorted(users, key=str.casefold)


@contextmanager
def _named(what: str, row: Row) -> Iterator[None]:
    """Say which row it is that cannot come."""
    try:
        yield
    except InvalidInput as error:
        raise StatementError(f"The {what} {text(row.get('id'))}: {error}") from error


def _require_own_ids(tables: Tables) -> None:
    for name in ("users", "accounts", "categories"):
        keys = [text(row["id"]) for row in tables[name]]
        for key, count in Counter(keys).items():
            if count > 1:
                said = f"the id {key}" if key else "no id"
                raise StatementError(f"Several {name} have {said}. Give each its own there.")


def _require_own_addresses(users: Iterable[Row]) -> None:
    sharing: dict[str, list[str]] = defaultdict(list)
    for user in users:
        address, key = text(user["email"]), text(user["id"])
        try:
            sharing[checked_email(address)].append(f"{key} ({address})")
        except InvalidInput as error:
            raise InvalidInput(
                f"The user {key} has accounts, but no e-mail address ({address!r} is none). "
                "Give him one there first."
            ) from error
    for named in sharing.values():
        if len(named) > 1:
            raise InvalidInput(
                f"The users {' and '.join(named)} share one address, as case does not matter: "
                "give each his own in the old books, then run this again."
            )


@dataclass(slots=True)
class _Reading:
    """The rows by what they belong to."""

    tables: Tables
    currency: str
    accounts: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    moves: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    categories: dict[str, BookCategory] = field(default_factory=dict)
    owned: dict[str, list[BookCategory]] = field(default_factory=lambda: defaultdict(list))
    transfers: int = 0

    def __post_init__(self) -> None:
        _require_own_ids(self.tables)
        users = {text(user["id"]) for user in self.tables["users"]}
        for account in self.tables["accounts"]:
            owner = text(account["user_id"])
            if owner not in users:
                raise StatementError(f"The account {account['id']} belongs to no user.")
            self.accounts[owner].append(account)
        owners = {text(each["id"]): text(each["user_id"]) for each in self.tables["accounts"]}
        for move in self.tables["transactions"]:
            owner = owners.get(text(move["account_id"]), "")
            if not owner:
                raise StatementError(f"The transaction {move.get('id')} is of no account.")
            with _named("transaction", move):
                _signed(move)
            self.moves[owner].append(move)
        self.categories.update(self._categories())
        for row in self.tables["categories"]:
            self.owned[text(row.get("user_id"))].append(self.categories[text(row["id"])])

    def book(self, user: Row) -> OldBook:
        owner = text(user["id"])
        currencies = {text(row["id"]): self._currency(row) for row in self.accounts[owner]}
        moves: list[BookTransaction] = []
        for row in self.moves[owner]:
            with _named("transaction", row):
                moves += self._transactions(row, currencies)
        moves.sort(key=lambda each: each.booked_on)
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for each in moves:
            sums[each.account] += each.amount
        accounts = list(self._accounts(owner, currencies, sums))
        notes = [note for row in self.accounts[owner] for note in _notes(row, sums)]
        if unknown := sum(map(self._is_lost, self.moves[owner])):
            notes.append(UNKNOWN_CATEGORIES.format(unknown))
        exact = [(text(row["account_id"]), _signed(row)) for row in self.moves[owner]]
        exact += [(text(row["id"]), _opening(row, sums)) for row in self.accounts[owner]]
        if rounded := sum(_is_rounded(amount, currencies[key]) for key, amount in exact):
            notes.append(ROUNDED.format(rounded))
        name = text(user.get("name")) or text(user["email"]).partition("@")[0]
        used = [line.category for each in moves for line in each.lines if line.category]
        kept = tuple(dict.fromkeys([*used, *self.owned[owner]]))
        book = Book(FORMAT, name, accounts, moves, kept, notes)
        secret = text(user.get("password_hash"))
        return OldBook(text(user["email"]), name, secret, book, _checksum(book))

    def _currency(self, account: Row) -> str:
        code = text(account.get("currency")) or self.currency
        with _named("account", account):
            exponent(code)
        return code

    def _accounts(
        self, owner: str, currencies: Mapping[str, str], sums: Mapping[str, Decimal]
    ) -> Iterator[BookAccount]:
        for row in self.accounts[owner]:
            with _named("account", row):
                yield _account(row, currencies, sums)

    def _is_lost(self, row: Row) -> bool:
        """Tell whether a category is named that is nowhere; a transfer has none."""
        category = text(row.get("category_id"))
        is_known = not category or category in self.categories
        return not is_known and not text(row.get("to_account_id"))

    def _transactions(self, row: Row, currencies: Mapping[str, str]) -> Iterator[BookTransaction]:
        account, other = text(row["account_id"]), text(row.get("to_account_id"))
        amount = _kept(_signed(row), currencies[account])
        plain = BookTransaction(
            account,
            _day(row["date"]),
            amount,
            text(row.get("payee")),
            text(row.get("description")),
            text(row.get("note")),
            _status(row),
        )
        if not other:
            category = self.categories.get(text(row.get("category_id")))
            yield replace(plain, lines=(BookLine(amount, category),)) if category else plain
            return
        if currencies.get(other) != currencies[account]:
            raise StatementError("It goes to no account of the same user and currency.")
        self.transfers += 1
        leg = replace(plain, amount=-abs(amount), transfer=str(self.transfers))
        yield leg
        yield replace(leg, account=other, amount=abs(amount))

    def _categories(self) -> Iterator[tuple[str, BookCategory]]:
        rows = {text(row["id"]): row for row in self.tables["categories"]}
        moves = (
            (text(row.get("category_id")), _signed(row)) for row in self.tables["transactions"]
        )
        likely = likely_kinds(((key,), amount) for key, amount in moves if key)
        for key, row in rows.items():
            said = text(row.get("type")).casefold()
            kind = likely.get((key,), CategoryKind.EXPENSE)
            if said in _IN | _OUT:
                kind = CategoryKind.INCOME if said in _IN else CategoryKind.EXPENSE
            yield key, BookCategory(kind, _path(rows, key))


def _path(rows: Mapping[str, Row], key: str) -> tuple[str, ...]:
    names: list[str] = []
    while (row := rows.get(key)) is not None and len(names) < _DEEPEST:
        names.append(text(row["name"]))
        key = text(row.get("parent_id"))
    return tuple(reversed(names))


def _signed(row: Row) -> Decimal:
    """A type says which way the amount goes; without one its sign does."""
    amount, said = number(row["amount"]), text(row.get("type")).casefold()
    return -abs(amount) if said in _OUT else abs(amount) if said in _IN else amount


def _day(value: object) -> date:
    found = day(value)
    if not EARLIEST <= found <= LATEST:
        raise StatementError("The date lies outside the years 1000 to 2999.")
    return found


def _is_rounded(amount: Decimal, currency: str) -> bool:
    return abs(amount - _kept(amount, currency)) > _NOISE


def _kept(amount: Decimal, currency: str) -> Decimal:
    minor = rounded_minor_units(amount, currency)
    if abs(minor) > LARGEST_AMOUNT:
        raise StatementError("The amount is too large.")
    return decimal_amount(minor, currency)


def _opening(row: Row, sums: Mapping[str, Decimal]) -> Decimal:
    said, balance = row.get("opening_balance"), row.get("balance")
    if said is None and balance is not None:
        return number(balance) - sums.get(text(row["id"]), Decimal())
    return number(said or 0)


def _account(row: Row, currencies: Mapping[str, str], sums: Mapping[str, Decimal]) -> BookAccount:
    key, name = text(row["id"]), text(row["name"])
    said = text(row.get("type")).upper().replace(" ", "_")
    kind = AccountKind(said) if said in set(AccountKind) else kind_of(f"{said} {name}")
    opened_on = row.get("opened_on")
    return BookAccount(
        key,
        name,
        currencies[key],
        kind,
        opening=_kept(_opening(row, sums), currencies[key]),
        opened_on=day(opened_on) if opened_on else None,
        number=text(row.get("number")),
        is_closed=text(row.get("archived")).casefold() in _TRUE,
    )


def _notes(row: Row, sums: Mapping[str, Decimal]) -> Iterator[str]:
    """Yield where the old program's own balance is not what its transactions add up to."""
    opening, said = row.get("opening_balance"), row.get("balance")
    if opening is None or said is None:
        return
    found = number(opening) + sums.get(text(row["id"]), Decimal())
    if abs(found - number(said)) > _NOISE:
        yield (
            f"{text(row['name'])} holds {found:f} by its transactions, and {number(said):f} by the "
            "balance that was kept beside them. The transactions were taken."
        )


def _status(row: Row) -> Status:
    said = text(row.get("status")).upper()
    return Status(said) if said in set(Status) else Status.CLEARED


def _checksum(book: Book) -> str:
    """Return one hash of all accounts and transactions, whichever way they were read."""
    lines = [_line(each) for each in book.accounts]
    lines += sorted(map(_line, book.transactions))
    return sha256("\n".join(lines).encode()).hexdigest()


def _line(each: BookAccount | BookTransaction) -> str:
    return json.dumps(asdict(each), default=_plain, sort_keys=True)


def _plain(value: object) -> str:
    """Return an amount however many noughts it was written with, and a day."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
