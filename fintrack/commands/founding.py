"""The founding migration on the command line."""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

from fintrack.commands.terminal import WELL, WRONG, Commands, Parser, opened, show_progress
from fintrack.errors import InvalidInput
from fintrack.money import CURRENCIES
from fintrack.operations.demo import COUNTRY, CURRENCY
from fintrack.operations.founding.old_books import (
    OldBook,
    old_books,
    users_without_books,
)
from fintrack.operations.founding.reversal import Founded, founded, founded_from, reverse
from fintrack.operations.founding.source import old_tables
from fintrack.operations.founding.tenants import (
    OldUser,
    State,
    found,
    survey,
    without_books,
)

NOTHING = "There is nothing to take back."
WOULD = "would be reversed"


def add_command(commands: Commands, parents: Sequence[Parser]) -> None:
    """Add the command."""
    migrate = commands.add_parser(
        "migrate-from", parents=parents, help="bring an older, single-tenant FinTrack"
    )
    migrate.add_argument("source", nargs="?", help="a SQLAlchemy URL, or a folder of CSV files")
    migrate.add_argument(
        "--dry-run", action="store_true", help="say what would come or go, write nothing"
    )
    migrate.add_argument(
        "--reverse",
        action="store_true",
        help="take back what was not used since, of the source or of all",
    )
    migrate.add_argument(
        "--currency", choices=CURRENCIES, metavar="CODE", default=CURRENCY, help="if none is said"
    )
    migrate.add_argument("--country", metavar="CODE", default=COUNTRY, help="of the new tenants")

    def run(arguments: argparse.Namespace) -> int:
        with opened():
            return _reverse(arguments) if arguments.reverse else _migrate(arguments)

    migrate.set_defaults(command=run)


def _migrate(arguments: argparse.Namespace) -> int:
    if not arguments.source:
        raise InvalidInput("Say where the old books are: a URL or a folder.")
    tables = old_tables(arguments.source)
    old = old_books(tables, arguments.currency)
    told = [survey(each) for each in old]
    if not arguments.dry_run:
        _found(old, told, arguments.country)
        told = [_after(user, survey(each)) for each, user in zip(old, told, strict=True)]
    told += map(without_books, users_without_books(tables))
    if arguments.json:
        print(json.dumps([asdict(each) for each in told]))
    else:
        print("\n".join(line for each in told for line in _lines(each)))
    return WRONG if any(each.state is State.CHANGED for each in told) else WELL


def _after(before: OldUser, now: OldUser) -> OldUser:
    """Tell what this run brought from what was there before it."""
    is_brought = now.state is State.THERE and before.state is not State.THERE
    return replace(now, state=State.BROUGHT) if is_brought else now


def _found(old: Sequence[OldBook], before: Sequence[OldUser], country: str) -> None:
    done, total = 0, sum(each.transactions for each in before)
    for book, user in zip(old, before, strict=True):
        if user.state is not State.CHANGED:
            found(book, country)
        done += user.transactions
        show_progress(done, total)


def _lines(each: OldUser) -> Iterator[str]:
    if each.state is State.EMPTY:
        yield f"{each.state:14}{each.email}: {' '.join(each.notes)}"
        return
    sums = ", ".join(f"{total} {currency}" for currency, total in each.sums.items())
    counts = f"{each.accounts:,} accounts, {each.transactions:,} transactions"
    yield f"{each.state:14}{each.email}: {counts}, {sums}"
    yield f"{'':14}sha256 {each.checksum}"
    yield from (f"{'':14}{note}" for note in each.notes)


def _reverse(arguments: argparse.Namespace) -> int:
    source = arguments.source
    old = old_books(old_tables(source), arguments.currency) if source else None
    chosen = founded() if old is None else founded_from(old)
    if arguments.dry_run:
        return _rehearse(chosen, as_json=arguments.json)
    outcomes = dict(reverse(chosen))
    if arguments.json:
        print(json.dumps(outcomes))
    else:
        lines = [f"{email}: {outcome}" for email, outcome in outcomes.items()]
        print("\n".join(lines) or NOTHING)
    return WELL if set(outcomes.values()) <= {"reversed"} else WRONG


def _rehearse(chosen: Sequence[Founded], *, as_json: bool) -> int:
    if as_json:
        print(json.dumps([_row(each) for each in chosen]))
    else:
        print("\n".join(map(_line, chosen)) or NOTHING)
    return WRONG if any(each.refusal for each in chosen) else WELL


def _row(each: Founded) -> dict[str, str | int]:
    return {
        "email": each.email,
        "outcome": each.refusal or WOULD,
        "accounts": each.accounts,
        "transactions": each.transactions,
        "takes_user": each.takes_user,
    }


def _line(each: Founded) -> str:
    if each.refusal:
        return f"{each.email}: {each.refusal}"
    counts = f"{each.accounts:,} accounts, {each.transactions:,} transactions"
    return f"{each.email}: {WOULD}, {counts}{', and the user' if each.takes_user else ''}"
