"""Bank files: the file row behind every transaction."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from fintrack.access.tenants import enter_tenant
from fintrack.commands.terminal import WELL, Commands, Parser, as_user
from fintrack.context import UserSession
from fintrack.ledger.records import TransactionRecord, transaction
from fintrack.ledger.sources import SourceRecord
from fintrack.money import decimal_text


def add_commands(commands: Commands, parents: Sequence[Parser]) -> None:
    """Add the commands, each with the options that its parents know."""
    one = commands.add_parser(
        "transaction", parents=parents, help="show a transaction and the file rows behind it"
    )
    one.add_argument("id", type=UUID, help="as the export has it")
    one.set_defaults(command=as_user("reading a transaction", _transaction))


def _transaction(session: UserSession, arguments: argparse.Namespace) -> int:
    found = transaction(enter_tenant(session, arguments.tenant), arguments.id)
    if arguments.json:
        print(json.dumps(asdict(found), default=str))
    else:
        print(_transaction_line(found))
        print("".join(map(_source_lines, found.sources)), end="")
    return WELL


def _transaction_line(found: TransactionRecord) -> str:
    money = f"{decimal_text(found.amount, found.currency)} {found.currency}"
    return f"{found.booked_on} {found.payee or found.description}: {money}, {found.account}"


def _source_lines(source: SourceRecord) -> str:
    verb = "imported" if source.is_origin else "found again"
    by = f" by {source.imported_by}" if source.imported_by else ""
    place = f"{source.file_name}, line {source.line}, {verb} {source.imported_at:%Y-%m-%d}{by}"
    return f"{place}\n{source.raw}\n"
