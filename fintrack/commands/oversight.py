"""Commands for whoever runs this FinTrack: limits, suspension, and the worker."""

import argparse
import json
import signal
import time
from dataclasses import asdict
from threading import Event

from fintrack.commands.terminal import WELL, WRONG, Commands, Parser, opened
from fintrack.limits import Limit
from fintrack.operations.tenants import (
    LimitUse,
    limits_of,
    resume_tenant,
    set_limit,
    suspend_tenant,
)
from fintrack.operations.worker import HOUR, JOBS, PAUSE, deliver, run_jobs


def add_commands(commands: Commands, tenant: Parser, machine: Parser) -> None:
    """Add the commands to those of `python -m fintrack`."""
    limits = commands.add_parser(
        "limits", parents=[tenant, machine], help="say, or change, how much a tenant may have"
    )
    limits.add_argument(
        "exceptions",
        nargs="*",
        type=_exception,
        metavar="NAME=MOST",
        help=f"{', '.join(map(_word, Limit))}; MOST is a number, or default",
    )
    limits.set_defaults(command=_limits)
    suspend = commands.add_parser("suspend", parents=[tenant], help="shut a tenant for everybody")
    suspend.set_defaults(command=_suspend)
    resume = commands.add_parser("resume", parents=[tenant], help="open a suspended tenant again")
    resume.set_defaults(command=_resume)
    worker = commands.add_parser("worker", help="do what is due, and tell webhooks, until stopped")
    worker.add_argument("--once", action="store_true", help="do what is due now, and end")
    worker.set_defaults(command=_worker)


def _word(limit: Limit) -> str:
    return limit.lower().replace("_", "-")


def _exception(text: str) -> tuple[Limit, int | None]:
    name, _, most = text.partition("=")
    limit = next((each for each in Limit if _word(each) == name.lower()), None)
    if limit is None or not (most == "default" or most.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text} is no NAME=MOST")
    return limit, None if most == "default" else int(most)


def _limits(arguments: argparse.Namespace) -> int:
    with opened():
        for limit, most in arguments.exceptions:
            set_limit(arguments.tenant, limit, most)
        found = limits_of(arguments.tenant)
    if arguments.json:
        print(json.dumps([asdict(each) for each in found]))
    else:
        print("\n".join(map(_use, found)))
    return WELL


def _use(each: LimitUse) -> str:
    most = "any number" if each.most is None else f"{each.most:,}"
    used = "" if each.used is None else f"{each.used:,} of "
    return f"{_word(each.limit)}: {used}{most}{' (an exception)' if each.is_own else ''}"


def _suspend(arguments: argparse.Namespace) -> int:
    with opened():
        suspend_tenant(arguments.tenant)
    print(f"Nobody enters {arguments.tenant} until `resume`.")
    return WELL


def _resume(arguments: argparse.Namespace) -> int:
    with opened():
        resume_tenant(arguments.tenant)
    print(f"{arguments.tenant} is open again.")
    return WELL


def _worker(arguments: argparse.Namespace) -> int:
    with opened():
        if arguments.once:
            return _work()
        stopped = Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda *_: stopped.set())
        while True:
            outcome = _work()
            if _stopped_within_the_hour(stopped):
                return outcome


def _stopped_within_the_hour(stopped: Event) -> bool:
    end = time.monotonic() + HOUR
    while time.monotonic() < end and not stopped.is_set():
        if not deliver(stopped):
            stopped.wait(PAUSE)
    return stopped.is_set()


def _work() -> int:
    done = run_jobs()
    print("\n".join(f"{count:,} {what}" for what, count in done.items()), flush=True)
    return WELL if len(done) == len(JOBS) else WRONG
