"""Bank files on their way in: previewed, decided on, imported."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

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
from fintrack.commands.files_together import Outcome, imported, looked_at, previewed
from fintrack.commands.terminal import (
    REFUSED,
    WELL,
    WRONG,
    Commands,
    Parser,
    as_user,
    existing_file,
    show_progress,
)
from fintrack.context import TenantContext, UserSession
from fintrack.errors import FinTrackError, InvalidInput
from fintrack.ledger.accounts import account_named
from fintrack.limits import require_import_size
from fintrack.statements.file_decisions import (
    FileDecisions,
    file_decisions,
    not_asked,
    preview_decided,
)
from fintrack.statements.imports import commit_import
from fintrack.statements.mapping import Question
from fintrack.statements.previews import Preview
from fintrack.statements.read import FORMATS

HOW_TO_DECIDE = "`--dry-run --json` says what can be decided otherwise, with --decisions FILE.\n"


def add_command(commands: Commands, parents: Sequence[Parser]) -> None:
    """Add the command with the options that its parents know."""
    read = commands.add_parser("import", parents=parents, help="read bank files")
    read.add_argument(
        "files", type=existing_file, nargs="+", metavar="FILE", help=f"{FORMATS}; the oldest first"
    )
    read.add_argument("--account", metavar="NAME", help="where its transactions go")
    read.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
    read.add_argument(
        "--answer",
        action="append",
        default=[],
        type=_answer,
        metavar="FIELD=VALUE",
        help="to what a file leaves open, such as date_order=dmy; may be repeated",
    )
    read.add_argument(
        "--decisions",
        type=existing_file,
        metavar="FILE",
        help="JSON of what shall be otherwise than `--dry-run --json` says of one file",
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
    if len(arguments.files) > 1:
        return _import_together(context, arguments, account)
    decisions = _decisions(arguments)
    content, name = _content(context, arguments.files[0])
    preview = preview_decided(context, content, name, decisions, account_id=account)
    if preview.questions:
        return _ask(preview, as_json=arguments.json)
    if arguments.dry_run:
        return _report(preview_told(preview, decisions.rows), as_json=arguments.json)
    done = commit_import(context, preview, decisions.rows, progress=show_progress)
    return _report(report_told(preview, decisions.rows, done), as_json=arguments.json)


def _import_together(
    context: TenantContext, arguments: argparse.Namespace, account: UUID | None
) -> int:
    """Import the files, the oldest first.

    Raises:
        InvalidInput: there are decisions, which are those on one file, or an answer that no file
            asks for.
    """
    if arguments.decisions:
        raise InvalidInput("Decisions are those on one file: import it by itself.")
    paths, asked, told = arguments.files, set[str](), []

    def look(path: Path, accounts: Mapping[str, UUID]) -> Preview:
        content, name = _content(context, path)
        said = FileDecisions(answers=dict(arguments.answer), accounts=accounts)
        return preview_decided(context, content, name, said, account_id=account, asked=asked)

    seen = looked_at(paths, look)
    if unasked := [name for name, _ in arguments.answer if name not in asked]:
        raise InvalidInput(not_asked(unasked[0], *(s for s in seen if isinstance(s, Preview))))
    found = previewed(seen) if arguments.dry_run else imported(context, paths, seen, look)
    code = WELL
    for path, outcome in zip(paths, found, strict=True):
        code = max(code, _code(outcome))
        if arguments.json:
            told.append(_outcome_told(path, outcome))
        else:
            _say(path, outcome)
    if arguments.json:
        print(json.dumps(told))
    return code


def _content(context: TenantContext, path: Path) -> tuple[bytes, str]:
    try:
        require_import_size(context, path.stat().st_size)
        return path.read_bytes(), path.name
    except OSError as error:
        raise InvalidInput(f"{path} cannot be opened: {error.strerror}.") from error


def _outcome_told(path: Path, outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, FinTrackError):
        return {"file_name": path.name, "refusal": str(outcome)}
    if isinstance(outcome, Preview):
        return {"file_name": path.name, **asked_told(outcome)}
    return outcome.model_dump(mode="json")


def _say(path: Path, outcome: Outcome) -> None:
    if isinstance(outcome, FinTrackError):
        print(f"{path.name}: {outcome}", file=sys.stderr)
    elif isinstance(outcome, Preview):
        print(f"{path.name}: {_questions(outcome)}", file=sys.stderr)
    else:
        print(f"{path.name}: {_lines(outcome)}", end="")


def _code(outcome: Outcome) -> int:
    if isinstance(outcome, FinTrackError):
        return REFUSED
    return WRONG if isinstance(outcome, Preview) or outcome.rejected else WELL


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
        print(_questions(preview), file=sys.stderr)
    return WRONG


def _questions(preview: Preview) -> str:
    return "\n".join(map(_asked, preview.questions))


def _asked(question: Question) -> str:
    choices = "\n".join(
        f"  --answer {question.field}={each.value}  {each.label}" for each in question.choices
    )
    return f"{question.sentence}\n{choices}"


def _report(told: ImportReportTold, *, as_json: bool) -> int:
    print(told.model_dump_json() if as_json else _lines(told), end="\n" if as_json else "")
    return _code(told)


def _lines(told: ImportReportTold) -> str:
    left_out = f", {told.skipped} left out" if told.skipped else ""
    counts = f"{told.new} new, {told.duplicate} known, {len(told.rejected)} refused{left_out}\n"
    rows = (f"  line {place}: {words}\n" for place, words in _rows(told))
    accounts = (f"{line}\n" for each in told.accounts for line in _account(each))
    return "".join((counts, *rows, *accounts, _undecided(told) if told.id is None else ""))


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
