"""The files of a transaction: fetched by who sees it, added and removed by who may change it."""

from math import ceil
from uuid import UUID

import streamlit as st
from babel.units import format_unit

from fintrack.context import TenantContext
from fintrack.errors import FinTrackError, NotSignedIn
from fintrack.ledger.attachments import (
    LARGEST_MEGABYTES,
    AttachmentRecord,
    add_attachment,
    attachments,
    remove_attachment,
    restore_attachment,
)
from fintrack.ledger.records import TransactionRecord
from fintrack.limits import MEGABYTE
from fintrack.ui.failures import shown_refusals
from fintrack.ui.session import start_download
from fintrack.ui.text import escaped, escaped_sentence
from fintrack.ui.transaction_address import closed

# How many times files were taken, and what was refused of the last ones.
TAKEN, REFUSED = "fintrack taken files", "fintrack refused files"


def attached_files(context: TenantContext, record: TransactionRecord) -> None:
    """List the files of the transaction; whoever may change it adds and removes some."""
    found = attachments(context, record.id)
    st.markdown("**Files**")
    if not found:
        st.caption("No receipt or invoice yet.")
    for each in found:
        _file(context, each, is_writable=record.is_writable)
    if record.is_writable:
        _uploader(context, record.id)


def _file(context: TenantContext, file: AttachmentRecord, *, is_writable: bool) -> None:
    name = escaped(file.name)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        with st.container():
            is_wanted = st.button(
                name,
                icon=":material/download:",
                type="tertiary",
                key=f"fetch {file.id}",
                wrap=False,
            )
        st.caption(escaped(_size_text(context, file.size)), width="content")
        is_removed = is_writable and st.button("Remove", type="tertiary", key=f"remove {file.id}")
    with shown_refusals():
        if is_wanted:
            wanted = {"kind": "attachment", "attachment": str(file.id)}
            start_download(context.session, {"tenant": context.slug, **wanted})
        if is_removed:
            remove_attachment(context, file.id)
            closed(f"Removed {name}.", lambda later: restore_attachment(later, file.id))


def _uploader(context: TenantContext, transaction_id: UUID) -> None:
    for sentence in st.session_state.pop(REFUSED, ()):
        st.error(sentence, icon=":material/error:")
    # Under a new key it is empty again, so that nothing is taken twice.
    key = f"files {transaction_id} {st.session_state.get(TAKEN, 0)}"
    st.file_uploader(
        "Add files",
        accept_multiple_files=True,
        key=key,
        max_upload_size=LARGEST_MEGABYTES,
        on_change=_take,
        args=(context, transaction_id, key),
    )


def _take(context: TenantContext, transaction_id: UUID, key: str) -> None:
    """Attach what was dropped, before the dialog is drawn again; of what is refused it tells."""
    refused = []
    for file in st.session_state[key]:
        try:
            add_attachment(context, transaction_id, file.name, file.getvalue())
        except NotSignedIn:
            raise
        except FinTrackError as error:
            refused.append(f"{escaped(file.name)}: {escaped_sentence(str(error))}")
    st.session_state[TAKEN] = st.session_state.get(TAKEN, 0) + 1
    st.session_state[REFUSED] = refused


def _size_text(context: TenantContext, size: int) -> str:
    """Return the size as the tenant writes it: 820 kB, 1.2 MB."""
    if size < MEGABYTE:
        return format_unit(ceil(size / 1024), "digital-kilobyte", "short", locale=context.locale)
    count = round(size / MEGABYTE, 1)
    return format_unit(count, "digital-megabyte", "short", locale=context.locale)
