"""Whether the fees of a table were taken from its amounts, said in one sentence."""

from collections.abc import Iterator

from fintrack.statements.delimited.header import role_scores
from fintrack.statements.delimited.header_words import normalised
from fintrack.statements.delimited.layout import Table
from fintrack.statements.delimited.numbers import parse_figure
from fintrack.statements.mapping import DecimalMark, Mapping, Role
from fintrack.texts import counted

_NET, _AFTER = "net", "after"


def fee_notes(mapping: Mapping, table: Table) -> Iterator[str]:
    """Yield a sentence for each column of fees that has one; net amounts need none."""
    for at, role in enumerate(mapping.roles):
        if role is not Role.FEE and not _is_left_out(role, at, mapping, table):
            continue
        count = sum(map(_is_fee, table.cells(at)))
        if count == 0:
            continue
        rows = counted(count, "row", "rows")
        if role is Role.FEE:
            yield f"The fees in the column {table.name(at)!r} were taken off in {rows}."
        else:
            yield (
                f"The fees in the column {table.name(at)!r} ({rows}) were not taken off, because "
                "nothing in the file shows that they were paid beside the amount. If they were, "
                "let the column hold a fee."
            )


def _is_fee(cell: str) -> bool:
    """Say whether the cell is more than nothing, whichever mark stands before its decimals."""
    figures = (parse_figure(cell, mark) for mark in DecimalMark)
    return any(figure is not None and figure.value != 0 for figure in figures)


def _is_left_out(role: Role, at: int, mapping: Mapping, table: Table) -> bool:
    """Say whether the column holds fees by its name, beside amounts that are not net of them."""
    if _AFTER in normalised(table.name(at)).split():
        return False
    named = role_scores(table.name(at))
    is_fee = role is Role.IGNORE and named.get(Role.FEE, 0) == max(named.values(), default=1)
    amount = mapping.column(Role.AMOUNT)
    is_net = amount is not None and _NET in normalised(table.name(amount)).split()
    return is_fee and not is_net
