"""What the dropped files would do to each account, and what the member decides of it."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fintrack.context import TenantContext
from fintrack.ledger.accounts import NewAccount
from fintrack.statements.decided_previews import decided_together
from fintrack.statements.decisions import Decision
from fintrack.statements.drops import Part, Together, wishes_for
from fintrack.statements.previews import Preview
from fintrack.statements.summaries import StatementPreview
from fintrack.ui.import_accounts import destination
from fintrack.ui.import_files import OpenFile, changes, statement_review
from fintrack.ui.inputs import card, figure_grid, money
from fintrack.ui.text import escaped

Ready = tuple[OpenFile, Preview]
Decisions = dict[int, Decision]
FEW = 3


def account_reviews(
    context: TenantContext, ready: Sequence[Ready], groups: Sequence[Together]
) -> tuple[list[Decisions], set[tuple[UUID, int]]]:
    """Show each account with all that comes into it; return what was decided of each file.

    With it come the rows, by preview and ordinal, that an earlier file has as well. The rows of
    more than a few files are folded.
    """
    files = {preview.import_id: file for file, preview in ready}
    decisions: dict[UUID, Decisions] = {each: {} for each in files}
    twice: set[tuple[UUID, int]] = set()
    for group in groups:
        with card(_title(group.parts[0].statement)):
            figures, balances = st.container(), []
            for part, known in zip(group.parts, group.shared, strict=True):
                owner = part.preview.import_id
                _destination(context, files, group, part, has_names=len(ready) > 1)
                balances.append(st.container())
                with _rows(part.statement, is_folded=len(ready) > FEW):
                    said = statement_review(context, files[owner], part, known)
                decisions[owner] |= said
                twice |= {(owner, each) for each in known if said.get(each) is not Decision.SKIP}
            shown = decided_together(group, decisions)
            with figures:
                _figures(context, shown)
            for place, part in zip(balances, shown.parts, strict=True):
                with place:
                    _balances(context, part.statement)
    return list(decisions.values()), twice


def _rows(statement: StatementPreview, *, is_folded: bool) -> DeltaGenerator:
    if not is_folded:
        return st.container()
    counts = {"already there": statement.duplicate, "rejected": statement.rejected}
    others = [f"{count:,} {what}" for what, count in counts.items() if count]
    return st.expander(f"Rows: {', '.join([f'{statement.new:,} new', *others])}")


def _title(statement: StatementPreview) -> str:
    if statement.account is not None:
        return escaped(statement.account.name)
    return escaped(statement.new_account.name if statement.new_account else statement.label)


def _destination(
    context: TenantContext,
    files: Mapping[UUID, OpenFile],
    group: Together,
    part: Part,
    *,
    has_names: bool,
) -> None:
    file = files[part.preview.import_id]
    if has_names:
        st.markdown(f"**{escaped(file.name)}**")

    def choose(wish: UUID | NewAccount) -> None:
        """What is said of a new account holds for all that comes into it."""
        if isinstance(wish, NewAccount) and part.statement.new_account is not None:
            said = zip(group.parts, wishes_for(group, wish), strict=True)
            with changes(context, [files[each.preview.import_id] for each in group.parts]):
                for each, own in said:
                    files[each.preview.import_id].wish(each.statement.key, own)
        else:
            with changes(context, [file]):
                file.wish(part.statement.key, wish)

    is_first = part is group.parts[0]
    destination(context, f"{file.key} {part.statement.key}", part, choose, edits=is_first)


def _figures(context: TenantContext, group: Together) -> None:
    """Sum up what all files bring to the account, each row once."""
    shown = partial(money, context, currency=group.parts[0].statement.currency)
    figures = {
        "New": f"{group.new:,}",
        "Already there": f"{group.duplicate:,}",
        "Balance before": shown(group.balance_before),
        "Balance after": shown(group.balance_after),
    }
    grid = figure_grid(figures.values())
    for label, figure in figures.items():
        with grid.cell():
            st.metric(label, figure, border=True)


def _balances(context: TenantContext, statement: StatementPreview) -> None:
    """Set the file's own balances against those that the books will have."""
    shown, off = partial(money, context, currency=statement.currency), statement.difference
    if statement.file_balance is not None and off is not None:
        _closing(shown(statement.file_balance), shown(off) if off else "")
    off = statement.opening_difference
    if statement.file_opening is not None and off is not None:
        said = f"is {shown(statement.file_opening)}; the books are off by {shown(off)}"
        st.caption(escaped(f"The file’s own opening balance {said if off else 'agrees'}."))


def _closing(balance: str, off: str) -> None:
    if not off:
        agrees = f"The file’s own closing balance agrees: {escaped(balance)}."
        st.success(agrees, icon=":material/check_circle:")
        return
    st.warning(
        f"The file’s own closing balance is {escaped(balance)}; the books would be off by "
        f"{escaped(off)}. An opening balance or an earlier file may be missing, or "
        "the file is of another account.",
        icon=":material/balance:",
    )
