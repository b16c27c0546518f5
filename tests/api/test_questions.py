"""Reports that take a period apart or look beyond it: JSON and CSV with the same figures."""

from datetime import timedelta

from fintrack.analytics.periods import today_of
from fintrack.context import Role
from fintrack.ledger.activity import activity
from tests.api.calling import account, call, record
from tests.api.stage import Stage, member
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


def test_a_branch_is_told_by_what_is_below_it(token: str, own: Ledger) -> None:
    account_id = account(token, own).json["id"]
    for kind, amount in (("EXPENSE", "-3.00"), ("INCOME", "5.00")):
        given = {"name": f"Top of {kind}", "kind": kind}
        top = call("POST", "/categories", given, token=token).json["id"]
        given = {"name": f"Below {kind}", "kind": kind, "parent": top}
        below = call("POST", "/categories", given, token=token).json["id"]
        record(token, account_id, amount, category=below)
        name = "spending" if kind == "EXPENSE" else "income"
        path = f"/reports/{name}?{MARCH}&account={account_id}"
        for asked, expected in ((path, top), (f"{path}&parent={top}", below)):
            rows = call("GET", asked, token=token).json["items"]
            assert [(row["category"], row["amount"]) for row in rows] == [
                (expected, amount.lstrip("-"))
            ]


def test_a_report_as_a_file_needs_the_right_and_counts_as_no_export(
    stage: Stage, own: Ledger, token: str
) -> None:
    """Whoever reads is told the same figures as JSON as often as he asks; a read writes nothing."""
    path, before = f"/reports/spending?{MARCH}", activity(own.owner).frame
    viewer = stage.token(member(own, Role.VIEWER))
    refused = call("GET", path, token=viewer, headers={"accept": "text/csv"})
    assert (refused.status, call("GET", path, token=viewer).status) == (403, 200)
    assert "who may not export" in refused.json["detail"]
    assert csv_lines(token, path)[0] == "category,parent,currency,amount"
    assert activity(own.owner).frame["id"].tolist() == before["id"].tolist()


def test_a_dimension_that_is_none_is_refused(token: str) -> None:
    assert call("GET", f"/reports/breakdown?{MARCH}&by=weather", token=token).status == 422


def test_a_month_is_compared_with_the_same_days_of_the_year_before(token: str, own: Ledger) -> None:
    account_id = account(token, own, currency="KWD", opened_on="2025-01-01").json["id"]
    record(token, account_id, "-12.340")
    record(token, account_id, "-2.000", booked_on="2025-03-02")
    path = f"/reports/comparison?{MARCH}&against=year&currency=KWD"
    row = {
        "kind": "EXPENSE", "category": None, "category_name": "Uncategorised", "currency": "KWD",
        "amount": "12.340", "before": "2.000", "change": "10.340",
    }  # fmt: skip
    assert call("GET", path, token=token).json["items"] == [row]
    assert csv_lines(token, path)[1] == "EXPENSE,Uncategorised,KWD,12.340,2.000,10.340"
    path = f"/reports/year-over-year?{MARCH}&currency=KWD"
    assert csv_lines(token, path) == [
        "month,currency,inflow,inflow_before,outflow,outflow_before",
        "2026-03-01,KWD,0.000,0.000,12.340,2.000",
    ]
    assert call("GET", path, token=token).json["items"][0]["outflow_before"] == "2.000"


def test_a_whole_month_is_compared_with_all_of_the_one_before(token: str, own: Ledger) -> None:
    account_id = account(token, own, currency="TND", opened_on="2025-01-01").json["id"]
    for day in ("2026-10-01", "2026-10-31", "2026-11-30"):
        record(token, account_id, "-1.000", booked_on=day)
    path = "/reports/comparison?since=2026-11-01&until=2026-12-01&currency=TND"
    (row,) = call("GET", path, token=token).json["items"]
    assert (row["amount"], row["before"]) == ("1.000", "2.000")


REPORTS = (
    "balances", "net-worth", "cash-flow", "spending", "income", "income-statement", "balance-sheet",
    "breakdown", "comparison", "year-over-year", "savings", "daily-spending", "money-flow",
    "anomalies", "pivot", "net-worth-change",
)  # fmt: skip


def test_an_odd_period_is_answered_or_refused_in_a_sentence(token: str) -> None:
    odd = (
        "since=1000-01-01&until=2000-01-01", "since=1000-01-01&until=1000-01-02",
        "until=1000-01-01", "since=2999-12-31", "since=2000-01-01&until=2999-12-31",
        "since=1999-12-31&until=2999-12-31&interval=week&against=year",
    )  # fmt: skip
    for path in (f"/reports/{name}?{query}" for name in REPORTS for query in odd):
        answer = call("GET", path, token=token)
        assert answer.status in {200, 422}, path
        assert answer.status == 200 or answer.json["detail"], path


def test_what_was_saved_is_told_in_thousandths(token: str, own: Ledger) -> None:
    account_id = account(token, own, currency="JPY", opened_on="2025-01-01").json["id"]
    record(token, account_id, "300", payee="Works")
    record(token, account_id, "-200")
    record(token, account_id, "-7", booked_on="2026-04-01")
    path = "/reports/savings?since=2026-03-01&until=2026-05-01&currency=JPY"
    assert csv_lines(token, path)[1:] == [
        "2026-03-01,JPY,300,200,100,333",
        "2026-04-01,JPY,0,7,-7,",
    ]
    told = call("GET", path, token=token).json["items"]
    assert [(each["saved"], each["per_mille"]) for each in told] == [("100", 333), ("-7", None)]


def test_each_day_is_told_and_no_more_than_a_year_of_them(token: str, own: Ledger) -> None:
    account_id = account(token, own, currency="CHF", opened_on="2025-01-01").json["id"]
    record(token, account_id, "-3.10")
    path = f"/reports/daily-spending?{MARCH}&currency=CHF"
    assert csv_lines(token, path) == ["on,currency,amount", "2026-03-05,CHF,3.10"]
    row = {"on": "2026-03-05", "currency": "CHF", "amount": "3.10"}
    assert call("GET", path, token=token).json["items"] == [row]
    refused = call("GET", "/reports/daily-spending?since=2025-01-01&until=2026-04-01", token=token)
    assert refused.status == 422


def test_what_came_and_what_went_are_told_as_one(token: str, own: Ledger) -> None:
    account_id = account(token, own, currency="SEK", opened_on="2025-01-01").json["id"]
    record(token, account_id, "9.00", payee="Works")
    record(token, account_id, "-3.10")
    path = f"/reports/money-flow?{MARCH}&currency=SEK"
    assert csv_lines(token, path) == [
        "side,kind,category,currency,amount", "IN,INCOME,Uncategorised,SEK,9.00",
        "OUT,SAVINGS,Kept,SEK,5.90", "OUT,EXPENSE,Uncategorised,SEK,3.10",
    ]  # fmt: skip
    told = call("GET", path, token=token).json["items"]
    assert [(each["side"], each["amount"]) for each in told] == [
        ("IN", "9.00"), ("OUT", "5.90"), ("OUT", "3.10"),
    ]  # fmt: skip


def test_the_days_to_come_are_told_with_past_errors(token: str, own: Ledger) -> None:
    today = today_of(own.owner)
    account_id = account(token, own, currency="NOK", opened_on="2020-01-01").json["id"]
    for back in (200, 0):
        booked = str(today - timedelta(back))
        record(token, account_id, "1.00", booked_on=booked)
    told = call("GET", "/reports/forecast?currency=NOK", token=token).json
    assert len(told["items"]) == 90
    assert told["items"][0]["on"] == told["since"] == str(today + timedelta(1))
    assert told["items"][0].keys() == {"on", "currency", "balance", "low", "high"}
    assert [(each["currency"], each["forecasts"]) for each in told["errors"]] == [("NOK", 3)]
    lines = csv_lines(token, "/reports/forecast?currency=NOK")
    assert lines[0] == "on,currency,balance,low,high"
    assert len(lines) == 91


def test_what_is_unlike_its_payee_is_told(token: str, own: Ledger) -> None:
    account_id = account(token, own, currency="DKK", opened_on="2025-01-01").json["id"]
    for number in range(1, 7):
        record(token, account_id, "-1.00", booked_on=f"2026-03-0{number}", payee="Kiosk")
    far = record(token, account_id, "-9.00", booked_on="2026-03-07", payee="Kiosk").json["id"]
    path = f"/reports/anomalies?{MARCH}&currency=DKK"
    (told,) = call("GET", path, token=token).json["items"]
    assert (told["transaction"], told["amount"], told["usual"]) == (far, "-9.00", "-1.00")
    assert csv_lines(token, path)[1].endswith("DKK,-9.00,-1.00,0.00")


def test_a_branch_of_the_categories_is_taken_apart(token: str, own: Ledger) -> None:
    account_id = account(token, own, opened_on="2026-01-01").json["id"]
    given = {"name": own.name("Garden"), "kind": "EXPENSE"}
    top = call("POST", "/categories", given, token=token).json["id"]
    child = {**given, "name": own.name("Seeds"), "parent": top}
    below = call("POST", "/categories", child, token=token).json["id"]
    for category, amount in ((top, "-1.00"), (below, "-2.00"), (None, "-4.00")):
        record(token, account_id, amount, category=category)
    query = f"{MARCH}&account={account_id}&parent={top}"
    for path, key in (("breakdown?by=category", "id"), ("pivot?rows=category", "row")):
        told = call("GET", f"/reports/{path}&{query}", token=token).json["items"]
        assert {each[key]: each["spending"] for each in told} == {top: "1.00", below: "2.00"}


def test_a_period_is_taken_apart_by_two_dimensions(token: str, own: Ledger) -> None:
    account_id = account(token, own, opened_on="2026-01-01").json["id"]
    record(token, account_id, "-12.34")
    path = f"/reports/pivot?{MARCH}&rows=payee&columns=month&account={account_id}"
    row = {
        "row": "Grocer", "row_name": "Grocer", "column": "2026-03-01", "column_name": "2026-03",
        "currency": "EUR", "income": "0.00", "spending": "12.34", "entries": 1,
    }  # fmt: skip
    told = call("GET", path, token=token).json
    assert told["items"] == [row]
    names = [(each["row"], each["row_name"], each["column_name"]) for each in told["totals"]]
    assert names == [
        ("Grocer", "Grocer", "Total"), (None, "Total", "2026-03"), (None, "Total", "Total"),
    ]  # fmt: skip
    assert {each["spending"] for each in told["totals"]} == {"12.34"}
    assert csv_lines(token, path) == [
        "row,column,currency,income,spending,entries", "Grocer,2026-03,EUR,0.00,12.34,1",
        "Grocer,Total,EUR,0.00,12.34,1", "Total,2026-03,EUR,0.00,12.34,1",
        "Total,Total,EUR,0.00,12.34,1",
    ]  # fmt: skip
    assert call("GET", f"{path}&currency=USD", token=token).json["totals"] == []
    same = call("GET", f"/reports/pivot?{MARCH}&rows=tag&columns=tag", token=token)
    assert (same.status, "two different" in same.json["detail"]) == (422, True)
