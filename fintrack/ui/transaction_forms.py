"""Dialogs of the ledger: a new transaction, a transfer, one transaction in full."""

from dataclasses import replace
from uuid import UUID

import pandas as pd
import streamlit as st

from fintrack.analytics.periods import today_of
from fintrack.context import TenantContext
from fintrack.ledger.bulk import delete_transactions
from fintrack.ledger.categories import categories
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.records import TransactionRecord
from fintrack.ledger.tags import tags
from fintrack.ledger.transfer_candidates import transfer_candidates
from fintrack.ledger.transfers import NewTransfer, link_transfer, record_transfer, unlink_transfer
from fintrack.ui.activity import history
from fintrack.ui.attached_files import attached_files
from fintrack.ui.failures import shown_refusals
from fintrack.ui.file_rows import file_rows
from fintrack.ui.inputs import day_text, money, row
from fintrack.ui.ledger_inputs import (
    UNCATEGORISED,
    account_input,
    amount_input,
    category_input,
    category_names,
    named,
    read_amount,
    status_input,
)
from fintrack.ui.text import escaped
from fintrack.ui.transaction_address import close_transaction, closed
from fintrack.ui.undo import done, undoing

OUT, IN = "Money out", "Money in"
MOST_OFFERED = 3


@st.dialog("New transaction", icon=":material/add:")
def new_transaction_dialog(context: TenantContext, accounts: pd.DataFrame) -> None:
    """Ask for a transaction in one of `accounts` (`ACCOUNT_NAMES`) and record it."""
    names, tag_names = category_names(categories(context)), _tag_names(context)
    account_id = account_input("Account", named(accounts, "name"), None, key="new account")
    currency = named(accounts, "currency")[account_id]
    with st.form("new transaction", border=False):
        direction = st.segmented_control("Direction", [OUT, IN], default=OUT, required=True)
        left, right = st.columns(2)
        amount = left.text_input(f"Amount ({currency})", autocomplete="off")
        day = right.date_input("Date", today_of(context), format="YYYY-MM-DD")
        payee = st.text_input("Payee", max_chars=200, autocomplete="off")
        category = category_input(names, None, key="new category")
        description = st.text_input("Description", max_chars=1000, autocomplete="off")
        chosen = _tags_input(tag_names, [])
        submitted = st.form_submit_button("Add", type="primary", width="stretch")
    if submitted:
        with shown_refusals():
            size = read_amount(amount, currency, context)
            signed = -abs(size) if direction == OUT else abs(size)
            record_transaction(
                context,
                NewTransaction(
                    account_id, day, signed, payee, description, category_id=category,
                    tags=tuple(chosen),
                ),
            )  # fmt: skip
            done(f"Added {escaped(money(context, signed, currency))}.")


@st.dialog("New transfer", icon=":material/swap_horiz:")
def new_transfer_dialog(context: TenantContext, accounts: pd.DataFrame) -> None:
    """Ask for a transfer between two of `accounts` (`ACCOUNT_NAMES`) and record both its legs."""
    names, currencies = named(accounts, "name"), named(accounts, "currency")
    left, right = st.columns(2)
    with left:
        source = account_input("From", names, None, key="transfer from")
    with right:
        target = account_input("To", names, list(names)[-1], key="transfer to")
    paid, got = currencies[source], currencies[target]
    with st.form("new transfer", border=False):
        out = st.text_input(f"Amount ({paid})", autocomplete="off")
        received = ""
        if paid != got:
            received = st.text_input(f"Amount received ({got})", autocomplete="off")
        day = st.date_input("Date", today_of(context), format="YYYY-MM-DD")
        note = st.text_input("Note", max_chars=2000, autocomplete="off")
        submitted = st.form_submit_button("Transfer", type="primary", width="stretch")
    if submitted:
        with shown_refusals():
            amount_out = abs(read_amount(out, paid, context))
            amount_in = abs(read_amount(received, got, context)) if received else None
            record_transfer(
                context, NewTransfer(source, target, amount_out, day, amount_in, note=note)
            )
            done(f"Moved {escaped(money(context, amount_out, paid))}.")


@st.dialog(
    "Transaction",
    width="large",
    icon=":material/receipt_long:",
    on_dismiss=close_transaction,
)
def transaction_dialog(context: TenantContext, record: TransactionRecord) -> None:
    """Show one transaction in full, and to those who may, the ways to change it."""
    row(
        f"**{escaped(record.payee or 'No payee')}**",
        f"**{escaped(money(context, record.amount, record.currency))}**",
        escaped(f"{day_text(context, record.booked_on)} · {record.account}"),
    )
    if not record.is_writable:
        _read_only(context, record)
        attached_files(context, record)
        file_rows(context, record.sources)
        return
    _offered_transfers(context, record)
    details, split, more = st.tabs(["Details", "Split", "More"])
    with details:
        _details_form(context, record)
    with split:
        _split_form(context, record)
    with more:
        _more(context, record)
    attached_files(context, record)
    file_rows(context, record.sources)
    history(context, record.id)


def _offered_transfers(context: TenantContext, record: TransactionRecord) -> None:
    """Offer what the transaction could be a transfer with; the nearest ones tell enough."""
    for each in transfer_candidates(context, record.id)[:MOST_OFFERED]:
        with st.container(horizontal=True, vertical_alignment="center"):
            is_same = each.currency == record.currency
            amount = "" if is_same else money(context, each.amount, each.currency)
            day = day_text(context, each.booked_on)
            words = filter(None, [each.account, each.payee, day, amount])
            st.markdown(f"Could be a transfer with {escaped(' · '.join(words))}", width="stretch")
            if st.button("Link", icon=":material/link:", key=f"link {each.id}"):
                with shown_refusals():
                    linked = link_transfer(context, record.id, each.id)
                    closed("Linked as a transfer.", undoing(linked.change_set_id))


def _read_only(context: TenantContext, record: TransactionRecord) -> None:
    for line in record.lines:
        amount = escaped(money(context, line.amount, record.currency))
        row(escaped(line.category or UNCATEGORISED), amount, escaped(line.memo))
    st.markdown(escaped(record.description))
    st.caption(escaped(record.note))


def _details_form(context: TenantContext, record: TransactionRecord) -> None:
    names, tag_names = category_names(categories(context)), _tag_names(context)
    with st.form(f"details {record.id} {record.version}", border=False):
        left, right = st.columns(2)
        with left:
            amount = amount_input("Amount", record.amount, record.currency, context, key="d amount")
            payee = st.text_input("Payee", record.payee, max_chars=200, autocomplete="off")
        with right:
            day = st.date_input("Date", record.booked_on, format="YYYY-MM-DD")
            status = status_input(record.status, key="d status")
        category = record.category_id
        if not record.lines and record.transfer_id is None:
            category = category_input(names, category, key="d category")
        description = st.text_input("Description", record.description, max_chars=1000)
        note = st.text_area("Note", record.note, max_chars=2000, height=80)
        chosen = _tags_input(tag_names, [tag.id for tag in record.tags])
        submitted = st.form_submit_button("Save", type="primary")
    if submitted:
        with shown_refusals():
            change = TransactionChange(
                amount=read_amount(amount, record.currency, context), booked_on=day, payee=payee,
                status=status, description=description, note=note, tags=tuple(chosen),
            )  # fmt: skip
            if category != record.category_id:
                change = replace(change, category_id=category)
            changed = change_transaction(context, record.id, change, record.version)
            closed("Saved.", undoing(changed))


def _split_form(context: TenantContext, record: TransactionRecord) -> None:
    if record.transfer_id is not None:
        st.caption("A transfer between own accounts has no categories to split.")
        return
    names = category_names(categories(context))
    ids = {name: each for each, name in names.items()}
    edited = st.data_editor(
        _lines(context, record),
        key=f"lines {record.id} {record.version}",
        num_rows="dynamic",
        hide_index=True,
        column_config={
            "category": st.column_config.SelectboxColumn("Category", options=list(ids)),
            "amount": st.column_config.TextColumn("Amount", required=True, alignment="right"),
            "memo": st.column_config.TextColumn("Memo", max_chars=200),
        },
    )
    st.caption("The lines add up to the amount of the transaction. No lines make it whole again.")
    if st.button("Save the split", type="primary", key="save split"):
        with shown_refusals():
            lines = tuple(
                SplitLine(ids.get(name), read_amount(amount, record.currency, context), memo or "")
                for name, amount, memo in edited.itertuples(index=False)
            )
            change = TransactionChange(lines=lines)
            changed = change_transaction(context, record.id, change, record.version)
            closed("Split.", undoing(changed))


def _lines(context: TenantContext, record: TransactionRecord) -> pd.DataFrame:
    rows = [(line.category or None, line.amount, line.memo) for line in record.lines]
    rows = rows or [(record.category or None, record.amount, "")]
    written = [
        (category, money(context, amount, record.currency), memo) for category, amount, memo in rows
    ]
    return pd.DataFrame(written, columns=["category", "amount", "memo"], dtype="object")


def _more(context: TenantContext, record: TransactionRecord) -> None:
    if record.transfer_id is not None:
        leg = record.other_leg
        st.markdown(
            f"Transfer with {escaped(leg.account) if leg else 'an account you do not see'}."
        )
        if st.button("Unlink the transfer", icon=":material/link_off:", key="unlink"):
            with shown_refusals():
                closed("Unlinked.", undoing(unlink_transfer(context, record.transfer_id)))
    if st.button("Delete", icon=":material/delete:", key="delete one"):
        with shown_refusals():
            closed("Deleted.", undoing(delete_transactions(context, [record.id])))


def _tags_input(names: dict[UUID, str], chosen: list[UUID]) -> list[UUID]:
    """Draw the choice of tags, when the tenant has any, and return it."""
    if not names:
        return chosen
    return st.multiselect("Tags", list(names), chosen, format_func=names.__getitem__)


def _tag_names(context: TenantContext) -> dict[UUID, str]:
    return named(tags(context), "name")
