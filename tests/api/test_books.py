"""The books over HTTP: what is sent, what comes back, and what is refused."""

import json

import pytest

from fintrack.access.sessions import open_session
from fintrack.api.problems import NOT_UNDERSTOOD
from tests.api.calling import account, call, record
from tests.api.stage import Stage
from tests.isolation.ledgers import Ledger


def test_amounts_are_decimals_of_their_currency(token: str, own: Ledger) -> None:
    wanted = {"EUR": "-42.50", "JPY": "-425", "KWD": "-42.505"}
    told = {
        currency: account(token, own, currency=currency, opening_balance=amount).json
        for currency, amount in wanted.items()
    }
    assert {currency: each["balance"] for currency, each in told.items()} == wanted


@pytest.mark.parametrize("amount", ["1.005", "1e3", "NaN", " 1", "1,00", "", "9" * 17])
def test_an_amount_that_is_none_is_refused(token: str, own: Ledger, amount: str) -> None:
    assert account(token, own, opening_balance=amount).status == 422


def test_a_number_in_place_of_a_decimal_string_is_refused(token: str, own: Ledger) -> None:
    answer = account(token, own, opening_balance=1.5)
    assert (answer.status, answer.json["detail"]) == (422, NOT_UNDERSTOOD)
    assert [each["field"] for each in answer.json["errors"]] == ["body.opening_balance"]


def test_a_split_has_its_parts_and_adds_up(token: str, own: Ledger) -> None:
    account_id = account(token, own).json["id"]
    category = str(own.ids["category"])
    parts = [{"category": category, "amount": "-30.00", "memo": "milk"}, {"amount": "-12.00"}]
    answer = record(token, account_id, "-42.00", splits=parts)
    told = [(each["category"], each["amount"], each["memo"]) for each in answer.json["splits"]]
    assert told == [(category, "-30.00", "milk"), (None, "-12.00", "")]
    assert answer.json["is_split"]
    refused = record(token, account_id, "-43.00", splits=parts)
    assert refused.status == 422
    assert "add up to -42.00 EUR" in refused.json["detail"]


def test_null_takes_a_category_away_and_what_is_not_named_stays(token: str, own: Ledger) -> None:
    account_id = account(token, own).json["id"]
    made = record(token, account_id, category=str(own.ids["category"]), note="keep me").json
    path = f"/transactions/{made['id']}"
    changed = call("PATCH", path, {"category": None}, token=token).json
    assert (changed["category"], changed["note"], changed["amount"]) == (None, "keep me", "-1.00")
    refused = call("PATCH", path, {"payee": None}, token=token)
    assert refused.status == 422


def test_whoever_was_faster_is_told_by_412(token: str, own: Ledger) -> None:
    made = account(token, own)
    path, seen = f"/accounts/{made.json['id']}", {"if-match": made.headers["etag"]}
    first = call("PATCH", path, {"number": "1"}, token=token, headers=seen)
    late = call("PATCH", path, {"number": "2"}, token=token, headers=seen)
    fresh = {"if-match": first.headers["etag"]}
    again = call("PATCH", path, {"number": "2"}, token=token, headers=fresh)
    assert (first.status, late.status, again.status) == (200, 412, 200)
    assert "Somebody changed this" in late.json["detail"]


@pytest.mark.parametrize("path", ["/accounts/{account}", "/transactions/{transaction}"])
def test_a_version_that_is_none_is_refused(token: str, own: Ledger, path: str) -> None:
    ids = {"account": own.ids["account"], "transaction": own.ids["transaction"]}
    header = {"if-match": '"yesterday"'}
    answer = call("PATCH", path.format(**ids), {}, token=token, headers=header)
    assert answer.status == 412


def test_pages_follow_each_other_without_a_gap_or_a_repeat(token: str, own: Ledger) -> None:
    account_id = account(token, own).json["id"]
    made = {record(token, account_id, f"-{n}.00").json["id"] for n in range(1, 8)}
    seen, cursor = [], ""
    while cursor is not None:
        query = f"account={account_id}&limit=3" + (f"&cursor={cursor}" if cursor else "")
        page = call("GET", f"/transactions?{query}", token=token).json
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
    assert len(seen) == 7
    assert set(seen) == made


def test_short_lists_come_in_pages_too(token: str, own: Ledger) -> None:
    for _ in range(3):
        account(token, own)
    everything = call("GET", "/accounts?limit=200", token=token).json["items"]
    first = call("GET", "/accounts?limit=2", token=token).json
    second = call("GET", f"/accounts?limit=200&cursor={first['next']}", token=token).json
    assert first["items"] + second["items"] == everything
    assert second["next"] is None


def test_h5_a_cursor_of_another_tenant_or_list_is_refused(
    stage: Stage, token: str, own: Ledger
) -> None:
    other = stage.token(stage.scene.family.owner)
    lists = {"/transactions": token, "/categories": token, "/audit": token}
    cursors = {
        path: call("GET", f"{path}?limit=1", token=mine).json["next"]
        for path, mine in lists.items()
    }
    assert None not in cursors.values()
    for path, cursor in cursors.items():
        assert call("GET", f"{path}?cursor={cursor}", token=token).status == 200
        assert call("GET", f"{path}?cursor={cursor}", token=other).status == 422
    mixed = call("GET", f"/categories?cursor={cursors['/transactions']}", token=token)
    assert mixed.status == 422


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ("min=-20&max=0", {"-10.00", "-20.00"}),
        ("max=-20.01", {"-30.00"}),
        ("since=2026-03-06&until=2026-03-07", {"-20.00"}),
        ("q=milk", {"-30.00"}),
        ("category=none", {"-20.00", "-30.00"}),
        ("category={category}", {"-10.00"}),
        ("status=PENDING", {"-30.00"}),
        ("payee=Grocer&tag={tag}", {"-20.00"}),
    ],
)
def test_filters_find_what_they_say(token: str, own: Ledger, query: str, amounts: set[str]) -> None:
    account_id, tag = account(token, own).json["id"], str(own.ids["tag"])
    record(token, account_id, "-10.00", category=str(own.ids["category"]))
    record(token, account_id, "-20.00", booked_on="2026-03-06", tags=[tag])
    record(token, account_id, "-30.00", description="milk", status="PENDING")
    asked = query.format(category=own.ids["category"], tag=tag)
    found = call("GET", f"/transactions?account={account_id}&{asked}", token=token).json["items"]
    assert {each["amount"] for each in found} == amounts


def test_h5_a_foreign_id_in_a_filter_finds_nothing(stage: Stage, token: str, own: Ledger) -> None:
    ids = stage.scene.family.ids
    queries = {"account": "account", "category": "category", "tag": "tag"}
    for name, kind in queries.items():
        path = f"/transactions?{name}={ids[kind]}"
        assert call("GET", path, token=token).json == {"items": [], "next": None}


@pytest.mark.parametrize("field", ["tenant_id", "owner_id", "created_by", "role", "version"])
def test_h4_what_is_not_the_client_s_to_say_is_refused(
    stage: Stage, token: str, own: Ledger, field: str
) -> None:
    foreign = str(stage.scene.family.owner.tenant_id)
    opened = account(token, own, **{field: foreign})
    recorded = record(token, str(own.ids["account"]), **{field: foreign})
    assert (opened.status, recorded.status) == (422, 422)
    assert opened.json["errors"] == [
        {"field": f"body.{field}", "message": "Extra inputs are not permitted"}
    ]


def test_an_unknown_parameter_is_refused(token: str) -> None:
    assert call("GET", "/transactions?accuont=x", token=token).status == 422
    assert call("GET", "/reports/spending?limit=3", token=token).status == 422


@pytest.mark.parametrize("text", ['"\\u0000"', '"\\ud800"', '"a\\u0000b"', '"\\udfff\\ud800"'])
def test_texts_that_cannot_be_kept_are_refused(token: str, text: str) -> None:
    content = b'{"name": ' + text.encode() + b', "kind": "CASH"}'
    headers = {"content-type": "application/json"}
    answer = call("POST", "/accounts", token=token, headers=headers, content=content)
    assert answer.status == 422
    assert answer.json["errors"][0]["field"] == "body.name"


@pytest.mark.parametrize(
    "text", ["'; drop table app.account; --", "%_\\", "\u202e\U0001f4b6", "<b>"]
)
def test_e8_texts_come_back_as_they_were_sent(token: str, own: Ledger, text: str) -> None:
    account_id = account(token, own).json["id"]
    made = record(token, account_id, payee=text, note=text, description=text).json
    assert (made["payee"], made["note"], made["description"]) == (text, text, text)
    found = call("GET", f"/transactions/{made['id']}", token=token).json
    assert found == made


def test_a_transfer_is_answered_with_both_legs(token: str, own: Ledger) -> None:
    one, other = account(token, own).json["id"], account(token, own, currency="USD").json["id"]
    given = {"from_account": one, "to_account": other, "amount": "10.00", "amount_in": "11.50"}
    made = call("POST", "/transfers", {**given, "booked_on": "2026-03-01"}, token=token).json
    legs = [(each["account"], each["amount"], each["currency"]) for each in made["legs"]]
    assert legs == [(one, "-10.00", "EUR"), (other, "11.50", "USD")]
    assert {each["transfer"] for each in made["legs"]} == {made["id"]}


def test_two_transactions_are_found_linked_and_taken_apart(token: str, own: Ledger) -> None:
    one, other = (account(token, own).json["id"] for _ in range(2))
    out, into = (record(token, *each).json["id"] for each in ((one, "-613.00"), (other, "613.00")))
    path = f"/transactions/{out}/transfer-candidates"
    (found,) = call("GET", path, token=token).json["items"]
    assert (found["id"], found["account"], found["amount"], found["days"]) == (
        into, other, "613.00", 0,
    )  # fmt: skip
    made = call("POST", "/transfers/link", {"one": out, "other": into}, token=token)
    assert made.status == 201
    assert [each["id"] for each in made.json["legs"]] == [out, into]
    assert call("GET", path, token=token).json["items"] == []
    call("POST", f"/transfers/{made.json['id']}/unlink", {}, token=token)
    assert len(call("GET", path, token=token).json["items"]) == 1


def test_many_transactions_are_deleted_at_once(token: str, own: Ledger) -> None:
    account_id = account(token, own).json["id"]
    ids = [record(token, account_id).json["id"] for _ in range(3)]
    done = call("POST", "/transactions/bulk", {"action": "delete", "ids": ids}, token=token)
    gone = [call("GET", f"/transactions/{each}", token=token).status for each in ids]
    assert (done.status, gone) == (200, [404, 404, 404])


def test_reports_are_json_or_csv_with_the_same_figures(token: str, own: Ledger) -> None:
    account_id = account(token, own).json["id"]
    record(token, account_id, "-12.34")
    path = f"/reports/cash-flow?since=2026-03-01&until=2026-04-01&account={account_id}"
    as_json = call("GET", path, token=token).json
    as_csv = call("GET", path, token=token, headers={"accept": "text/csv"})
    row = {"month": "2026-03-01", "currency": "EUR", "inflow": "0.00", "outflow": "12.34"}
    assert as_json == {"since": "2026-03-01", "until": "2026-04-01", "items": [row]}
    assert as_csv.headers["content-type"].startswith("text/csv")
    lines = as_csv.content.decode().splitlines()
    assert lines == [",".join(row), ",".join(row.values())]


def test_the_statements_agree_with_each_other(token: str, own: Ledger) -> None:
    account_id = account(token, own, opening_balance="100.00", opened_on="2026-01-01").json["id"]
    record(token, account_id, "-30.00")
    record(token, account_id, "50.00", payee="Employer")
    query = f"since=2026-01-01&until=2026-04-01&account={account_id}"
    told = {
        name: call("GET", f"/reports/{name}?{query}", token=token).json["items"]
        for name in ("balances", "net-worth", "spending", "income-statement", "balance-sheet")
    }
    assert [each["balance"] for each in told["balances"]] == ["120.00"]
    assert [each["net"] for each in told["net-worth"]] == ["100.00", "100.00", "120.00"]
    assert [each["amount"] for each in told["spending"]] == ["30.00"]
    lines = [(each["kind"], each["amount"]) for each in told["income-statement"]]
    assert lines == [("INCOME", "50.00"), ("EXPENSE", "30.00")]
    sheet = [(each["side"], each["amount"]) for each in told["balance-sheet"]]
    assert sheet == [("ASSET", "120.00")]


def test_a_transfer_out_of_sight_explains_what_remains(token: str, own: Ledger) -> None:
    ids = [account(token, own, opened_on="2026-01-01").json["id"] for _ in range(2)]
    record(token, ids[0], "-30.00")
    sent = {"from_account": ids[0], "to_account": ids[1], "amount": "5.00"}
    made = call("POST", "/transfers", {**sent, "booked_on": "2026-03-02"}, token=token)
    assert made.status == 201
    path = f"/reports/net-worth-change?since=2026-03-01&until=2026-04-01&account={ids[0]}"
    figures = {
        "currency": "EUR", "opening": "0.00", "opened": "0.00", "inflow": "0.00",
        "outflow": "30.00", "transfers": "-5.00", "closing": "-35.00",
    }  # fmt: skip
    assert call("GET", path, token=token).json["items"] == [figures]
    as_csv = call("GET", path, token=token, headers={"accept": "text/csv"}).content.decode()
    assert as_csv.splitlines() == [",".join(figures), ",".join(figures.values())]


@pytest.mark.parametrize("query", ["since=2026-04-01&until=2026-03-01", "since=0999-12-31"])
def test_a_period_that_is_none_is_refused(token: str, query: str) -> None:
    assert call("GET", f"/reports/spending?{query}", token=token).status == 422


def test_a_series_of_more_points_than_anybody_reads_is_refused(token: str) -> None:
    query = "since=1000-01-01&until=2999-01-01&interval=day"
    answer = call("GET", f"/reports/net-worth?{query}", token=token)
    assert (answer.status, "shorter period" in answer.json["detail"]) == (422, True)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("PUT", "/accounts", 405), ("GET", "/accounts/", 404)],
)
def test_what_is_not_there_is_a_problem_too(
    token: str, method: str, path: str, status: int
) -> None:
    answer = call(method, path, token=token)
    assert (answer.status, answer.json["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_is_no_json_is_refused(token: str) -> None:
    headers = {"content-type": "application/json"}
    for content in (b"{", b"\xff\xfe", b"[" * 100_000):
        answer = call("POST", "/accounts", token=token, headers=headers, content=content)
        assert answer.status in {400, 422}
        assert json.loads(answer.content)["status"] == answer.status


def test_a_page_of_another_site_changes_nothing(token: str) -> None:
    headers = {"origin": "https://example.org"}
    answer = call("POST", "/tags", {"name": "theirs"}, token=token, headers=headers)
    assert (answer.status, answer.headers["content-type"]) == (403, "application/problem+json")


def test_a_cookie_gives_no_right_to_the_api(own: Ledger) -> None:
    secret = open_session(own.owner.user_id, remember=False, agent="", address="")
    answer = call("GET", "/accounts", headers={"cookie": f"fintrack={secret}"})
    assert answer.status == 401
