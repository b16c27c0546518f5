"""Sums that people leave in their journals, such as `(40.00 + 2.50) / 3`, exactly."""

import ast
import re
from collections.abc import Callable
from decimal import Decimal, DivisionByZero, InvalidOperation

from fintrack.statements.books.cells import number
from fintrack.statements.statement import StatementError

_SUM = re.compile(r"[-+*/().\d\s]{1,200}", re.ASCII)
_OPERATIONS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: Decimal.__add__,
    ast.Sub: Decimal.__sub__,
    ast.Mult: Decimal.__mul__,
    ast.Div: Decimal.__truediv__,
}


def computed(written: str) -> Decimal:
    """Return what a sum of plain numbers comes to; commas part thousands.

    Raises:
        StatementError: it is no sum, or has no result.
    """
    bare = written.replace(",", "").strip()
    said = f"{written.strip()[:40]!r} in the file is no number."
    if not _SUM.fullmatch(bare):
        raise StatementError(said)
    try:
        return number(_value(ast.parse(bare, mode="eval").body, bare))
    except (SyntaxError, ValueError, DivisionByZero, InvalidOperation, RecursionError) as error:
        raise StatementError(said) from error


def _value(node: ast.expr, text: str) -> Decimal:
    match node:
        case ast.BinOp(left, operator, right) if type(operator) in _OPERATIONS:
            return _OPERATIONS[type(operator)](_value(left, text), _value(right, text))
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand, text)
        case ast.UnaryOp(ast.UAdd(), operand):
            return _value(operand, text)
        case ast.Constant():
            # A float would not be exact, but what was written is.
            return Decimal(ast.get_source_segment(text, node) or "")
    raise ValueError
