"""Bank files: what was imported, the way back, and the file row behind every transaction."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from fintrack.access.tenants import enter_tenant
from fintrack.api.import_history import (
    Imported,
    ImportedAccount,
    ImportListed,
    ImportTold,
    import_told,
    imports_listed,
    touched_told,
)
from fintrack.commands.terminal import WELL, WRONG, Commands, Parser, as_user
from fintrack.context import TenantContext, UserSession
from fintrack.ledger.records import TransactionRecord, transaction
from fintrack.ledger.sources import SourceRecord
from fintrack.money import decimal_text
from fintrack.statements.undoing import undo_import
from fintrack.texts import counted

NEWEST, PAGE = 20, 200


def add_commands(commands: Commands, parents: Sequence[Parser]) -> None:
    """Add the commands, each with the options that its parents know."""
    before = commands.add_parser("imports", parents=parents, help="list what was imported before")
    before.add_argument("id", type=UUID, nargs="?", help="show this one with what was refused")
    before.add_argument("--limit", type=int, default=NEWEST, help="how many, the newest first")
    before.set_defaults(command=as_user("list of imports", _imports))
    back = commands.add_parser("undo-import", parents=parents, help="take an import back")
    back.add_argument("id", type=UUID, help="as `imports` lists it")
    back.add_argument(
        "--also-edited", action="store_true", help="with what was changed since, which it lists"
    )
    back.set_defaults(command=as_user("undo of an import", _undo))
    one = commands.add_parser(
        "transaction", parents=parents, help="show a transaction and the file rows behind it"
    )
    one.add_argument("id", type=UUID, help="as the export has it")
    one.set_defaults(command=as_user("reading a transaction", _transaction))


def _imports(session: UserSession, arguments: argparse.Namespace) -> int:
    context = enter_tenant(session, arguments.tenant)
    if arguments.id:
        return _show(import_told(context, arguments.id), as_json=arguments.json)
    found = _newest(context, arguments.limit)
    if arguments.json:
        print(json.dumps([each.model_dump(mode="json") for each in found]))
    else:
        print("".join(f"{_import_line(each, each.rejected)}\n" for each in found), end="")
    return WELL


def _newest(context: TenantContext, limit: int) -> list[ImportListed]:
    found: list[ImportListed] = []
    while len(found) < limit:
        older = imports_listed(
            context, min(limit - len(found), PAGE), found[-1].id if found else None
        )
        if not older:
            break
        found += older
    return found


def _show(found: ImportTold, *, as_json: bool) -> int:
    if as_json:
        print(found.model_dump_json())
        return WELL
    print(_import_line(found, len(found.rejected)))
    if found.first_day:
        print(f"  from {found.first_day} to {found.last_day}")
    print("".join(f"{_account_line(each)}\n" for each in found.accounts), end="")
    print("".join(f"  line {each.line}: {each.reason}\n" for each in found.rejected), end="")
    return WELL


def _import_line(found: Imported, rejected: int) -> str:
    counts = _counts(found.new, found.duplicate, rejected)
    undone = ", undone" if found.undone else ""
    return f"{found.id}  {found.imported_at:%Y-%m-%d}  {found.file_name}: {counts}{undone}"


def _counts(new: int, known: int, refused: int) -> str:
    return f"{new} new, {known} known, {refused} refused"


def _account_line(each: ImportedAccount) -> str:
    counts = _counts(each.new, each.duplicate, each.rejected)
    line = f"  {each.name}: {counts}; {each.balance_before} → {each.balance_after} {each.currency}"
    return f"{line}; {balance_words(each)}" if each.closing_balance is not None else line


def balance_words(each: ImportedAccount) -> str:
    """Return whether the books have the closing balance that the file states."""
    stated = f"the file’s closing balance {each.closing_balance} {each.currency}"
    is_off = Decimal(each.difference or 0) != 0
    return f"{stated} is off by {each.difference}" if is_off else f"{stated} agrees"


def _undo(session: UserSession, arguments: argparse.Namespace) -> int:
    context = enter_tenant(session, arguments.tenant)
    report = undo_import(context, arguments.id, also_edited=arguments.also_edited)
    touched = report.touched.to_dict("records")
    if arguments.json:
        told = {"removed": report.removed, "touched": [touched_told(each) for each in touched]}
        print(json.dumps(told))
    elif report.is_done:
        print(f"{counted(report.removed, 'transaction', 'transactions')} removed.")
    else:
        print("".join(map(_touched_line, touched)), end="")
        print("Nothing is removed. Take these back as well with --also-edited.", file=sys.stderr)
    return WELL if report.is_done else WRONG


def _touched_line(row: dict[Any, Any]) -> str:
    money = f"{decimal_text(row['amount'], row['currency'])} {row['currency']}"
    return f"  {row['booked_on']:%Y-%m-%d} {row['payee']}: {money}, {row['change']}\n"


def _transaction(session: UserSession, arguments: argparse.Namespace) -> int:
    found = transaction(enter_tenant(session, arguments.tenant), arguments.id)
    if arguments.json:
        print(json.dumps(asdict(found), default=str))
    else:
        print(_transaction_line(found))
        print(_transfer_line(found), end="")
        print("".join(map(_source_lines, found.sources)), end="")
    return WELL


def _transaction_line(found: TransactionRecord) -> str:
    money = f"{decimal_text(found.amount, found.currency)} {found.currency}"
    return f"{found.booked_on} {found.payee or found.description}: {money}, {found.account}"


def _transfer_line(found: TransactionRecord) -> str:
    if found.transfer_id is None:
        return ""
    leg = found.other_leg
    money = f"{decimal_text(leg.amount, leg.currency)} {leg.currency}" if leg else ""
    other = f" with {leg.booked_on}: {money}, {leg.account}" if leg else ""
    return f"Transfer {found.transfer_id}{other}\n"


def _source_lines(source: SourceRecord) -> str:
    verb = "imported" if source.is_origin else "found again"
    by = f" by {source.imported_by}" if source.imported_by else ""
    place = f"{source.file_name}, line {source.line}, {verb} {source.imported_at:%Y-%m-%d}{by}"
    return f"{place}\n{source.raw}\n"
