"""One file on its way in: what was said of it, and what becomes of its rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from uuid import UUID

import pandas as pd
import streamlit as st

from fintrack.context import TenantContext
from fintrack.errors import FinTrackError
from fintrack.ledger.accounts import NewAccount, accounts
from fintrack.statements.decisions import Decision
from fintrack.statements.drops import Part, waiting
from fintrack.statements.history import is_balance_kept
from fintrack.statements.imports import ImportReport
from fintrack.statements.mapping import Mapping as Columns
from fintrack.statements.previews import Preview, Progress, preview_import
from fintrack.statements.summaries import RowState, StatementPreview
from fintrack.statements.transfers import FoundTransfer
from fintrack.ui.inputs import day_column, money, money_column
from fintrack.ui.text import escaped

FILES, UPLOADS = "fintrack import files", "fintrack upload"
SHOWN_ROWS = 500
# About 10,000 rows of a table, which take a second.
LARGE = 250_000


@dataclass(slots=True)
class OpenFile:
    """A file in this tab, with what the member said about it and the preview of that.

    `made` are accounts that imports have opened as he said, or were the first to go into, by the
    keys of `accounts`.
    """

    name: str
    content: bytes = field(repr=False)
    mapping: Columns | None = None
    accounts: dict[str, UUID | NewAccount] = field(default_factory=dict)
    made: dict[str, UUID] = field(default_factory=dict)
    preview: Preview | None = None
    import_id: UUID | None = None

    @property
    def key(self) -> str:
        """Return a name for widgets that belongs to this content under this name."""
        return f"{sha256(self.content).hexdigest()[:12]} {self.name}"

    def wish(self, key: str, account: UUID | NewAccount) -> None:
        """Let the statement of this key go into the account, which takes another look."""
        self.accounts = {**self.accounts, key: account}
        self.made = {each: made for each, made in self.made.items() if each != key}
        self.preview = None


def upload_key(context: TenantContext) -> str:
    """Return the key of the uploader: another one, and so an empty one, once all are imported."""
    return f"upload {context.slug} {st.session_state.setdefault(UPLOADS, 0)}"


def in_hand(context: TenantContext, files: Iterable[tuple[str, bytes]]) -> list[OpenFile]:
    """Return the files by name and content as this tab left them; what was imported is out of it.

    What the tab holds no longer is forgotten.
    """
    dropped = [OpenFile(name, content) for name, content in files]
    kept = _files()
    now = {f"{context.slug} {each.key}": each for each in dropped}
    held = {place: kept.get(place, each) for place, each in now.items()}
    kept.clear()
    kept.update(held)
    return [each for each in held.values() if each.import_id is None]


def look(context: TenantContext, file: OpenFile) -> Preview:
    """Return a preview of the file that fits what was said of it since.

    Raises:
        FinTrackError: the file is no statement; one sentence says what to do.
    """
    if file.preview is None:
        with _progress(file) as progress:
            file.preview = preview_import(
                context,
                file.content,
                file.name,
                mapping=file.mapping,
                accounts={**file.accounts, **file.made},
                progress=progress,
            )
    return file.preview


def tells_a_balance(context: TenantContext, preview: Preview) -> bool:
    """Return whether the file states a closing balance that no import kept."""
    return any(
        not is_balance_kept(context, each.account.id, each.file_balance, each.file_balance_on)
        for each in preview.statements
        if each.account and each.file_balance is not None and each.file_balance_on
    )


@contextmanager
def changes(context: TenantContext, files: Iterable[OpenFile]) -> Iterator[None]:
    """Look at the files as they are changed here; what is refused leaves all as they were.

    Raises:
        FinTrackError: one of them cannot be so.
    """
    before = [(each, replace(each)) for each in files]
    try:
        yield
        for file, _ in before:
            look(context, file)
    except FinTrackError:
        for file, kept in before:
            file.mapping, file.preview = kept.mapping, kept.preview
            file.accounts, file.made = kept.accounts, kept.made
        raise
    st.rerun()


@contextmanager
def _progress(file: OpenFile) -> Iterator[Progress | None]:
    """Show how far a large file is, until it is done."""
    if len(file.content) < LARGE:
        yield None
        return
    bar = st.progress(0.0)

    def show(done: float, words: str) -> None:
        bar.progress(done, escaped(words))

    try:
        yield show
    finally:
        bar.empty()


def finish(file: OpenFile, report: ImportReport) -> None:
    """Let go of an imported file; after the last one of this tab all of them go.

    The others keep what was said about them, and are looked at anew beside what it brought; what
    should go into a new account that it made goes there, and what was shown in one that had no
    file yet stays there.
    """
    files = _files()
    file.import_id = report.import_id
    made = {(each.account, each.currency): each.account_id for each in report.batches}
    for each in files.values():
        each.made |= waiting(each.preview) if each.preview else {}
        each.preview = None
        for key, wish in each.accounts.items():
            if isinstance(wish, NewAccount) and (wish.name, wish.currency) in made:
                each.made[key] = made[wish.name, wish.currency]
    if all(each.import_id for each in files.values()):
        files.clear()
        st.session_state[UPLOADS] += 1


def take_back(context: TenantContext, import_id: UUID) -> None:
    """Let a file whose import was undone wait again; all are looked at anew without its rows.

    What was said stands again, but for accounts that went with the import.
    """
    held = {UUID(each) for each in accounts(context, archived=True)["id"]}
    for each in _files().values():
        each.preview = None
        each.accounts = {
            key: wish
            for key, wish in each.accounts.items()
            if isinstance(wish, NewAccount) or wish in held
        }
        each.made = {key: account_id for key, account_id in each.made.items() if account_id in held}
        if each.import_id == import_id:
            each.import_id = None


def _files() -> dict[str, OpenFile]:
    files: dict[str, OpenFile] = st.session_state.setdefault(FILES, {})
    return files


def statement_review(
    context: TenantContext, file: OpenFile, part: Part, shared: Mapping[int, str]
) -> dict[int, Decision]:
    """Show what one statement would do, and return what the member decided otherwise.

    `shared` names by ordinal the earlier file that has a new row as well.
    """
    statement = part.statement
    for note in statement.notes:
        st.caption(escaped(note))
    rows = partial(_choose_rows, context, file, statement)
    ordinals = set(statement.rows["ordinal"])
    own = [each for each in part.preview.transfers if each.ordinal in ordinals]
    parts = [
        ("New", statement.new, partial(rows, RowState.NEW, shared)),
        ("Transfers", len(own), partial(_choose_links, context, file, statement, own)),
        ("Probably known", statement.probable, partial(rows, RowState.PROBABLE)),
        (
            "Already there",
            statement.duplicate - statement.probable,
            partial(rows, RowState.DUPLICATE),
        ),
        ("Rejected", statement.rejected, partial(_rejected, statement)),
    ]
    shown = [each for each in parts if each[1]] or parts[:1]
    tabs = st.tabs([f"{name} ({count:,})" for name, count, _ in shown])
    decisions: dict[int, Decision] = {}
    for tab, (_, _, choose) in zip(tabs, shown, strict=True):
        with tab:
            # A row that is left out, as the first tab says, is linked to nothing.
            decisions = choose() | decisions
    return decisions


def _choose_rows(
    context: TenantContext,
    file: OpenFile,
    statement: StatementPreview,
    state: RowState,
    shared: Mapping[int, str] | None = None,
) -> dict[int, Decision]:
    rows = statement.rows[statement.rows["state"] == state]
    if rows.empty:
        st.caption("None.")
        return {}
    is_new = state is RowState.NEW
    if shared:
        rows = _told(rows, shared)
    # Of many, those of which there is something to say are shown.
    rows = rows.sort_values("reason", key=lambda reasons: reasons.eq(""), kind="stable")
    first = rows.head(SHOWN_ROWS)
    chosen = _chosen(
        context,
        _table(context, statement, first, [is_new] * len(first)),
        f"rows {file.key} {statement.key} {state}",
        "Import",
    )
    _count_more(len(rows), f", which are {'imported' if is_new else 'left out'} as well")
    otherwise = Decision.SKIP if is_new else Decision.INCLUDE
    places = zip(first["ordinal"].tolist(), chosen, strict=True)
    return {ordinal: otherwise for ordinal, is_taken in places if is_taken is not is_new}


def _told(rows: pd.DataFrame, shared: Mapping[int, str]) -> pd.DataFrame:
    """Say beside the rows which other file of this drop has them too."""
    some = f"{len(shared):,} of these are" if len(shared) > 1 else "One of these is"
    st.caption(
        f"{some} in an earlier file too. What two files have comes in once, whichever is first."
    )
    told = [
        f"Also in {shared[ordinal]}. {reason}".rstrip() if ordinal in shared else reason
        for ordinal, reason in zip(rows["ordinal"], rows["reason"], strict=True)
    ]
    return rows.assign(reason=told)


def _choose_links(
    context: TenantContext,
    file: OpenFile,
    statement: StatementPreview,
    transfers: Sequence[FoundTransfer],
) -> dict[int, Decision]:
    first = transfers[:SHOWN_ROWS]
    rows = statement.rows.set_index("ordinal", drop=False).loc[[each.ordinal for each in first]]
    rows = rows.assign(reason=[each.reason for each in first])
    chosen = _chosen(
        context,
        _table(context, statement, rows, [each.is_certain for each in first]),
        f"links {file.key} {statement.key}",
        "Link",
    )
    _count_more(len(transfers), ", of which the certain ones are linked")
    return {
        each.ordinal: Decision.LINK if is_linked else Decision.APART
        for each, is_linked in zip(first, chosen, strict=True)
        if is_linked is not each.is_certain
    }


def _table(
    context: TenantContext, statement: StatementPreview, rows: pd.DataFrame, start: Sequence[bool]
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "take": list(start),
            "booked_on": rows["booked_on"].tolist(),
            "payee": rows["payee"].tolist(),
            "amount": [money(context, each, statement.currency) for each in rows["amount"]],
            "text": rows["text"].tolist(),
            "reason": rows["reason"].tolist(),
        }
    )


def _chosen(context: TenantContext, table: pd.DataFrame, key: str, label: str) -> list[bool]:
    """Show rows with a box before each, and return which are ticked."""
    edited = st.data_editor(
        table,
        key=key,
        hide_index=True,
        column_order=[name for name in table.columns if not (table[name] == "").all()],
        disabled=[name for name in table.columns if name != "take"],
        column_config={
            "take": st.column_config.CheckboxColumn(label, width=70),
            "booked_on": day_column(context),
            "payee": "Payee",
            "amount": money_column("Amount", width=100),
            "text": "Text",
            "reason": "Remark",
        },
    )
    return [bool(each) for each in edited["take"]]


def _rejected(statement: StatementPreview) -> dict[int, Decision]:
    rows = statement.rows[statement.rows["state"] == RowState.REJECTED]
    st.dataframe(
        rows[["line", "reason", "text"]].head(SHOWN_ROWS),
        hide_index=True,
        column_config={
            "line": st.column_config.NumberColumn("Line", width=70),
            "reason": "Why",
            "text": "As it stands in the file",
        },
    )
    _count_more(len(rows))
    return {}


def _count_more(count: int, what: str = "") -> None:
    """Say how many rows are not shown, and what becomes of them."""
    if count > SHOWN_ROWS:
        st.caption(f"And {count - SHOWN_ROWS:,} more{what}.")
