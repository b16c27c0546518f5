"""Books as files over HTTP: tables, the files of other programs, and who may take them."""

import io
import zipfile

import pytest

from fintrack.access.api_tokens import Scope
from tests.api.calling import account, call, record
from tests.api.stage import Stage
from tests.isolation.ledgers import Ledger


def test_everything_leaves_only_after_a_fresh_sign_in(token: str) -> None:
    answer = call("GET", "/exports/transactions.csv", token=token)
    assert answer.status == 403
    assert "confirm that it is you" in answer.json["detail"]


def test_a_book_leaves_as_tables_in_a_zip(token: str, own: Ledger) -> None:
    account_id = account(token, own).json["id"]
    record(token, account_id)
    answer = call("GET", f"/exports/book.zip?account={account_id}", token=token)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        names, rows = book.namelist(), book.read("transactions.csv").decode().splitlines()
    assert names == ["transactions.csv", "accounts.csv", "categories.csv", "payees.csv", "tags.csv"]
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("path", "start"),
    [
        ("journal?form=beancount", b'option "'),
        ("journal?form=hledger", b"commodity "),
        ("accounts/{account}?form=ofx", b"<?xml "),
        ("accounts/{account}?form=qif", b"!"),
        ("table?name=transactions&form=xlsx", b"PK"),
        ("table?name=accounts&form=parquet", b"PAR1"),
    ],
)
def test_books_leave_in_the_files_of_other_programs(
    stage: Stage, token: str, own: Ledger, path: str, start: bytes
) -> None:
    exporting = stage.api_token(own.owner, Scope.EXPORT)
    wanted = path.format(account=account(token, own).json["id"])
    answer = call("GET", f"/exports/{wanted}", token=exporting)
    assert (answer.status, answer.content[: len(start)]) == (200, start)


def test_a_table_that_is_not_there_is_not_exported(stage: Stage, own: Ledger) -> None:
    exporting = stage.api_token(own.owner, Scope.EXPORT)
    answer = call("GET", "/exports/table?name=passwords&form=xlsx", token=exporting)
    assert (answer.status, "Choose one of" in answer.json["detail"]) == (404, True)
