"""The command line: `python -m fintrack`.

It ends with 0 when all is well, 1 when something was found wrong, 2 when it was called wrongly,
and 3 when FinTrack refuses or cannot start.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from fintrack.access.factors import remove_factor
from fintrack.access.resets import operators_reset_token
from fintrack.access.tenants import enter_tenant
from fintrack.context import TenantContext, UserSession
from fintrack.db import Logins, connect, disconnect
from fintrack.errors import FinTrackError, InvalidInput, SetupError
from fintrack.ledger.account_files.export import AccountFormat, export_account
from fintrack.ledger.accounts import account_named
from fintrack.ledger.exports import export_transactions
from fintrack.ledger.journals.export import JournalFormat, export_journal
from fintrack.money import decimal_text
from fintrack.operations import bench, bench_readers, checks, demo, health
from fintrack.operations.archive.export import export_book
from fintrack.operations.archive.restore import restore_book
from fintrack.operations.archive.table_files import TableFormat, export_table
from fintrack.operations.archive.verify import verify_book
from fintrack.operations.installation import open_installation
from fintrack.operations.migration import newest_revision
from fintrack.operations.operators import acting_for
from fintrack.statements.books.report import AccountOutcome
from fintrack.statements.imports import ImportReport, commit_import
from fintrack.statements.mapping import Question
from fintrack.statements.previews import Preview, check_size, preview_import, with_answers
from fintrack.statements.read import FORMATS
from fintrack.ui.bench import RERUNS
from fintrack.ui.session import own_address

WELL, WRONG, REFUSED = 0, 1, 3
JOURNALS = {"beancount": JournalFormat.BEANCOUNT, "hledger": JournalFormat.HLEDGER}
EXPORTS = ("csv", *JOURNALS, *AccountFormat, *TableFormat)
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - nameless


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that `words`, else the shell, name; return the exit code."""
    arguments = _parser().parse_args(words)
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except FinTrackError as error:
        print(error, file=sys.stderr)
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m fintrack", description="Look after a FinTrack.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    machine = argparse.ArgumentParser(add_help=False)
    machine.add_argument("--json", action="store_true", help="answer in JSON")
    person = argparse.ArgumentParser(add_help=False)
    person.add_argument("--as", dest="email", required=True, help="the user's e-mail address")

    doctor = commands.add_parser("doctor", parents=[machine], help="say what is wrong here")
    doctor.set_defaults(command=_doctor)
    migrate = commands.add_parser("migrate", help="prepare and migrate the database")
    migrate.set_defaults(command=_migrate)
    check = commands.add_parser("check", parents=[machine], help="run everything that CI checks")
    check.add_argument("only", nargs="*", help=f"of {', '.join(checks.CHECKS)}; all by default")
    check.set_defaults(command=_check)
    measure = commands.add_parser("bench", parents=[machine], help="measure on a server of its own")
    measure.add_argument(
        "what", nargs="?", choices=["readers"], help="of bank files; all but those by default"
    )
    measure.add_argument("--seconds", type=float, default=60, help="how long the load runs")
    measure.add_argument(
        "--tenants", type=int, nargs="+", default=bench.SIZES, help="of each fleet"
    )
    measure.set_defaults(command=_bench)
    sample = commands.add_parser("demo", parents=[person], help="make the user's sample tenant")
    sample.set_defaults(command=_demo)
    tenant = argparse.ArgumentParser(add_help=False)
    tenant.add_argument("--tenant", required=True, metavar="SLUG", help="the name in its address")
    read = commands.add_parser("import", parents=[person, tenant, machine], help="read a bank file")
    read.add_argument("file", type=_file, help=FORMATS)
    read.add_argument("--account", metavar="NAME", help="where its transactions go")
    read.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
    read.add_argument(
        "--answer",
        action="append",
        default=[],
        type=_answer,
        metavar="FIELD=VALUE",
        help="to what the file leaves open, such as date_order=dmy; may be repeated",
    )
    read.set_defaults(command=_import)
    _add_book_commands(commands, person, tenant, machine)
    link = commands.add_parser(
        "reset-link", parents=[person], help="print a link that sets a password"
    )
    link.set_defaults(command=_reset_link)
    lost = commands.add_parser("remove-factor", parents=[person], help="take a lost factor off")
    lost.set_defaults(command=_remove_factor)
    return parser


def _add_book_commands(
    commands: Commands,
    person: argparse.ArgumentParser,
    tenant: argparse.ArgumentParser,
    machine: argparse.ArgumentParser,
) -> None:
    export = commands.add_parser("export", parents=[person, tenant], help="write to the output")
    export.add_argument("--book", type=Path, metavar="FILE", help="write the whole book there")
    export.add_argument("--format", choices=EXPORTS, default="csv", help="csv by default")
    export.add_argument("--account", metavar="NAME", help="which one, as OFX or QIF")
    export.add_argument("--table", default="transactions", help="which one, as XLSX or Parquet")
    export.set_defaults(command=_export)
    bring = commands.add_parser(
        "import-book", parents=[person, machine], help="bring a whole book into a new tenant"
    )
    bring.add_argument("file", type=_file, help="FinTrack's export of a book")
    bring.add_argument("--name", default="", help="of the new tenant; as in the file by default")
    bring.set_defaults(command=_import_book)
    verify = commands.add_parser("verify", parents=[machine], help="say if a book was altered")
    verify.add_argument("file", type=_file, help="FinTrack's export of a book")
    verify.add_argument("--seal", metavar="FINGERPRINT", help="that the file must bear")
    verify.set_defaults(command=_verify)


def _doctor(arguments: argparse.Namespace) -> int:
    try:
        found = health.problems(open_installation())
    except SetupError as error:
        found = [str(error)]
    if arguments.json:
        print(json.dumps({"problems": found}))
    else:
        print("\n".join(found) or "Nothing is wrong.")
    return WRONG if found else WELL


def _migrate(_arguments: argparse.Namespace) -> int:
    open_installation()
    print(f"The schema is at revision {newest_revision()}.")
    return WELL


def _check(arguments: argparse.Namespace) -> int:
    chosen = arguments.only or list(checks.CHECKS)
    unknown = [name for name in chosen if name not in checks.CHECKS]
    if unknown:
        print(f"There is no check {', '.join(unknown)}.", file=sys.stderr)
        return REFUSED
    output = sys.stderr if arguments.json else sys.stdout
    outcomes = checks.run_checks({name: checks.CHECKS[name] for name in chosen}, output)
    if arguments.json:
        print(json.dumps([asdict(outcome) for outcome in outcomes]))
    else:
        print()
        for outcome in outcomes:
            print(f"{'ok  ' if outcome.passed else 'FAIL'} {outcome.name} {outcome.seconds} s")
    return WELL if all(outcome.passed for outcome in outcomes) else WRONG


def _bench(arguments: argparse.Namespace) -> int:
    if arguments.what == "readers":
        bench_readers.main(as_json=arguments.json)
        return WELL
    sizes = sorted(arguments.tenants)
    bench.main(RERUNS, as_json=arguments.json, seconds=arguments.seconds, sizes=sizes)
    return WELL


def _demo(arguments: argparse.Namespace) -> int:
    with _acting(arguments.email, "demo") as session:
        context = demo.create_sample(session, datetime.now(UTC).date())
    print(f"{context.name} is ready: /?tenant={context.slug}")
    return WELL


def _file(name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {name}")
    return path


def _answer(text: str) -> tuple[str, str]:
    field, _, value = text.partition("=")
    if not value:
        raise argparse.ArgumentTypeError(f"{text} is no FIELD=VALUE")
    return field, value


def _asked(question: Question) -> str:
    choices = "\n".join(
        f"  --answer {question.field}={each.value}  {each.label}" for each in question.choices
    )
    return f"{question.sentence}\n{choices}"


def _import(arguments: argparse.Namespace) -> int:
    with _acting(arguments.email, "import") as session:
        context = enter_tenant(session, arguments.tenant)
        account = account_named(context, arguments.account).id if arguments.account else None
        check_size(arguments.file.stat().st_size)
        content, name = arguments.file.read_bytes(), arguments.file.name
        preview = preview_import(context, content, name, account_id=account)
        answers = dict(arguments.answer)
        while mapping := with_answers(preview, answers):
            preview = preview_import(context, content, name, account_id=account, mapping=mapping)
        if preview.questions:
            print("\n".join(map(_asked, preview.questions)), file=sys.stderr)
            return WRONG
        done: Preview | ImportReport = preview
        if not arguments.dry_run:
            done = commit_import(context, preview, progress=_show_progress)
    refused = [row for each in preview.statements for row in each.plan.refused]
    if arguments.json:
        rejected = [{"line": row.line, "reason": row.reason} for row in refused]
        print(json.dumps({"new": done.new, "duplicate": done.duplicate, "rejected": rejected}))
    else:
        print(f"{done.new} new, {done.duplicate} known, {done.rejected} refused")
        print("".join(f"  line {row.line}: {row.reason}\n" for row in refused), end="")
    return WRONG if refused else WELL


def _show_progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done:,} of {of:,} rows", end="" if done < of else "\n", file=sys.stderr)


def _export(arguments: argparse.Namespace) -> int:
    with _acting(arguments.email, "export") as session:
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


def _import_book(arguments: argparse.Namespace) -> int:
    with _acting(arguments.email, "import of a book") as session, arguments.file.open("rb") as file:
        report = restore_book(session, file, name=arguments.name, progress=_show_progress)
    if arguments.json:
        accounts = [asdict(each) for each in report.accounts]
        print(json.dumps({"tenant": report.context.slug, "accounts": accounts}))
    else:
        print(f"{report.context.name} is ready: /?tenant={report.context.slug}")
        print("".join(map(_account_line, report.accounts)), end="")
        print("".join(f"{note}\n" for note in report.notes), end="")
    return WELL if report.is_equal else WRONG


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


def _reset_link(arguments: argparse.Namespace) -> int:
    with _acting(arguments.email, "reset link") as session:
        token = operators_reset_token(session)
    print(f"For an hour, and once: {own_address(reset=token)}")
    return WELL


def _remove_factor(arguments: argparse.Namespace) -> int:
    with _acting(arguments.email, "removal of the second factor") as session:
        remove_factor(session)
    print(f"{session.email} signs in with the password alone; every session has ended.")
    return WELL


@contextmanager
def _acting(email: str, reason: str) -> Iterator[UserSession]:
    """Open the installation and act for the user; leave no connection behind."""
    opened = open_installation()
    connect(Logins(opened.app_url, opened.sign_in_url, opened.maintenance_url))
    try:
        with acting_for(email, reason) as session:
            yield session
    finally:
        disconnect()


if __name__ == "__main__":
    sys.exit(main())
