"""Transfers: what a transaction could be one with, linked and taken apart."""

import argparse
import json
from collections.abc import Sequence
from uuid import UUID

from fintrack.access.tenants import enter_tenant
from fintrack.api.transactions import Changed
from fintrack.api.transfers import CandidateTold, candidate_told, transfer_told
from fintrack.commands.terminal import WELL, Commands, Parser, as_user
from fintrack.context import UserSession
from fintrack.ledger.transfer_candidates import transfer_candidates
from fintrack.ledger.transfers import link_transfer, unlink_transfer
from fintrack.texts import counted


def add_commands(commands: Commands, parents: Sequence[Parser]) -> None:
    """Add the commands, each with the options that its parents know."""
    found = commands.add_parser(
        "transfer-candidates", parents=parents, help="list what may be the other side of a transfer"
    )
    found.add_argument("id", type=UUID, help="of a transaction, as the export has it")
    found.set_defaults(command=as_user("list of transfer candidates", _candidates))
    link = commands.add_parser("link", parents=parents, help="make two transactions one transfer")
    for name in ("one", "other"):
        link.add_argument(name, type=UUID, help="of a transaction, as the export has it")
    link.set_defaults(command=as_user("link of a transfer", _link))
    unlink = commands.add_parser("unlink", parents=parents, help="take a transfer apart")
    unlink.add_argument("id", type=UUID, help="of the transfer, as `transaction` shows it")
    unlink.set_defaults(command=as_user("unlink of a transfer", _unlink))


def _candidates(session: UserSession, arguments: argparse.Namespace) -> int:
    context = enter_tenant(session, arguments.tenant)
    found = [candidate_told(each) for each in transfer_candidates(context, arguments.id)]
    if arguments.json:
        print(json.dumps([each.model_dump(mode="json") for each in found]))
    else:
        print("".join(map(_candidate_line, found)), end="")
    return WELL


def _candidate_line(each: CandidateTold) -> str:
    money = f"{each.amount} {each.currency}"
    away = f"{counted(each.days, 'day', 'days')} away"
    return f"{each.id}  {each.booked_on} {each.payee}: {money}, {each.account_name}, {away}\n"


def _link(session: UserSession, arguments: argparse.Namespace) -> int:
    context = enter_tenant(session, arguments.tenant)
    linked = link_transfer(context, arguments.one, arguments.other)
    told = transfer_told(context, linked.transfer_id)
    out, into = (each.account_name for each in told.legs)
    print(told.model_dump_json() if arguments.json else f"{told.id}  {out} → {into}")
    return WELL


def _unlink(session: UserSession, arguments: argparse.Namespace) -> int:
    context = enter_tenant(session, arguments.tenant)
    changed = Changed(change_set=unlink_transfer(context, arguments.id))
    words = "Both sides are transactions of their own again."
    print(changed.model_dump_json() if arguments.json else words)
    return WELL
