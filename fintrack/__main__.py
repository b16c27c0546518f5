"""The command line: `python -m fintrack`.

It ends with 0 when all is well, 1 when something was found wrong, 2 when it was called wrongly,
and 3 when FinTrack refuses or cannot start.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from fintrack.access.factors import remove_factor
from fintrack.access.resets import operators_reset_token
from fintrack.access.tenants import enter_tenant
from fintrack.access.tokens import rotate_token_keys
from fintrack.commands import books, founding, oversight
from fintrack.commands.terminal import (
    REFUSED,
    WELL,
    WRONG,
    acting,
    existing_file,
    opened,
    show_progress,
)
from fintrack.errors import FinTrackError, SetupError
from fintrack.ledger.accounts import account_named
from fintrack.limits import require_import_size
from fintrack.operations import (
    bench,
    bench_api,
    bench_crowd,
    bench_giant,
    bench_peers,
    bench_readers,
    checks,
    demo,
    health,
)
from fintrack.operations.installation import open_installation
from fintrack.operations.migration import newest_revision
from fintrack.statements.imports import ImportReport, commit_import
from fintrack.statements.mapping import Question
from fintrack.statements.previews import Preview, preview_answered
from fintrack.statements.read import FORMATS
from fintrack.ui import bench_screens
from fintrack.ui.bench import RERUNS
from fintrack.ui.session import own_address


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
    doctor.add_argument("--repair", action="store_true", help="rebuild totals that are wrong")
    doctor.set_defaults(command=_doctor)
    migrate = commands.add_parser("migrate", help="prepare and migrate the database")
    migrate.set_defaults(command=_migrate)
    check = commands.add_parser("check", parents=[machine], help="run everything that CI checks")
    check.add_argument("only", nargs="*", help=f"of {', '.join(checks.CHECKS)}; all by default")
    check.set_defaults(command=_check)
    measure = commands.add_parser("bench", parents=[machine], help="measure on a server of its own")
    _take_measures(measure)
    sample = commands.add_parser("demo", parents=[person], help="make the user's sample tenant")
    sample.set_defaults(command=_demo)
    tenant = argparse.ArgumentParser(add_help=False)
    tenant.add_argument("--tenant", required=True, metavar="SLUG", help="the name in its address")
    read = commands.add_parser("import", parents=[person, tenant, machine], help="read a bank file")
    read.add_argument("file", type=existing_file, help=FORMATS)
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
    books.add_commands(commands, [person, tenant], [person, machine], [machine])
    founding.add_command(commands, [machine])
    link = commands.add_parser(
        "reset-link", parents=[person], help="print a link that sets a password"
    )
    link.set_defaults(command=_reset_link)
    keys = commands.add_parser("rotate-keys", help="sign access tokens of the API with a new key")
    keys.set_defaults(command=_rotate_keys)
    lost = commands.add_parser("remove-factor", parents=[person], help="take a lost factor off")
    lost.set_defaults(command=_remove_factor)
    oversight.add_commands(commands, tenant, machine)
    return parser


def _take_measures(measure: argparse.ArgumentParser) -> None:
    measure.add_argument(
        "what",
        nargs="?",
        choices=["readers", "api", "giant", "screens", "fleet", "peers"],
        help="bank files, the HTTP API, a tenant of a million transactions, many tabs, 10,000 "
        "tenants, or Fava and Actual on the same books",
    )
    measure.add_argument("--seconds", type=float, default=60, help="how long the load runs")
    measure.add_argument(
        "--sessions", type=int, default=bench_screens.SESSIONS, help="open tabs of `screens`"
    )
    measure.add_argument("--tenants", type=int, nargs="+", help="of each fleet")
    measure.add_argument("--rows", type=int, default=bench_crowd.ROWS, help="of each, in `fleet`")
    measure.set_defaults(command=_bench)


def _doctor(arguments: argparse.Namespace) -> int:
    try:
        installation = open_installation()
        for slug in health.rebuild_totals(installation) if arguments.repair else ():
            print(f"The totals of {slug} are rebuilt.", file=sys.stderr)
        found = health.problems(installation)
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
    alone = {
        "readers": bench_readers.main,
        "api": bench_api.main,
        "giant": bench_giant.main,
        "peers": bench_peers.main,
    }
    if arguments.what == "screens":
        bench_screens.main(
            as_json=arguments.json, seconds=arguments.seconds, sessions=arguments.sessions
        )
        return WELL
    if arguments.what == "fleet":
        many = max(arguments.tenants or [bench_crowd.MANY])
        bench_crowd.main(as_json=arguments.json, tenants=many, rows=arguments.rows)
        return WELL
    if arguments.what:
        alone[arguments.what](as_json=arguments.json)
        return WELL
    sizes = sorted(arguments.tenants or bench.SIZES)
    bench.main(RERUNS, as_json=arguments.json, seconds=arguments.seconds, sizes=sizes)
    return WELL


def _demo(arguments: argparse.Namespace) -> int:
    with acting(arguments.email, "demo") as session:
        context = demo.create_sample(session, datetime.now(UTC).date())
    print(f"{context.name} is ready: /?tenant={context.slug}")
    return WELL


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
    with acting(arguments.email, "import") as session:
        context = enter_tenant(session, arguments.tenant)
        account = account_named(context, arguments.account).id if arguments.account else None
        require_import_size(context, arguments.file.stat().st_size)
        content, name = arguments.file.read_bytes(), arguments.file.name
        answers = dict(arguments.answer)
        preview = preview_answered(context, content, name, answers, account_id=account)
        if preview.questions:
            print("\n".join(map(_asked, preview.questions)), file=sys.stderr)
            return WRONG
        done: Preview | ImportReport = preview
        if not arguments.dry_run:
            done = commit_import(context, preview, progress=show_progress)
    return _report_import(preview, done, as_json=arguments.json)


def _report_import(preview: Preview, done: Preview | ImportReport, *, as_json: bool) -> int:
    refused = [(row.line, row.reason) for each in preview.statements for row in each.plan.refused]
    rows = {"matched": preview.matched, "rejected": refused}
    links = [(each.line, each.reason, each.is_certain) for each in preview.transfers]
    if as_json:
        told = {name: [{"line": n, "reason": why} for n, why in rows[name]] for name in rows}
        linked = [{"line": n, "reason": why, "linked": sure} for n, why, sure in links]
        counts = {"new": done.new, "duplicate": done.duplicate}
        print(json.dumps({**counts, **told, "transfers": linked}))
    else:
        print(f"{done.new} new, {done.duplicate} known, {done.rejected} refused")
        words = [(n, f"{'Transfer' if sure else 'Perhaps'} {why}") for n, why, sure in links]
        lines = [*preview.matched, *words, *refused]
        print("".join(f"  line {line}: {reason}\n" for line, reason in lines), end="")
    return WRONG if refused else WELL


def _reset_link(arguments: argparse.Namespace) -> int:
    with acting(arguments.email, "reset link") as session:
        token = operators_reset_token(session)
    print(f"For an hour, and once: {own_address(reset=token)}")
    return WELL


def _rotate_keys(_arguments: argparse.Namespace) -> int:
    with opened():
        kid = rotate_token_keys()
    print(f"Key {kid} signs access tokens now; those of the one before hold until they expire.")
    return WELL


def _remove_factor(arguments: argparse.Namespace) -> int:
    with acting(arguments.email, "removal of the second factor") as session:
        remove_factor(session)
    print(f"{session.email} signs in with the password alone; every session has ended.")
    return WELL


if __name__ == "__main__":
    sys.exit(main())
