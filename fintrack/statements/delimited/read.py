"""CSV and its kin: the table of a file to statements, by a guessed or a given mapping."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from fintrack.statements.delimited.cells import plan
from fintrack.statements.delimited.certainty import certainties
from fintrack.statements.delimited.decimals import with_whole_amounts
from fintrack.statements.delimited.ends import with_own_end
from fintrack.statements.delimited.fees import fee_notes
from fintrack.statements.delimited.fixed import BLANK, are_fixed, fixed_rows
from fintrack.statements.delimited.guess import completed
from fintrack.statements.delimited.header import movements_of_others
from fintrack.statements.delimited.header_words import normalised
from fintrack.statements.delimited.layout import Table, parted
from fintrack.statements.delimited.legs import Group, are_postings, own_legs
from fintrack.statements.delimited.minor import in_major_units, minor_columns, minor_notes
from fintrack.statements.delimited.numbers import parse_figure
from fintrack.statements.delimited.own_export import is_own_export, read_own_export
from fintrack.statements.delimited.packed import PackedRows, packed
from fintrack.statements.delimited.questions import open_questions
from fintrack.statements.delimited.rows import Reading, read_rows
from fintrack.statements.delimited.serials import with_days
from fintrack.statements.delimited.table import (
    NOTHING_TOLD,
    likely_delimiter,
    lines_of,
    require_few_lines,
    table_rows,
)
from fintrack.statements.mapping import Mapping, Role
from fintrack.statements.statement import (
    CERTAIN,
    Certainty,
    ColumnSample,
    Rejected,
    Statement,
    StatementError,
    StatementFile,
)
from fintrack.statements.text import decode, encoding_certainty, unified
from fintrack.texts import counted

_SHOWN = 5
_NO_STATEMENT = "This file is not a statement that FinTrack can read; choose one from your bank."

_ABOVE = "The row is of another table above; save that one as a file of its own and import it."
_WHOLE_BOOK = (
    "This is GnuCash's export of several accounts. Bring it as a whole book, or export the "
    "register of one account."
)
# Every split is a row there, those of categories too.
_OF_GNUCASH = frozenset({"transaction id", "full account name", "commodity currency", "amount num"})


def read_delimited(content: bytes, mapping: Mapping | None, currency: str | None) -> StatementFile:
    """Return the statements, or the questions that must be answered first.

    Raises:
        StatementError: no table with dates and amounts is in the file.
    """
    given = mapping or Mapping()
    require_few_lines(content)
    text, encoding = decode(content, given.encoding)
    if mapping is None and is_own_export(text):
        return read_own_export(text)
    lines = lines_of(unified(text))
    delimiter, sure = likely_delimiter(lines)
    if sure == NOTHING_TOLD and are_fixed(lines):
        delimiter = BLANK
    rows = _rows(lines, given.delimiter or delimiter)
    certainty = Certainty(
        encoding=100 if given.encoding else encoding_certainty(content, encoding),
        delimiter=100 if given.delimiter else sure,
    )
    given = replace(given, encoding=encoding, delimiter=given.delimiter or delimiter)
    # The rows hold all that is still needed of the text.
    del text, lines
    return read_table(rows, given, currency, certainty=certainty)


def _rows(lines: Sequence[str], delimiter: str) -> PackedRows:
    if delimiter == BLANK:
        return packed(fixed_rows(lines))
    rows = packed(table_rows(lines, delimiter))
    return with_whole_amounts(rows) if delimiter == "," else rows


def read_table(
    rows: PackedRows,
    mapping: Mapping,
    currency: str | None,
    *,
    file_format: str = "csv",
    certainty: Certainty = CERTAIN,
) -> StatementFile:
    """Return what the rows of one table say, wherever they come from.

    `certainty` is how sure it is that these are the file's rows.

    Raises:
        StatementError: no table with dates and amounts is among the rows.
    """
    table = parted(with_own_end(with_days(rows)), mapping)
    used = completed(mapping, table, currency)
    _require_a_table(used, table)
    questions = open_questions(used, table)
    found, columns = certainties(mapping, used, table, certainty)
    samples = _samples(used, table, columns)
    statements = () if questions else _statements(used, table)
    return StatementFile(file_format, statements, used, questions, samples, found)


def _require_a_table(mapping: Mapping, table: Table) -> None:
    """A known header, or some column of dates beside another one: else it is no statement."""
    known = Role.DATE in mapping.roles
    money = {Role.AMOUNT, Role.DEBIT, Role.CREDIT} & set(mapping.roles)
    telling = sum(map(bool, (known, money)))
    if {normalised(name) for name in table.names} >= _OF_GNUCASH:
        raise StatementError(_WHOLE_BOOK)
    if len(mapping.roles) <= 1 or telling == 0 or (not known and not table.header):
        raise StatementError(_NO_STATEMENT)


def _samples(
    mapping: Mapping, table: Table, certainties: Sequence[int | None]
) -> tuple[ColumnSample, ...]:
    roles, sure = dict(enumerate(mapping.roles)), dict(enumerate(certainties))
    return tuple(
        ColumnSample(
            table.name(at),
            roles.get(at, Role.IGNORE),
            tuple(islice((cell for cell in cells if cell), _SHOWN)),
            sure.get(at),
        )
        for at, cells in enumerate(table.columns)
    )


def _statements(mapping: Mapping, table: Table) -> tuple[Statement, ...]:
    reading = read_rows(table, plan(mapping, table))
    groups: Sequence[Group] = list(reading.groups.values())
    other_sides = 0
    if Role.JOURNAL in mapping.roles or are_postings(groups):
        groups, other_sides = own_legs(groups)
    found = [_statement(group) for group in groups]
    if not found:
        found = [Statement(mapping.account, mapping.currency, ())]
    if len(found) == 1:
        found[0] = _with_stated_balances(found[0], mapping, table, reading)
    notes = (
        *_notes(mapping, reading, other_sides),
        *(note for each in groups for note in each.balances.notes),
        *fee_notes(mapping, table),
        *minor_notes(mapping, table),
    )
    above = [Rejected(row.line, row.raw, _ABOVE) for row in movements_of_others(table.above)]
    found[0] = replace(found[0], rejected=(*above, *reading.rejected), notes=notes)
    return tuple(found)


def _statement(group: Group) -> Statement:
    entries, balances = tuple(group.entries), group.balances
    around = balances.around()
    if around is None:
        return Statement(group.account, group.currency, entries)
    opening, closing = around
    return Statement(
        group.account,
        group.currency,
        entries,
        opening_balance=opening,
        closing_balance=closing,
        closing_on=entries[-1 if balances.is_oldest_first else 0].booked_on,
    )


def _with_stated_balances(
    statement: Statement,
    mapping: Mapping,
    table: Table,
    reading: Reading,
) -> Statement:
    """Balances in rows or columns of their own win over those that follow from the rows."""
    opening = reading.opening or _constant(mapping, table, Role.OPENING_BALANCE)
    closing = reading.closing or _constant(mapping, table, Role.CLOSING_BALANCE)
    if opening is not None:
        statement = replace(statement, opening_balance=opening)
    if closing is not None:
        last = max((entry.booked_on for entry in statement.entries), default=None)
        statement = replace(
            statement, closing_balance=closing, closing_on=reading.closing_on or last
        )
    return statement


def _constant(mapping: Mapping, table: Table, role: Role) -> Decimal | None:
    at = mapping.column(role)
    if at is None:
        return None
    cells = {cell for cell in table.cells(at) if cell}
    figure = parse_figure(cells.pop(), mapping.mark_of(at)) if len(cells) == 1 else None
    if figure and at in minor_columns(mapping, table):
        return in_major_units(figure.marked, mapping.currency)
    return figure.marked if figure else None


def _notes(mapping: Mapping, reading: Reading, other_sides: int) -> list[str]:
    left_out = (
        (
            reading.not_done,
            "row is pending or cancelled and was",
            "rows are pending or cancelled and were",
        ),
        (
            reading.outside,
            "row is a heading or total and was",
            "rows are headings or totals and were",
        ),
        (
            other_sides,
            "row is the other side of a journal and was",
            "rows are other sides of journals and were",
        ),
    )
    notes = [f"{counted(*each)} left out." for each in left_out if each[0]]
    if mapping.inverted:
        notes.append("Purchases are positive in this file; their sign was turned.")
    return notes
