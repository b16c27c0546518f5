"""Import: a bank file is read, looked at, and only then taken into the books."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fintrack.context import Permission, TenantContext
from fintrack.errors import FinTrackError, NotSignedIn
from fintrack.limits import Limit
from fintrack.statements.decisions import rows_taken
from fintrack.statements.drops import first_day, new_suggestions, settled, together
from fintrack.statements.imports import ImportReport, commit_import
from fintrack.statements.previews import Preview
from fintrack.statements.read import FORMATS
from fintrack.texts import counted
from fintrack.ui.failures import shown_refusals
from fintrack.ui.import_files import (
    OpenFile,
    finish,
    in_hand,
    look,
    tells_a_balance,
    upload_key,
)
from fintrack.ui.import_groups import Decisions, Ready, account_reviews
from fintrack.ui.import_history import import_history, row_counts
from fintrack.ui.import_reading import correction, questions
from fintrack.ui.inputs import card
from fintrack.ui.limit_notices import limit_notices, size_notice
from fintrack.ui.session import tenant_context
from fintrack.ui.text import escaped, escaped_sentence
from fintrack.ui.undo import done, not_done, undo_bar
from fintrack.ui.whole_books import whole_book_panel


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
    import_history(context)


def _upload(context: TenantContext) -> None:
    files = st.file_uploader(
        f"Drop one or more files from your bank: {FORMATS}",
        accept_multiple_files=True,
        key=upload_key(context),
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
            finish(file, report := _commit(context, preview, decisions))
            done(_said(preview, report))


def _commit_label(context: TenantContext, preview: Preview, count: int) -> str:
    if not (count or preview.probable):
        if tells_a_balance(context, preview):
            return "Keep the balance"
        opened = sum(
            each.account is None and each.file_balance is not None for each in preview.statements
        )
        return f"Open {counted(opened, 'account', 'accounts')}" if opened else ""
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
        finish(file, report)
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


def _said(preview: Preview, report: ImportReport) -> str:
    counts = row_counts(report.new, report.duplicate, report.rejected, report.skipped)
    pairs = counted(report.linked, "linked as a transfer", "linked as transfers")
    linked = f", {pairs}" if report.linked else ""
    return f"Imported {escaped(preview.file_name)}: {counts}{linked}."
