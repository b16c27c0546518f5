"""Import: a bank file is read, looked at, and only then taken into the books."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fintrack.context import Permission, TenantContext
from fintrack.errors import FinTrackError, NotSignedIn
from fintrack.limits import Limit
from fintrack.statements.decisions import rows_taken
from fintrack.statements.drops import first_day, new_suggestions, settled, together
from fintrack.statements.history import import_rows, imports
from fintrack.statements.imports import ImportReport, commit_import
from fintrack.statements.previews import Preview
from fintrack.statements.read import FORMATS
from fintrack.statements.summaries import RowState
from fintrack.statements.undoing import UndoReport, undo_import
from fintrack.texts import counted
from fintrack.ui.failures import shown_refusals
from fintrack.ui.import_files import (
    OpenFile,
    finish,
    in_hand,
    look,
    take_back,
    tells_a_balance,
)
from fintrack.ui.import_groups import Decisions, Ready, account_reviews
from fintrack.ui.import_reading import correction, questions
from fintrack.ui.inputs import card, day_column, day_text, money, money_column
from fintrack.ui.limit_notices import limit_notices, size_notice
from fintrack.ui.session import page_link, tenant_context
from fintrack.ui.text import escaped, escaped_sentence
from fintrack.ui.undo import done, not_done, undo_bar
from fintrack.ui.whole_books import whole_book_panel

UPLOAD = "fintrack upload"


def page() -> None:
    """Take files in, show what they would do, and list what was imported before."""
    context = tenant_context()
    st.title("Import", anchor=False)
    undo_bar(context)
    if not context.may(Permission.IMPORT):
        st.caption(f"{escaped(context.refusal(Permission.IMPORT))} What others imported is below.")
    else:
        limit_notices(context, Limit.TRANSACTIONS, Limit.ACCOUNTS)
        _upload(context)
    whole_book_panel(context)
    _history(context)


def _upload(context: TenantContext) -> None:
    generation = st.session_state.setdefault(UPLOAD, 0)
    files = st.file_uploader(
        f"Drop one or more files from your bank: {FORMATS}",
        accept_multiple_files=True,
        key=f"upload {context.slug} {generation}",
    )
    dropped = in_hand(context, ((each.name, each.getvalue()) for each in files))
    ready: list[Ready] = []
    places, staying = [], []
    for file in dropped:
        with card(escaped(file.name)), shown_refusals():
            if preview := _read(context, file):
                ready.append((file, preview))
                places.append(st.container())
        if not ready or ready[-1][0] is not file:
            staying.append(_staying(file))
    if ready:
        _review(context, ready, places if len(dropped) > 1 else (), staying)


def _read(context: TenantContext, file: OpenFile) -> Preview | None:
    """Show how the file was read; return what it would do once nothing is open."""
    preview = look(context, file)
    size_notice(context, len(file.content))
    if preview.questions:
        questions(context, file, preview)
    correction(context, file, preview)
    return None if preview.questions else preview


def _staying(file: OpenFile) -> str:
    why = "waits for an answer" if file.preview else "cannot be read"
    return f"{escaped(file.name)} stays here: it {why}, as its card above says."


def _review(
    context: TenantContext,
    seen: Sequence[Ready],
    places: Sequence[DeltaGenerator],
    staying: Sequence[str],
) -> None:
    """Show what comes into which account; each file can be taken in by itself, or all at once."""
    groups = together(preview for _, preview in seen)
    decisions, twice = account_reviews(context, seen, groups)
    ready = [(file, settled(preview, groups)) for file, preview in seen]
    counts = [
        rows_taken(preview.new, said) for (_, preview), said in zip(ready, decisions, strict=True)
    ]
    looks = zip(ready, decisions, counts, places or [st.container()], strict=True)
    for (file, preview), said, count, place in looks:
        with place:
            _commit_button(context, file, preview, said, count, is_only=len(ready) == 1)
    if sum(bool(count) for count in counts) > 1:
        which = f" of {len(ready):,} files" if staying else ""
        label = f"Import all {sum(counts) - len(twice):,} transactions{which}"
        if st.button(label, type="primary", icon=":material/done_all:", key="commit all"):
            with shown_refusals():
                _commit_all(context, ready, decisions)
        if staying:
            st.caption("  \n".join(staying))


def _commit_button(
    context: TenantContext,
    file: OpenFile,
    preview: Preview,
    decisions: Decisions,
    count: int,
    *,
    is_only: bool,
) -> None:
    label = _commit_label(context, preview, count)
    if st.button(
        label or "Nothing to import",
        type="primary" if is_only else "secondary",
        icon=":material/check:",
        key=f"commit {file.key}",
        disabled=not label,
    ):
        with shown_refusals():
            _close(file, report := _commit(context, preview, decisions))
            done(_said(preview, report))


def _commit_label(context: TenantContext, preview: Preview, count: int) -> str:
    if not (count or preview.probable):
        return "Keep the balance" if tells_a_balance(context, preview) else ""
    verb, many = ("Import", count) if count else ("Match", preview.probable)
    return f"{verb} {counted(many, 'transaction', 'transactions')}"


def _commit_all(
    context: TenantContext, ready: Sequence[Ready], decisions: Sequence[Decisions]
) -> None:
    """Take in the oldest file first; each is looked at anew beside what the others brought.

    A file that may be one side of a transfer which nobody was shown yet waits for the member. So
    does one that is refused, with all that are left.
    """
    said: list[str] = []
    staying: list[str] = []
    left = sorted(zip(ready, decisions, strict=True), key=lambda each: first_day(each[0][1]))
    while left:
        ((file, seen), decided), *left = left
        others = [other for (_, other), _ in left]
        try:
            preview = look(context, file)
            if new_suggestions(seen, preview):
                staying.append(_transfers_wait(file))
                continue
            report = _commit(context, settled(preview, together([preview, *others])), decided)
        except NotSignedIn:
            raise
        except FinTrackError as error:
            refusal = _refused(file, error, [waiting.name for (waiting, _), _ in left])
            not_done("  \n".join([*said, *staying, *refusal]))
        _close(file, report)
        said.append(_said(preview, report))
    done("  \n".join([*said, *staying]))


def _refused(file: OpenFile, error: FinTrackError, left: Sequence[str]) -> list[str]:
    """Return why the file stays and which ones stay with it."""
    why = f"{escaped(file.name)} was not imported: {escaped_sentence(str(error))}"
    return [why, *(f"{escaped(name)} was not imported either and waits." for name in left)]


def _transfers_wait(file: OpenFile) -> str:
    return (
        f"{escaped(file.name)} stays here: rows of it may be transfers with the other files; "
        "look at it once more."
    )


def _commit(context: TenantContext, preview: Preview, decisions: Decisions) -> ImportReport:
    bar = st.progress(0.0, f"Importing {escaped(preview.file_name)}")

    def show(count: int, total: int) -> None:
        bar.progress(
            min(count / max(total, 1), 1.0),
            f"Importing {escaped(preview.file_name)}: {count:,} of {total:,} rows",
        )

    return commit_import(context, preview, decisions, progress=show)


def _close(file: OpenFile, report: ImportReport) -> None:
    if finish(file, report):
        st.session_state[UPLOAD] += 1


def _said(preview: Preview, report: ImportReport) -> str:
    counts = _counts(report.new, report.duplicate, report.rejected, report.skipped)
    pairs = counted(report.linked, "linked as a transfer", "linked as transfers")
    linked = f", {pairs}" if report.linked else ""
    return f"Imported {escaped(preview.file_name)}: {counts}{linked}."


def _counts(new: int, duplicate: int, rejected: int, skipped: int = 0) -> str:
    parts = {"already there": duplicate, "rejected": rejected, "left out": skipped}
    others = [f"{count:,} {what}" for what, count in parts.items() if count]
    return ", ".join([f"{new:,} new", *others])


def _history(context: TenantContext) -> None:
    table = imports(context)
    if table.empty:
        st.caption(
            "Nothing was imported yet. Most banks offer a CSV, OFX or CAMT file of an account."
        )
        return
    st.subheader("Imported before", anchor=False)
    for import_id, batches in table.groupby("import_id", sort=False):
        _imported(context, UUID(str(import_id)), batches.to_dict("records"))


def _imported(context: TenantContext, import_id: UUID, batches: list[dict[Any, Any]]) -> None:
    first = batches[0]
    with st.container(border=True):
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            day = day_text(context, first["imported_at"])
            st.markdown(f"**{escaped(first['file_name'])}**  \n:small[:gray[{escaped(day)}]]")
            _undo(context, import_id, is_undone=bool(first["undone"]))
        _undo_edited(context, import_id)
        for batch in batches:
            _batch(context, batch)
        if any(batch["rejected"] for batch in batches):
            _rejected(context, import_id)


def _batch(context: TenantContext, batch: dict[Any, Any]) -> None:
    counts = _counts(batch["new"], batch["duplicate"], batch["rejected"])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{escaped(batch['account'])}: {counts}", width="content")
        if not batch["undone"] and pd.notna(batch["difference"]):
            _balance(context, batch)
        page_link(
            "transactions", "Show", icon=":material/receipt_long:", account=batch["account_id"]
        )


def _balance(context: TenantContext, batch: dict[Any, Any]) -> None:
    """Say whether the books, as they are now, still have what the file says."""
    day = escaped(day_text(context, batch["file_balance_on"]))
    if not batch["difference"]:
        st.badge(f"Balance of {day} agrees", icon=":material/check_circle:", color="green")
        return
    off = escaped(money(context, batch["difference"], batch["currency"]))
    st.badge(f"Balance of {day} is off by {off}", icon=":material/balance:", color="orange")


def _rejected(context: TenantContext, import_id: UUID) -> None:
    with st.expander("Rejected rows", icon=":material/error:"):
        rows = import_rows(context, import_id, RowState.REJECTED)
        st.dataframe(rows[["line", "reason", "raw"]], hide_index=True, lazy=True)


def _undo(context: TenantContext, import_id: UUID, *, is_undone: bool) -> None:
    if is_undone:
        st.badge("Undone", color="gray")
        return
    if not context.may(Permission.IMPORT):
        return
    asked = _asked(import_id)
    if asked in st.session_state:
        return
    if st.button("Undo", icon=":material/undo:", key=f"undo {import_id}"):
        with shown_refusals():
            report = undo_import(context, import_id)
            if report.is_done:
                _undone(context, import_id, report)
            st.session_state[asked] = report.touched
            st.rerun()


def _asked(import_id: UUID) -> str:
    return f"undo edited {import_id}"


def _undone(context: TenantContext, import_id: UUID, report: UndoReport) -> None:
    take_back(context, import_id)
    done(f"Undone: {counted(report.removed, 'transaction', 'transactions')} removed.")


def _undo_edited(context: TenantContext, import_id: UUID) -> None:
    """Ask once, with the rows that members edited, split, tagged or linked since."""
    asked = _asked(import_id)
    touched = st.session_state.get(asked)
    if touched is None:
        return
    is_one = len(touched) == 1
    rows = "One of its rows was" if is_one else f"{len(touched):,} of its rows were"
    st.markdown(f"{rows} changed since:")
    _touched(context, touched)
    with st.container(horizontal=True):
        label = f"Remove {'it' if is_one else 'them'} as well"
        if st.button(label, icon=":material/delete:", key=f"all {import_id}"):
            with shown_refusals():
                report = undo_import(context, import_id, also_edited=True)
                del st.session_state[asked]
                _undone(context, import_id, report)
        if st.button("Keep the import", key=f"keep {import_id}"):
            del st.session_state[asked]
            st.rerun()


def _touched(context: TenantContext, rows: pd.DataFrame) -> None:
    amounts = zip(rows["amount"], rows["currency"], strict=True)
    st.dataframe(
        rows.assign(amount=[money(context, *each) for each in amounts]),
        hide_index=True,
        lazy=True,
        column_order=["booked_on", "payee", "amount", "account", "change"],
        column_config={
            "booked_on": day_column(context, "Date"),
            "payee": "Payee",
            "amount": money_column("Amount"),
            "account": "Account",
            "change": "Change",
        },
    )
