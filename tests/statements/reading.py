"""Short ways to read small files, without any books."""

from fintrack.statements.read import read_statements
from fintrack.statements.statement import Statement, StatementFile


def read(text: str) -> StatementFile:
    return read_statements(text.encode())


def only(text: str) -> Statement:
    return only_of(read(text))


def only_of(found: StatementFile) -> Statement:
    """Return the one statement of a file that leaves nothing open."""
    assert not found.questions
    (statement,) = found.statements
    return statement
