"""What a book says, short enough to compare by eye."""

import csv
import io
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from zipfile import ZIP_DEFLATED, ZipFile

from fintrack.statements.books.book import Book, BookTransaction, Hints
from fintrack.statements.books.read import read_book

EURO = Hints("EUR")
Said = tuple[str, str, str, str, str]


def read(content: bytes | str, hints: Hints = EURO, name: str = "book") -> Book:
    return read_book(content.encode() if isinstance(content, str) else content, name, hints)


def balances(book: Book) -> dict[str, str]:
    """Return each account's balance by its name."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in book.transactions:
        sums[each.account] += each.amount
    return {each.name: f"{each.opening + sums[each.key]:f}" for each in book.accounts}


def said(book: Book) -> list[Said]:
    """Return account, day, amount, payee and meaning of every transaction."""
    names = {each.key: each.name for each in book.accounts}
    return [
        (
            names[each.account],
            each.booked_on.isoformat(),
            f"{each.amount:f}",
            each.payee,
            _meaning(each),
        )
        for each in book.transactions
    ]


def flows(book: Book) -> dict[str, str]:
    """Return what each category took in, by kind and path; nothing for lines without one."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in book.transactions:
        for line in each.lines:
            if line.category:
                sums[f"{line.category.kind}:{':'.join(line.category.path)}"] += line.amount
    return {name: f"{total:f}" for name, total in sums.items()}


def table(header: str, *rows: Mapping[str, str]) -> str:
    """Return a CSV of rows by the names of their columns."""
    file = io.StringIO()
    writer = csv.DictWriter(file, header.split(","), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def sqlite_file(script: str, rows: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """Return a database with these tables and rows."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(script)
    for table, values in rows.items():
        for row in values:
            marks = ", ".join("?" * len(row))
            connection.execute(f"insert into {table} values ({marks})", row)
    connection.commit()
    content = connection.serialize()
    connection.close()
    return content


def _meaning(each: BookTransaction) -> str:
    if each.transfer is not None:
        return "transfer"
    return " + ".join(
        f"{':'.join(line.category.path) if line.category else '-'} {line.amount:f}"
        for line in each.lines
    )
