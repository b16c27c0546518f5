"""Whole books: writing one, bringing one, proving that one was not altered."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from fintrack.access.tenants import enter_tenant
from fintrack.api.books import brought
from fintrack.commands.terminal import (
    WELL,
    WRONG,
    Commands,
    Parser,
    as_user,
    existing_file,
    show_progress,
)
from fintrack.context import TenantContext, UserSession
from fintrack.errors import InvalidInput
from fintrack.ledger.account_files.export import AccountFormat, export_account
from fintrack.ledger.accounts import account_named
from fintrack.ledger.exports import export_transactions
from fintrack.ledger.journals.export import JournalFormat, export_journal
from fintrack.money import CURRENCIES, decimal_text
from fintrack.operations.archive.export import export_book
from fintrack.operations.archive.table_files import TableFormat, export_table
from fintrack.operations.archive.verify import verify_book
from fintrack.operations.books import import_book
from fintrack.statements.books.book import Hints
from fintrack.statements.books.read import PROGRAMS
from fintrack.statements.books.report import AccountOutcome, BookReport
from fintrack.statements.mapping import DateOrder

JOURNALS = {"beancount": JournalFormat.BEANCOUNT, "hledger": JournalFormat.HLEDGER}
EXPORTS = ("csv", *JOURNALS, *AccountFormat, *TableFormat)


def add_commands(
    commands: Commands,
    of_tenant: Sequence[Parser],
    of_person: Sequence[Parser],
    of_machine: Sequence[Parser],
) -> None:
    """Add the commands, each with the options that its parents know."""
    export = commands.add_parser("export", parents=of_tenant, help="write to the output")
    export.add_argument("--book", type=Path, metavar="FILE", help="write the whole book there")
    export.add_argument("--format", choices=EXPORTS, default="csv", help="csv by default")
    export.add_argument("--account", metavar="NAME", help="which one, as OFX or QIF")
    export.add_argument("--table", default="transactions", help="which one, as XLSX or Parquet")
    export.set_defaults(command=as_user("export", _export))
    bring = commands.add_parser(
        "import-book", parents=of_person, help="bring a whole book into a new tenant"
    )
    bring.add_argument("file", type=existing_file, help=f"exported by {PROGRAMS}")
    bring.add_argument("--name", default="", help="of the new tenant; as in the file by default")
    bring.add_argument("--currency", choices=CURRENCIES, metavar="CODE", help="if none is said")
    bring.add_argument("--date-order", choices=[*DateOrder], help="if days can be read two ways")
    bring.set_defaults(command=as_user("import of a book", _import_book))
    verify = commands.add_parser("verify", parents=of_machine, help="say if a book was altered")
    verify.add_argument("file", type=existing_file, help="FinTrack's export of a book")
    verify.add_argument("--seal", metavar="FINGERPRINT", help="that the file must bear")
    verify.set_defaults(command=_verify)


def _export(session: UserSession, arguments: argparse.Namespace) -> int:
    context = enter_tenant(session, arguments.tenant)
    if arguments.book:
        _write_book(arguments.book, context)
    else:
        sys.stdout.buffer.writelines(_exported(context, arguments))
    return WELL


def _exported(context: TenantContext, arguments: argparse.Namespace) -> Iterator[bytes]:
    form = arguments.format
    if form in {*AccountFormat}:
        if not arguments.account:
            raise InvalidInput("Say which account, with --account NAME.")
        account_id = account_named(context, arguments.account).id
        return export_account(context, account_id, AccountFormat(form))
    if form in {*TableFormat}:
        return export_table(context, arguments.table, TableFormat(form))
    if form in JOURNALS:
        return export_journal(context, JOURNALS[form])
    return export_transactions(context)


def _write_book(path: Path, context: TenantContext) -> None:
    """Write the file under another name first, so that no half of it ever bears its name."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            file.writelines(export_book(context))
        unfinished.replace(path)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from error


def _import_book(session: UserSession, arguments: argparse.Namespace) -> int:
    order = DateOrder(arguments.date_order) if arguments.date_order else None
    with arguments.file.open("rb") as file:
        report = import_book(
            session,
            file,
            arguments.file.name,
            name=arguments.name,
            hints=Hints(arguments.currency, order),
            progress=show_progress,
        )
    _tell(report, as_json=arguments.json)
    return WELL if report.is_equal else WRONG


def _tell(report: BookReport, *, as_json: bool) -> None:
    if as_json:
        print(brought(report).model_dump_json())
        return
    print(f"{report.context.name} is ready, from {report.format}: /?tenant={report.context.slug}")
    print("".join(map(_account_line, report.accounts)), end="")
    if report.content_hash:
        print(f"Content {report.content_hash}")
    print("".join(f"{note}\n" for note in report.notes), end="")


def _account_line(each: AccountOutcome) -> str:
    counts = f"{each.count_before:,} → {each.count_after:,} transactions"
    before = decimal_text(each.balance_before, each.currency)
    after = decimal_text(each.balance_after, each.currency)
    mark = "ok  " if each.is_equal else "OFF "
    return f"{mark}{each.name}: {counts}, {before} → {after} {each.currency}\n"


def _verify(arguments: argparse.Namespace) -> int:
    with arguments.file.open("rb") as file:
        verdict = verify_book(file)
    problems = list(verdict.problems)
    if arguments.seal not in {None, verdict.signer}:
        problems.append("Another FinTrack sealed this file.")
    if arguments.json:
        print(json.dumps({"problems": problems, "seal": verdict.signer}))
    else:
        manifest = verdict.manifest
        print("\n".join(problems) or f"Unaltered since {manifest.as_of}.")
        print(f"Seal {verdict.signer}\nContent {manifest.content_hash}\n{manifest.sight}")
    return WRONG if problems else WELL
