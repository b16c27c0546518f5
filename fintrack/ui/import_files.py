"""One file on its way in: what it leaves open, how it was read, and what becomes of its rows."""

from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

import pandas as pd
import streamlit as st

from fintrack.context import TenantContext
from fintrack.ledger.accounts import NewAccount
from fintrack.statements.decisions import Decision
from fintrack.statements.mapping import Mapping
from fintrack.statements.previews import Preview, preview_import, with_answers
from fintrack.statements.summaries import RowState, StatementPreview
from fintrack.ui.failures import shown_refusals
from fintrack.ui.inputs import day_column, figure_grid, money, money_column
from fintrack.ui.mapping_form import mapping_form
from fintrack.ui.text import escaped

FILES = "fintrack import files"
NEW_ACCOUNT = "new"
SHOWN_ROWS = 500


@dataclass(slots=True)
class OpenFile:
    """A file in this tab, with what the member said about it and the preview of that."""

    name: str
    content: bytes = field(repr=False)
    mapping: Mapping | None = None
    accounts: dict[str, UUID | NewAccount] = field(default_factory=dict)
    preview: Preview | None = None

    @property
    def key(self) -> str:
        """Return a name for widgets that belongs to this content."""
        return sha256(self.content).hexdigest()[:12]


def opened(context: TenantContext, name: str, content: bytes) -> OpenFile:
    """Return the file as this tab left it, with a preview that fits what was said since.

    Raises:
        FinTrackError: the file is no statement; one sentence says what to do.
    """
    files: dict[str, OpenFile] = st.session_state.setdefault(FILES, {})
    fresh = OpenFile(name, content)
    file = files.setdefault(f"{context.slug} {fresh.key} {name}", fresh)
    if file.preview is None:
        file.preview = preview_import(
            context, content, name, mapping=file.mapping, accounts=file.accounts
        )
    return file


def forget_files() -> None:
    """Let go of every file of this tab."""
    st.session_state.pop(FILES, None)


def questions(file: OpenFile, preview: Preview) -> None:
    """Ask what the file leaves open; nothing is guessed."""
    st.info(
        "This file can be read in more than one way. Say which is right.", icon=":material/help:"
    )
    with st.form(f"questions {file.key}", border=False):
        answers = {}
        for question in preview.questions:
            words = {choice.value: escaped(choice.label) for choice in question.choices}
            answers[question.field] = st.radio(
                escaped(question.sentence), list(words), format_func=words.__getitem__, index=None
            )
        submitted = st.form_submit_button("Continue", type="primary")
    if submitted:
        with shown_refusals():
            said = {name: value or "" for name, value in answers.items()}
            _read_again(file, with_answers(preview, said))


def correction(file: OpenFile, preview: Preview) -> None:
    """Show how the file was read, and read it again as the member corrects it."""
    changed = mapping_form(file.key, preview)
    if changed is not None:
        _read_again(file, changed)


def _read_again(file: OpenFile, mapping: Mapping | None) -> None:
    file.mapping, file.preview = mapping, None
    st.rerun()


def statement_review(
    context: TenantContext, file: OpenFile, statement: StatementPreview
) -> dict[int, Decision]:
    """Show what one statement would do, and return what the member decided otherwise."""
    _destination(file, statement)
    _figures(context, statement)
    for note in statement.notes:
        st.caption(escaped(note))
    exact = statement.duplicate - statement.probable
    labels = {
        f"New ({statement.new})": statement.new,
        f"Probably known ({statement.probable})": statement.probable,
        f"Already there ({exact})": exact,
        f"Rejected ({statement.rejected})": statement.rejected,
    }
    filled = [label for label, count in labels.items() if count]
    fresh, probable, known, rejected = st.tabs(list(labels), default=next(iter(filled), None))
    with fresh:
        taken = _choose_rows(context, file, statement, RowState.NEW, start=True)
    with probable:
        again = _choose_rows(context, file, statement, RowState.PROBABLE, start=False)
    with known:
        again |= _choose_rows(context, file, statement, RowState.DUPLICATE, start=False)
    with rejected:
        _rejected(statement)
    skipped = {ordinal: Decision.SKIP for ordinal, chosen in taken.items() if not chosen}
    return skipped | {ordinal: Decision.INCLUDE for ordinal, chosen in again.items() if chosen}


def _destination(file: OpenFile, statement: StatementPreview) -> None:
    names = {str(each.id): f"{each.name} ({each.currency})" for each in statement.choices}
    if statement.new_account is not None:
        names[NEW_ACCOUNT] = f"New account: {statement.new_account.name}"
    chosen = str(statement.account.id) if statement.account else NEW_ACCOUNT
    options = list(names)
    wanted = st.selectbox(
        f"{escaped(statement.label or 'Statement')} goes into",
        options,
        options.index(chosen) if chosen in options else 0,
        format_func=names.__getitem__,
        key=f"into {file.key} {statement.key} {chosen}",
    )
    if wanted not in {chosen, NEW_ACCOUNT}:
        file.accounts[statement.key] = UUID(wanted)
        file.preview = None
        st.rerun()


def _figures(context: TenantContext, statement: StatementPreview) -> None:
    def shown(minor: int) -> str:
        return money(context, minor, statement.currency)

    figures = {
        "New": f"{statement.new:,}",
        "Already there": f"{statement.duplicate:,}",
        "Balance before": shown(statement.balance_before),
        "Balance after": shown(statement.balance_after),
    }
    grid = figure_grid(figures.values())
    for label, figure in figures.items():
        with grid.cell():
            st.metric(label, figure, border=True)
    if statement.file_balance is not None and statement.difference == 0:
        st.success(
            f"The file’s own closing balance agrees: {escaped(shown(statement.file_balance))}.",
            icon=":material/check_circle:",
        )
    elif statement.file_balance is not None and statement.difference is not None:
        st.warning(
            f"The file’s own closing balance is {escaped(shown(statement.file_balance))}; the "
            f"books would be off by {escaped(shown(statement.difference))}. An opening balance or "
            "an earlier file may be missing.",
            icon=":material/balance:",
        )


def _choose_rows(
    context: TenantContext,
    file: OpenFile,
    statement: StatementPreview,
    state: RowState,
    *,
    start: bool,
) -> dict[int, bool]:
    rows = statement.rows[statement.rows["state"] == state]
    if rows.empty:
        st.caption("None.")
        return {}
    first = rows.head(SHOWN_ROWS)
    table = pd.DataFrame(
        {
            "take": [start] * len(first),
            "booked_on": first["booked_on"],
            "payee": first["payee"],
            "amount": [money(context, each, statement.currency) for each in first["amount"]],
            "text": first["text"],
            "reason": first["reason"],
        }
    )
    edited = st.data_editor(
        table,
        key=f"rows {file.key} {statement.key} {state}",
        hide_index=True,
        column_order=[name for name in table.columns if not (table[name] == "").all()],
        disabled=[name for name in table.columns if name != "take"],
        column_config={
            "take": st.column_config.CheckboxColumn("Import", width=70),
            "booked_on": day_column("Date"),
            "payee": "Payee",
            "amount": money_column("Amount", width=100),
            "text": "Text",
            "reason": "Remark",
        },
    )
    if len(rows) > len(first):
        more = len(rows) - len(first)
        st.caption(f"And {more:,} more, which are {'imported' if start else 'left out'} as well.")
    return dict(zip(first["ordinal"].tolist(), edited["take"].tolist(), strict=True))


def _rejected(statement: StatementPreview) -> None:
    rows = statement.rows[statement.rows["state"] == RowState.REJECTED]
    if rows.empty:
        st.caption("None.")
        return
    st.dataframe(
        rows[["line", "reason"]].head(SHOWN_ROWS),
        hide_index=True,
        column_config={"line": st.column_config.NumberColumn("Line", width=70), "reason": "Why"},
    )
