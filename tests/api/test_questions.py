"""Reports that take a period apart or look beyond it: JSON and CSV with the same figures."""

from tests.api.calling import call
from tests.api.test_books import account, record
from tests.isolation.ledgers import Ledger

MARCH = "since=2026-03-01&until=2026-04-01"


def csv_lines(token: str, path: str) -> list[str]:
    answer = call("GET", path, token=token, headers={"accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    return answer.content.decode().splitlines()


def test_a_period_is_taken_apart_by_payee(token: str, own: Ledger) -> None:
    account_id = account(token, own).json["id"]
    record(token, account_id, "-12.34")
    path = f"/reports/breakdown?{MARCH}&by=payee&account={account_id}"
    row = {
        "id": "Grocer", "name": "Grocer", "currency": "EUR", "income": "0.00",
        "spending": "12.34", "entries": 1,
    }  # fmt: skip
    assert call("GET", path, token=token).json["items"] == [row]
    head, line = csv_lines(token, path)
    assert (head, line) == ("part,currency,income,spending,entries", "Grocer,EUR,0.00,12.34,1")


def test_a_dimension_that_is_none_is_refused(token: str) -> None:
    assert call("GET", f"/reports/breakdown?{MARCH}&by=weather", token=token).status == 422
