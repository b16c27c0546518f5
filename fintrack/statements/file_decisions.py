"""What a member decides on a file, as programs write it: one JSON for all of it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import NewAccount
from fintrack.statements.account_decisions import decided_account, said_account
from fintrack.statements.corrections import corrected, require_as_said
from fintrack.statements.decisions import Decision
from fintrack.statements.mapping import Mapping as Columns
from fintrack.statements.mapping import holds_already
from fintrack.statements.previews import Preview, preview_import, with_answers
from fintrack.statements.summaries import RowState

NO_DECISIONS = (
    "Decisions are one JSON object with `answers`, `reading`, `accounts` and `rows`, or some of "
    "them."
)
_PARTS = ("answers", "reading", "accounts", "rows")
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class FileDecisions:
    """What is decided otherwise than the preview proposes.

    `answers` by the fields of the questions, `reading` by those of the guess, `accounts` by the
    statements' keys: the id of an account, or what a new one shall be; `rows` by their ordinals.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    reading: Mapping[str, object] = field(default_factory=dict)
    accounts: Mapping[str, UUID | Mapping[str, object]] = field(default_factory=dict)
    rows: Mapping[int, Decision] = field(default_factory=dict)


def file_decisions(text: str) -> FileDecisions:
    """Return the decisions that the JSON says, as far as they can be told without the file.

    Raises:
        InvalidInput: it is no such JSON.
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(NO_DECISIONS) from error
    if not isinstance(said, dict) or not all(isinstance(said.get(n, {}), dict) for n in _PARTS):
        raise InvalidInput(NO_DECISIONS)
    if unknown := sorted(said.keys() - set(_PARTS)):
        raise InvalidInput(f"{unknown[0][:40]!r} is nothing to decide. {NO_DECISIONS}")
    return FileDecisions(
        answers={name: str(value) for name, value in said.get("answers", {}).items()},
        reading=said.get("reading", {}),
        accounts={key: said_account(value) for key, value in said.get("accounts", {}).items()},
        rows=dict(_row(*each) for each in said.get("rows", {}).items()),
    )


def preview_decided(
    context: TenantContext,
    content: bytes,
    file_name: str,
    decisions: FileDecisions,
    *,
    account_id: UUID | None = None,
    asked: set[str] | None = None,
) -> Preview:
    """Read a file as `preview_import` does, corrected, answered and sent where it was decided.

    What is decided on rows is for `commit_import`; here it is only made sure that they are there.
    What one of many files does not ask, another one may: `asked` then gets the names of the answers
    that belong to this one, which refuses no others.

    Raises:
        InvalidInput: it cannot be read so, or what is decided on is not in the file.
        NotFound: an account is not among those that the member may write to.
    """
    held: dict[str, UUID | NewAccount] = {
        key: each for key, each in decisions.accounts.items() if isinstance(each, UUID)
    }
    read = partial(
        preview_import, context, content, file_name, account_id=account_id, accounts=held
    )
    preview = read()
    mapping = corrected(preview, decisions.reading) if decisions.reading else None
    if mapping is not None:
        preview = read(mapping=mapping)
        require_as_said(preview, decisions.reading)
    fields = set[str]()
    while answered := with_answers(preview, dict(decisions.answers)):
        fields |= {each.field for each in preview.questions}
        mapping = answered
        preview = read(mapping=mapping)
    foreign = _foreign(preview, decisions.answers, fields)
    if asked is not None:
        asked |= decisions.answers.keys() - foreign
    elif foreign:
        raise InvalidInput(not_asked(foreign[0], preview))
    if preview.questions:
        return preview
    if decisions.accounts:
        preview = read(mapping=mapping, accounts=_accounts(preview, decisions.accounts))
    _require_rows(preview, decisions.rows)
    return preview


def not_asked(name: str, *previews: Preview) -> str:
    """Return the sentence about an answer that none of the files asks for."""
    fields = dict.fromkeys(each.field for preview in previews for each in preview.questions)
    who, it = ("The file does", "it asks") if len(previews) == 1 else ("The files do", "they ask")
    open_fields = ", ".join(fields) or "nothing"
    return f"{who} not ask {name[:40]!r}; {it} {open_fields}. Leave that answer out."


def _foreign(preview: Preview, answers: Mapping[str, str], asked: Collection[str]) -> list[str]:
    """What the file is read by already, remembered or sure, may be said again."""
    known = preview.mapping or Columns()
    return [
        name
        for name, value in answers.items()
        if name not in asked and not holds_already(known, name, value)
    ]


def _row(ordinal: str, word: object) -> tuple[int, Decision]:
    try:
        return int(ordinal[:_DIGITS]), Decision(word)  # type: ignore[arg-type]  # refused if it is no word
    except ValueError as error:
        message = f"{str(word)[:40]!r} cannot be decided on row {ordinal[:10]!r}"
        raise InvalidInput(f"{message}; say {', '.join(Decision)} of a row’s number.") from error


def _accounts(
    preview: Preview, said: Mapping[str, UUID | Mapping[str, object]]
) -> dict[str, UUID | NewAccount]:
    statements = {each.key: each for each in preview.statements}
    if unknown := sorted(said.keys() - statements.keys()):
        known = f"choose of {', '.join(map(repr, statements))}"
        if not any(statements):
            known = "its only one has no name, so write '' for it"
        raise InvalidInput(f"The file has no account {unknown[0][:40]!r}; {known}.")
    name = preview.file_name
    return {
        key: each if isinstance(each, UUID) else decided_account(statements[key], each, name)
        for key, each in said.items()
    }


def _require_rows(preview: Preview, rows: Mapping[int, Decision]) -> None:
    states = {
        int(ordinal): state
        for each in preview.statements
        for ordinal, state in zip(each.rows["ordinal"], each.rows["state"], strict=True)
    }
    linkable = {each.ordinal for each in preview.transfers}
    for ordinal, decision in sorted(rows.items()):
        if ordinal not in states:
            raise InvalidInput(f"The file has no row {ordinal}. Look at its preview again.")
        if states[ordinal] == RowState.REJECTED:
            raise InvalidInput(f"Row {ordinal} was not understood, so nothing becomes of it.")
        if decision in {Decision.LINK, Decision.APART} and ordinal not in linkable:
            raise InvalidInput(
                f"No transfer was found for row {ordinal}; there is nothing to link."
            )
