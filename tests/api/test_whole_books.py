"""Whole books over HTTP: one file becomes a tenant, or nothing does."""

from functools import partial

from fintrack.access.tenants import my_tenants
from fintrack.operations.archive.export import export_book
from tests.api.calling import call
from tests.api.decisions import JOURNAL
from tests.api.files import send
from tests.isolation.ledgers import Ledger

bring = partial(send, path="/books")


def test_a_journal_becomes_a_tenant_of_its_own(token: str) -> None:
    answer = bring(token, JOURNAL, name="Old books")
    told = answer.json
    assert (answer.status, told["tenant"]["name"], told["tenant"]["role"]) == (
        201, "Old books", "OWNER",
    )  # fmt: skip
    assert told["is_equal"]
    assert [
        (each["name"], each["count_after"], each["balance_before"], each["balance_after"])
        for each in told["accounts"]
    ] == [("Cash", 1, "-1.00", "-1.00")]
    inside = call("POST", "/token/switch", {"tenant": told["tenant"]["slug"]}, token=token).json
    listed = call("GET", "/transactions", token=inside["access_token"]).json["items"]
    assert [(each["payee"], each["amount"]) for each in listed] == [("Grocer", "-1.00")]


def test_an_archive_comes_back_with_the_same_content(token: str, own: Ledger) -> None:
    archive = b"".join(export_book(own.owner))
    told = bring(token, archive, name="Again").json
    assert told["is_equal"]
    assert len(told["content_hash"]) == 64
    assert told["tenant"]["name"] == "Again"


def test_a_book_may_be_as_large_as_an_upload(token: str) -> None:
    answer = bring(token, JOURNAL + b"; old words\n" * 200_000)
    assert (answer.status, answer.json.get("is_equal")) == (201, True)


def test_what_is_no_book_makes_no_tenant(token: str, own: Ledger) -> None:
    before = len(my_tenants(own.owner.session))
    answer = bring(token, b"\x00 nothing that anybody would read")
    assert answer.status in {400, 422}
    assert answer.json["detail"].endswith(".")
    assert len(my_tenants(own.owner.session)) == before


def test_what_a_book_leaves_open_can_be_said(token: str) -> None:
    ambiguous = (
        b'"Date","Description","Original Description","Amount","Transaction Type","Category",'
        b'"Account Name","Labels","Notes"\n'
        b'"01/02/2026","Grocer","GROCER","1.00","debit","Food","Cash","",""\n'
    )
    answer = bring(token, ambiguous, currency="EUR", date_order="dmy")
    assert answer.status == 201
    assert [each["currency"] for each in answer.json["accounts"]] == ["EUR"]
