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
from functools import partial

from fintrack.access.factors import remove_factor
from fintrack.access.resets import operators_reset_token
from fintrack.access.tokens import rotate_token_keys
from fintrack.commands import bank_files, books, founding, imports, oversight, transfers
from fintrack.commands.terminal import (
    REFUSED,
    WELL,
    WRONG,
    acting,
    opened,
)
from fintrack.errors import FinTrackError, SetupError
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
    bank_files.add_command(commands, [person, tenant, machine])
    imports.add_commands(commands, [person, tenant, machine])
    transfers.add_commands(commands, [person, tenant, machine])
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
    measure.add_argument(
        "--peers",
        default="",
        metavar="PYTHON",
        help="that has the libraries which `readers` are measured beside",
    )
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
    alone: dict[str, Callable[..., None]] = {
        "readers": partial(bench_readers.main, peers=arguments.peers),
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
