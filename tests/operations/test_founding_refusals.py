"""What is wrong in the old books is refused with its row, before anything is written."""

from pathlib import Path

import pytest

from fintrack.errors import InvalidInput
from tests.operations.older import change, made, read


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The old database."""
    return made(tmp_path / "old.db")


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("update users set id = 1", "Several users have the id 1"),
        ("update accounts set id = 1", "Several accounts have the id 1"),
        ("update categories set id = 2", "Several categories have the id 2"),
        ("update users set id = null", "Several users have no id"),
        ("update users set email = 'ana' where id = 1", "The user 1 has accounts, but no e-mail"),
        ("update users set email = null where id = 1", "The user 1 has accounts, but no e-mail"),
        ("update accounts set initial_balance = 'x' where id = 1", "The account 1: 'x' in the"),
        ("update accounts set currency = 'eur' where id = 1", "The account 1: 'eur' is not a"),
        ("update transactions set date = null where id = 2", "The transaction 2: 'None' in the"),
        ("update transactions set date = '0999-12-31' where id = 2", "The transaction 2: The date"),
        ("update transactions set date = '3000-01-01' where id = 2", "The transaction 2: The date"),
        ("update transactions set date = 1705121234 where id = 2", "The transaction 2: '17051212"),
        ("update transactions set date = '1705121234.5'", "The transaction 1: '1705121234.5' in"),
        ("update transactions set amount = 'x' where id = 2", "The transaction 2: 'x' in the"),
        ("update transactions set amount = 1e20 where id = 2", "The transaction 2: The amount"),
        ("update transactions set amount = 1e14 where id = 2", "The transaction 2: The amount"),
    ],
)
def test_a_row_that_cannot_come_is_named(file: Path, statement: str, sentence: str) -> None:
    change(file, statement)
    with pytest.raises(InvalidInput, match=sentence):
        read(f"sqlite:///{file}")


def test_a_category_of_his_own_comes_though_nothing_is_in_it(file: Path) -> None:
    change(file, "alter table categories add column user_id integer")
    change(file, "insert into categories values (4, 'Later', 'expense', 1, 2)")
    ana, gus = read(f"sqlite:///{file}")
    assert ("Home", "Later") in [each.path for each in gus.book.categories]
    assert ("Home", "Later") not in [each.path for each in ana.book.categories]


def test_an_opening_balance_of_less_than_a_cent_is_told_as_rounded(file: Path) -> None:
    change(file, "update accounts set initial_balance = 10.006, balance = null where id = 3")
    _, gus = read(f"sqlite:///{file}")
    (note,) = gus.book.notes
    assert note.endswith("than their currency has were rounded (1).")
