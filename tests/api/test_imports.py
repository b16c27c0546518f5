"""Bank files over HTTP: previewed, imported, asked about, taken back, and measured."""

import json

from fintrack.config import settings
from tests.api.calling import call
from tests.api.files import send
from tests.api.stage import BOUNDARY
from tests.isolation.ledgers import Ledger
from tests.statements.importing import ofx_file


def opened(token: str, own: Ledger) -> str:
    given = {"name": own.name("Account"), "kind": "CHECKING"}
    return str(call("POST", "/accounts", given, token=token).json["id"])


def test_an_import_is_previewed_made_shown_and_taken_back(token: str, own: Ledger) -> None:
    content = b"Payee;Day;Sum\nBaker;2026-03-09;-12.00\nBaker;2026-03-10;nothing\n"
    account = opened(token, own)
    preview = send(token, content, dry_run="true", account=account)
    made = send(token, content, account=account)
    assert (preview.status, preview.json["id"]) == (200, None)
    assert (made.status, made.json["new"]) == (201, 1)
    (rejected,) = made.json["rejected"]
    assert rejected["line"] == 3
    assert rejected["raw"] == "Baker;2026-03-10;nothing"
    path = f"/imports/{made.json['id']}"
    shown = call("GET", path, token=token).json
    assert (shown["new"], shown["rejected"]) == (1, made.json["rejected"])
    undone = call("DELETE", path, token=token)
    assert (undone.status, undone.json) == (200, {"removed": 1})
    assert call("GET", path, token=token).json["undone"]
    assert call("DELETE", path, token=token).status == 409


def test_an_account_tells_what_its_bank_said_and_how_far_the_books_are_off(
    token: str, own: Ledger
) -> None:
    account = opened(token, own)
    assert call("GET", f"/accounts/{account}", token=token).json["bank_balance"] is None
    content = ofx_file([("20260309", "-12.00", "a", "Baker")], balance="-12.00")
    assert send(token, content, account=account).status == 201
    given = {"account": account, "booked_on": "2026-03-10", "amount": "-1.50"}
    call("POST", "/transactions", given, token=token)
    told = {"on": "2026-03-31", "balance": "-12.00", "difference": "-1.50"}
    assert call("GET", f"/accounts/{account}", token=token).json["bank_balance"] == told
    listed = call("GET", "/accounts?limit=200", token=token).json["items"]
    assert [each["bank_balance"] for each in listed if each["id"] == account] == [told]


def test_two_files_in_one_request_are_refused(token: str) -> None:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename='
    files = "".join(
        f'{head}"{name}.csv"\r\n\r\nPayee;Day;Sum\nBaker;2026-03-09;-12.00\n\r\n'
        for name in ("one", "another")
    )
    kind = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    content = f"{files}--{BOUNDARY}--\r\n".encode()
    for path in ("/imports", "/books"):
        answer = call("POST", path, token=token, headers=kind, content=content)
        assert (answer.status, answer.json["detail"]) == (422, "Send one file a request.")


def test_imports_are_listed_newest_first_and_page_by_page(token: str, own: Ledger) -> None:
    account = opened(token, own)
    files = [f"Payee;Day;Sum\nBaker;2026-03-0{n};-{n}.00\n".encode() for n in (1, 2, 3)]
    made = [send(token, each, account=account).json["id"] for each in files]
    first = call("GET", "/imports?limit=2", token=token).json
    second = call("GET", f"/imports?limit=1&cursor={first['next']}", token=token).json
    listed = [each["id"] for each in first["items"] + second["items"]]
    assert listed == made[::-1]
    assert (first["items"][0]["new"], first["items"][0]["rejected"]) == (1, 0)
    assert first["items"][0]["accounts"][0]["account_id"] == account


def test_what_is_probably_known_is_told_with_the_reason_and_left_out(
    token: str, own: Ledger
) -> None:
    account = opened(token, own)
    given = {"account": account, "booked_on": "2026-03-07", "amount": "-12.00", "payee": "Baker"}
    call("POST", "/transactions", given, token=token)
    content = b"Payee;Day;Sum\nBAKER MUELLER;2026-03-09;-12.00\n"
    reports = [send(token, content, dry_run=dry, account=account) for dry in ("true", "false")]
    reason = "Like 7 Mar 2026 Baker \N{MINUS SIGN}12.00, 2 days apart."
    for each in reports:
        assert (each.json["new"], each.json["duplicate"]) == (0, 1)
        assert each.json["matched"] == [{"row": 1, "line": 2, "reason": reason}]


def test_a_transfer_between_accounts_is_told_and_linked(token: str, own: Ledger) -> None:
    savings = own.name("Savings")
    given = {"name": savings, "kind": "SAVINGS"}
    partner = call("POST", "/accounts", given, token=token).json["id"]
    arrived = {"account": partner, "booked_on": "2026-03-09", "amount": "777.00"}
    call("POST", "/transactions", arrived, token=token)
    content = f"Payee;Day;Sum\n{savings};2026-03-09;-777.00\n".encode()
    made = send(token, content, account=opened(token, own)).json
    (link,) = made["transfers"]
    assert (link["line"], link["linked"]) == (2, True)
    (row,) = call("GET", f"/transactions?account={partner}", token=token).json["items"]
    assert row["transfer"]


def test_what_was_edited_since_the_import_is_listed_before_it_goes(token: str, own: Ledger) -> None:
    account = opened(token, own)
    made = send(token, own.csv(), account=account).json
    query = f"account={account}"
    (row,) = call("GET", f"/transactions?{query}", token=token).json["items"]
    call("PATCH", f"/transactions/{row['id']}", {"note": "mine"}, token=token)
    waits = call("DELETE", f"/imports/{made['id']}", token=token)
    assert (waits.status, [each["id"] for each in waits.json["touched"]]) == (409, [row["id"]])
    done = call("DELETE", f"/imports/{made['id']}?also_edited=true", token=token)
    assert done.json == {"removed": 1}


def test_every_row_of_an_import_is_read_page_by_page(token: str, own: Ledger) -> None:
    content = b"Payee;Day;Sum\nBaker;2026-03-19;-1.01\nKiosk;2026-03-20;two\nBar;2026-03-21;-3.03\n"
    made = send(token, content, account=opened(token, own)).json["id"]
    path, cursor, rows = f"/imports/{made}/rows?limit=2", "", []
    while cursor is not None:
        page = call("GET", path + (f"&cursor={cursor}" if cursor else ""), token=token).json
        rows += page["items"]
        cursor = page["next"]
    assert [(each["line"], each["state"], each["transaction"] is None) for each in rows] == [
        (2, "NEW", False),
        (3, "REJECTED", True),
        (4, "NEW", False),
    ]
    assert "Kiosk" in rows[1]["raw"]
    (refused,) = call("GET", f"/imports/{made}/rows?state=REJECTED", token=token).json["items"]
    assert refused == rows[1]
    told = call("GET", f"/imports/{made}", token=token).json
    assert (told["first_day"], told["last_day"]) == ("2026-03-19", "2026-03-21")


def test_an_open_question_of_a_file_is_asked_with_its_choices(token: str) -> None:
    content = b"Date;Payee;Amount\n03/04/2026;Grocer;-1.00\n05/06/2026;Grocer;-2.00\n"
    asked = send(token, content, dry_run="true")
    assert asked.status == 422
    (question,) = asked.json["questions"]
    choices = {each["value"] for each in question["choices"]}
    assert (question["field"], {"dmy", "mdy"} <= choices) == ("date_order", True)
    answered = send(token, content, dry_run="true", answer="date_order=dmy")
    assert (answered.status, answered.json["new"]) == (200, 2)


def test_what_a_dry_run_tells_is_decided_otherwise(token: str, own: Ledger) -> None:
    content = b"Payee;Day;Sum\nBaker;2026-03-19;-12.00\nButcher;2026-03-20;-13.00\n"
    account = opened(token, own)
    told = send(token, content, dry_run="true").json
    (into,) = told["accounts"]
    assert (told["reading"]["roles"], told["reading"]["delimiter"]) == (
        ["payee", "date", "amount"],
        ";",
    )
    assert {each["certainty"] for each in told["guess"]["columns"]} <= set(range(1, 101))
    assert account in {each["id"] for each in into["choices"]}
    assert (into["opened"]["side"], into["opened"]["visibility"]) == ("ASSET", "EVERYONE")
    assert [(each["row"], each["payee"], each["state"]) for each in told["rows"]] == [
        (1, "Baker", "NEW"),
        (2, "Butcher", "NEW"),
    ]
    said = {
        "reading": {**told["reading"], "inverted": True},
        "accounts": {into["key"]: account},
        "rows": {"2": "SKIP"},
    }
    decisions = json.dumps(said)
    again = send(token, content, dry_run="true", after_row="1", decisions=decisions).json
    assert [(each["row"], each["state"]) for each in again["rows"]] == [(2, "SKIPPED")]
    made = send(token, content, decisions=decisions).json
    assert (made["new"], made["skipped"], made["accounts"][0]["account_id"]) == (1, 1, account)
    (row,) = call("GET", f"/transactions?account={account}", token=token).json["items"]
    assert row["amount"] == "12.00"
    (source,) = call("GET", f"/transactions/{row['id']}", token=token).json["sources"]
    assert (source["id"], source["raw"]) == (made["id"], "Baker;2026-03-19;-12.00")


def test_decisions_that_make_no_sense_are_refused(token: str) -> None:
    refused = send(
        token, b"Payee;Day;Sum\nBaker;2026-03-19;-1.00\n", decisions='{"rows": {"7": 1}}'
    )
    assert (refused.status, "say INCLUDE, SKIP" in refused.json["detail"]) == (422, True)


def test_a_body_is_measured_while_it_comes(token: str) -> None:
    limit = settings().max_upload_mb * 1024 * 1024
    answer = send(token, b"x" * (limit + 100_000))
    assert answer.status == 413
    assert answer.headers["content-type"] == "application/problem+json"
    small = call("POST", "/accounts", {"name": "x" * 1_100_000, "kind": "CASH"}, token=token)
    assert small.status == 413
