"""Bank files on their way in: previewed, decided on, imported."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from fintrack.access.tenants import enter_tenant
from fintrack.api.import_guesses import asked_told
from fintrack.api.import_reports import (
    AccountOfFile,
    ImportReportTold,
    Linked,
    Matched,
    preview_told,
    report_told,
)
from fintrack.commands.terminal import (
    WELL,
    WRONG,
    Commands,
    Parser,
    as_user,
    existing_file,
    show_progress,
)
from fintrack.context import UserSession
from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import account_named
from fintrack.limits import require_import_size
from fintrack.statements.file_decisions import FileDecisions, file_decisions, preview_decided
from fintrack.statements.imports import commit_import
from fintrack.statements.mapping import Question
from fintrack.statements.previews import Preview
from fintrack.statements.read import FORMATS

HOW_TO_DECIDE = "`--dry-run --json` says what can be decided otherwise, with --decisions FILE.\n"


def add_command(commands: Commands, parents: Sequence[Parser]) -> None:
    """Add the command with the options that its parents know."""
    read = commands.add_parser("import", parents=parents, help="read a bank file")
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
    read.add_argument(
        "--decisions",
        type=existing_file,
        metavar="FILE",
        help="JSON of what shall be otherwise than `--dry-run --json` says",
    )
    read.set_defaults(command=as_user("import", _import))


def _answer(text: str) -> tuple[str, str]:
    field, _, value = text.partition("=")
    if not value:
        raise argparse.ArgumentTypeError(f"{text} is no FIELD=VALUE")
    return field, value


def _import(session: UserSession, arguments: argparse.Namespace) -> int:
    context = enter_tenant(session, arguments.tenant)
    account = account_named(context, arguments.account).id if arguments.account else None
    require_import_size(context, arguments.file.stat().st_size)
    content, name = arguments.file.read_bytes(), arguments.file.name
    decisions = _decisions(arguments)
    preview = preview_decided(context, content, name, decisions, account_id=account)
    if preview.questions:
        return _ask(preview, as_json=arguments.json)
    if arguments.dry_run:
        return _report(preview_told(preview, decisions.rows), as_json=arguments.json)
    done = commit_import(context, preview, decisions.rows, progress=show_progress)
    return _report(report_told(preview, decisions.rows, done), as_json=arguments.json)


def _decisions(arguments: argparse.Namespace) -> FileDecisions:
    decisions = file_decisions(_text(arguments.decisions) if arguments.decisions else "{}")
    return replace(decisions, answers={**decisions.answers, **dict(arguments.answer)})


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeError as error:
        raise InvalidInput(f"{path} is not written in UTF-8. Save it so.") from error


def _ask(preview: Preview, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps(asked_told(preview)))
    else:
        print("\n".join(map(_asked, preview.questions)), file=sys.stderr)
    return WRONG


def _asked(question: Question) -> str:
    choices = "\n".join(
        f"  --answer {question.field}={each.value}  {each.label}" for each in question.choices
    )
    return f"{question.sentence}\n{choices}"


def _report(told: ImportReportTold, *, as_json: bool) -> int:
    if as_json:
        print(told.model_dump_json())
    else:
        left_out = f", {told.skipped} left out" if told.skipped else ""
        counts = f"{told.new} new, {told.duplicate} known, {len(told.rejected)} refused"
        print(f"{counts}{left_out}")
        print("".join(f"  line {place}: {words}\n" for place, words in _rows(told)), end="")
        print("".join(f"{line}\n" for each in told.accounts for line in _account(each)), end="")
        print(_undecided(told) if told.id is None else "", end="")
    return WRONG if told.rejected else WELL


def _rows(told: ImportReportTold) -> Iterator[tuple[str, str]]:
    """Yield where a row stands, by its number too while it can be decided on, and its words."""
    is_open = told.id is None
    for match in told.matched:
        yield _place(match, is_open=is_open), match.reason
    for link in told.transfers:
        way = f"{link.reason[:1].lower()}{link.reason[1:]}"
        words = f"Transfer {way}" if link.linked else f"Perhaps a transfer {way}"
        yield _place(link, is_open=is_open), words
    for row in told.rejected:
        yield str(row.line), row.reason


def _place(each: Matched | Linked, *, is_open: bool) -> str:
    return f"{each.line}, row {each.row}" if is_open else str(each.line)


def _undecided(told: ImportReportTold) -> str:
    """Return how sure the columns are read, and how to say it otherwise."""
    columns = told.guess.columns if told.guess else []
    used = [each for each in columns if each.certainty is not None]
    sure = ", ".join(f"{each.name} is {each.role} ({each.certainty} % sure)" for each in used)
    return f"{sure}.\n{HOW_TO_DECIDE}" if sure else HOW_TO_DECIDE


def _account(told: AccountOfFile) -> Iterator[str]:
    """Yield where the rows go, what the file says of itself, and its balances."""
    name = f"{told.name} ({told.currency})"
    source = told.account or "the file"
    yield f"New account {name} for {source}" if told.opened else f"{name} takes {source}"
    for note in told.notes:
        yield f"  {note}"
    for word, stated, off in (
        ("opening", told.opening_balance, told.opening_difference),
        ("closing", told.closing_balance, told.difference),
    ):
        if stated is not None:
            is_off = Decimal(off or 0) != 0
            said = f"the books are off by {off}" if is_off else "the books agree"
            yield f"  The file’s {word} balance is {stated} {told.currency}; {said}."
