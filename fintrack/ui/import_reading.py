"""How a file is read: what it leaves open is asked, and what was guessed can be corrected."""

import streamlit as st

from fintrack.context import TenantContext
from fintrack.statements.mapping import Mapping
from fintrack.statements.previews import Preview, with_answers
from fintrack.ui.failures import shown_refusals
from fintrack.ui.import_files import OpenFile, changes
from fintrack.ui.mapping_form import mapping_form
from fintrack.ui.text import escaped, unmarked


def questions(context: TenantContext, file: OpenFile, preview: Preview) -> None:
    """Ask what the file leaves open; nothing is guessed."""
    st.info(
        "This file can be read in more than one way. Say which is right.", icon=":material/help:"
    )
    with st.form(f"questions {file.key}", border=False):
        answers = {}
        for question in preview.questions:
            words = {choice.value: escaped(choice.label) for choice in question.choices}
            answers[question.field] = st.radio(
                unmarked(question.sentence), list(words), format_func=words.__getitem__, index=None
            )
        submitted = st.form_submit_button("Continue", type="primary")
    if submitted:
        with shown_refusals():
            said = {name: value or "" for name, value in answers.items()}
            _read_again(context, file, with_answers(preview, said))


def correction(context: TenantContext, file: OpenFile, preview: Preview) -> None:
    """Show how the file was read, and read it again as the member corrects it."""
    changed = mapping_form(file.key, preview)
    if changed is not None:
        with shown_refusals():
            _read_again(context, file, changed)


def _read_again(context: TenantContext, file: OpenFile, mapping: Mapping | None) -> None:
    with changes(context, [file]):
        file.mapping, file.preview = mapping, None
