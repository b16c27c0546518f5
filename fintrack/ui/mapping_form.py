"""How a file was read: the guess, how sure it is, and every part of it for correction."""

from dataclasses import replace
from hashlib import sha256

import pandas as pd
import streamlit as st

from fintrack.statements.mapping import DateOrder, DecimalMark, Mapping, Role
from fintrack.statements.previews import Preview
from fintrack.statements.statement import Certainty

UNSURE = 80
SHOWN_VALUES = 3
DELIMITERS = {
    ",": "Comma",
    ";": "Semicolon",
    "\t": "Tab",
    "|": "Bar",
    ":": "Colon",
    "^": "Caret",
    " ": "Blanks",
}
ENCODINGS = ["utf-8", "cp1252", "cp1250", "cp1251", "utf-16", "gb18030", "euc_kr", "shift_jis"]
MARKS = {DecimalMark.POINT: "Point: 1,234.56", DecimalMark.COMMA: "Comma: 1.234,56"}
ORDERS = {
    DateOrder.DMY: "Day, month, year",
    DateOrder.MDY: "Month, day, year",
    DateOrder.YMD: "Year, month, day",
    DateOrder.YDM: "Year, day, month",
    DateOrder.MYD: "Month, year, day",
    DateOrder.DYM: "Day, year, month",
}
ROLE_NAMES = {role: role.value.replace("_", " ").capitalize() for role in Role}
NUMBERS = frozenset(
    {
        Role.AMOUNT,
        Role.DEBIT,
        Role.CREDIT,
        Role.FEE,
        Role.BALANCE,
        Role.FOREIGN_AMOUNT,
        Role.OPENING_BALANCE,
        Role.CLOSING_BALANCE,
    }
)


def mapping_form(key: str, preview: Preview) -> Mapping | None:
    """Show how the file was read; return the mapping as the member corrected it, if he did."""
    mapping, sure = preview.mapping, preview.certainty.overall
    if mapping is None:
        return None
    if preview.is_remembered:
        st.caption("Read as files with these columns were confirmed before.")
    form = f"mapping {key} {sha256(mapping.to_json().encode()).hexdigest()[:8]}"
    is_unsure = 0 < sure < UNSURE and not preview.is_remembered
    icon = ":material/help:" if is_unsure or preview.questions else ":material/view_column:"
    with (
        st.expander(f"How the file was read: {_said(preview)}", icon=icon, expanded=is_unsure),
        st.form(form, border=False),
    ):
        changed = _columns(preview, _reading(mapping, preview.certainty))
        submitted = st.form_submit_button("Read again", icon=":material/refresh:")
    return changed if submitted else None


def _said(preview: Preview) -> str:
    if preview.questions:
        return "not decided yet"
    sure = f"{preview.certainty.overall} % sure"
    return "as confirmed before" if preview.is_remembered else sure


def _reading(mapping: Mapping, certainty: Certainty) -> Mapping:
    left, right = st.columns(2)
    with left:
        changed = _text(mapping, certainty)
        changed = _place(mapping, changed, certainty) if mapping.roles else changed
    with right:
        orders = list(ORDERS)
        order = st.selectbox(
            _label("Dates are", certainty.date_order),
            orders,
            orders.index(mapping.date_order) if mapping.date_order else None,
            format_func=ORDERS.__getitem__,
        )
        changed = replace(changed, date_order=order)
        return _meaning(changed) if mapping.roles else _mark(changed, certainty)


def _text(mapping: Mapping, certainty: Certainty) -> Mapping:
    if mapping.sheet is not None:
        sheet = st.text_input("Sheet", mapping.sheet)
        return replace(mapping, sheet=sheet or mapping.sheet)
    known = list(dict.fromkeys([mapping.encoding or "utf-8", *ENCODINGS]))
    encoding = st.selectbox(_label("Encoding", certainty.encoding), known, accept_new_options=True)
    if not mapping.roles:
        return replace(mapping, encoding=encoding)
    delimiters = list(dict.fromkeys([mapping.delimiter or ",", *DELIMITERS]))
    delimiter = st.selectbox(
        _label("Columns are separated by", certainty.delimiter),
        delimiters,
        format_func=lambda each: DELIMITERS.get(each, each),
    )
    return replace(mapping, encoding=encoding, delimiter=delimiter)


def _place(mapping: Mapping, changed: Mapping, certainty: Certainty) -> Mapping:
    """Where the table stands; a moved header takes the first row along."""
    label = _label("Line of the header, 0 for none", certainty.header)
    header = int(st.number_input(label, 0, None, mapping.header_row or 0))
    first = int(st.number_input("First line of the rows", 1, None, mapping.first_row or 1))
    last = int(st.number_input("Last line of the rows, 0 for all", 0, None, mapping.last_row or 0))
    has_moved = header != mapping.header_row and first == mapping.first_row
    return replace(
        changed, header_row=header, first_row=None if has_moved else first, last_row=last or None
    )


def _meaning(changed: Mapping) -> Mapping:
    currency = st.text_input("Currency, if no column holds it", changed.currency or "")
    account = st.text_input("Account, if no column holds it", changed.account or "")
    inverted = st.checkbox("Purchases are positive numbers", changed.inverted)
    return replace(
        changed,
        currency=currency.strip().upper() or None,
        account=account.strip() or None,
        inverted=inverted,
    )


def _mark(changed: Mapping, certainty: Certainty) -> Mapping:
    marks = list(MARKS)
    mark = st.selectbox(
        _label("The decimal mark is", certainty.decimal_mark),
        marks,
        marks.index(changed.decimal_mark) if changed.decimal_mark else None,
        format_func=MARKS.__getitem__,
    )
    return replace(changed, decimal_mark=mark)


def _columns(preview: Preview, changed: Mapping) -> Mapping:
    """The columns for correction; what was decided for other roles is decided anew."""
    if not preview.columns:
        return changed
    table = _table(preview, changed)
    edited = st.data_editor(
        table,
        hide_index=True,
        disabled=("column", "values", "sure"),
        # On a phone only the first ones are seen, and what a column holds is what is decided.
        column_order=("column", "role", "sure", "mark", "values"),
        column_config={
            "column": st.column_config.TextColumn("Column", width=110),
            "values": "First values",
            "role": st.column_config.SelectboxColumn(
                "Holds", options=list(ROLE_NAMES.values()), required=True, width=120
            ),
            "mark": st.column_config.SelectboxColumn("Decimal mark", options=["", *MARKS.values()]),
            "sure": st.column_config.TextColumn("Sure", width=60),
        },
    )
    names = {name: role for role, name in ROLE_NAMES.items()}
    marks = {name: mark for mark, name in MARKS.items()}
    if not edited["mark"].equals(table["mark"]):
        own = tuple(marks.get(name) for name in edited["mark"])
        changed = replace(changed, decimal_marks=own)
    elif not edited["role"].equals(table["role"]):
        changed = replace(changed, decimal_mark=None, decimal_marks=())
    return replace(changed, roles=tuple(names[name] for name in edited["role"]))


def _table(preview: Preview, mapping: Mapping) -> pd.DataFrame:
    columns = preview.columns
    return pd.DataFrame(
        {
            "column": [each.name for each in columns],
            "values": [" · ".join(each.values[:SHOWN_VALUES]) for each in columns],  # noqa: PD011
            "role": [ROLE_NAMES[each.role] for each in columns],
            "mark": [_mark_name(each.role, at, mapping) for at, each in enumerate(columns)],
            "sure": ["" if each.certainty is None else f"{each.certainty} %" for each in columns],
        }
    )


def _mark_name(role: Role, at: int, mapping: Mapping) -> str:
    is_open = mapping.decimal_mark is None and not any(mapping.decimal_marks[at : at + 1])
    return "" if role not in NUMBERS or is_open else MARKS[mapping.mark_of(at)]


def _label(words: str, certainty: int) -> str:
    return f"{words} ({certainty} % sure)" if certainty else words
