"""The rows of files behind a transaction, letter for letter."""

from collections.abc import Sequence

import streamlit as st

from fintrack.context import TenantContext
from fintrack.ledger.sources import SourceRecord
from fintrack.ui.inputs import moment_text
from fintrack.ui.text import escaped


def file_rows(context: TenantContext, sources: Sequence[SourceRecord]) -> None:
    """Show each row as it stood in its file, with who imported it and when."""
    if not sources:
        return
    with st.expander("As it stood in the file", icon=":material/description:"):
        for each in sources:
            by = f" by {each.imported_by}" if each.imported_by else ""
            verb = "imported" if each.is_origin else "found again"
            day = moment_text(context, each.imported_at)
            st.caption(escaped(f"{each.file_name}, line {each.line}, {verb} {day}{by}"))
            st.code(each.raw, language=None, wrap_lines=True)
