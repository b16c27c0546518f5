"""ETag and If-Match: nobody changes, or deletes, what somebody faster has changed."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import event

from fintrack.context import Role
from fintrack.db import TenantSession
from tests.api.calling import Reply, call
from tests.api.decisions import ROUTES
from tests.api.stage import Stage, member
from tests.isolation.ledgers import Ledger

CHANGES = [name for name in ROUTES if name.partition(" ")[0] in {"PATCH", "PUT", "DELETE"}]
# What is read alone: its path, and how it is changed twice.
THINGS = {
    "account": ("/accounts/{}", {"number": "1"}, {"number": "2"}),
    "transaction": ("/transactions/{}", {"note": "one"}, {"note": "two"}),
    "category": ("/categories/{}", {"archived": True}, {"name": "Elsewhere"}),
    "payee": ("/payees/{}", {"category": None}, {"name": "Somebody else"}),
    "tag": ("/tags/{}", {"name": "one word"}, {"name": "another word"}),
    "rule": ("/rules/{}", {"words": "one word"}, {"words": "another word"}),
    "budget": ("/budgets/{}", {"amount": "7.00"}, {"amount": "8.00"}),
    "pivot": ("/pivots/{}", {"measure": "net"}, {"columns": "category"}),
    "recurring": ("/recurring/{}", {"note": "one"}, {"starts_on": "2026-05-01"}),
}

every_thing = pytest.mark.parametrize("kind", THINGS)
Ask = Callable[..., Reply]


@pytest.fixture
def ask(token: str) -> Ask:
    """A function that asks for Cleo, about the version that she saw."""

    def asked(method: str, path: str, given: object = None, seen: str = "*") -> Reply:
        return call(method, path, given, token=token, headers={"if-match": seen})

    return asked


@pytest.mark.parametrize("route", CHANGES)
@pytest.mark.parametrize("seen", ['"0"', '"77"', '"yesterday"'])
def test_no_change_overlooks_a_version_that_does_not_stand(
    stage: Stage, own: Ledger, route: str, seen: str
) -> None:
    token = stage.token_for(route, own.owner)
    answer = stage.ask(route, own.owner, own, token, seen)
    assert answer.status == 412, answer.content


@every_thing
def test_of_two_changes_of_what_both_saw_the_second_is_refused(
    own: Ledger, ask: Ask, kind: str
) -> None:
    path, one, other = THINGS[kind]
    path = path.format(own.new(kind))
    seen = ask("GET", path).headers["etag"]
    first, late = ask("PATCH", path, one, seen), ask("PATCH", path, other, seen)
    assert (first.status, late.status) == (200, 412), late.content
    again = ask("PATCH", path, other, first.headers["etag"])
    assert (again.status, len({seen, first.headers["etag"], again.headers["etag"]})) == (200, 3)
    assert ask("GET", path).headers["etag"] == again.headers["etag"]


@every_thing
def test_what_somebody_changed_is_not_deleted_by_whoever_saw_it_before(
    own: Ledger, ask: Ask, kind: str
) -> None:
    path, one, _ = THINGS[kind]
    path = path.format(own.new(kind))
    seen = ask("GET", path).headers["etag"]
    fresh = ask("PATCH", path, one).headers["etag"]
    assert ask("DELETE", path, seen=seen).status == 412
    assert ask("DELETE", path, seen=fresh).status == 204


@pytest.mark.parametrize("kind", sorted(THINGS.keys() - {"account", "transaction"}))
def test_a_list_tells_the_version_of_each(own: Ledger, ask: Ask, kind: str) -> None:
    path, made = THINGS[kind][0], str(own.new(kind))
    told = ask("GET", path.format("").rstrip("/") + "?limit=200").json["items"]
    (version,) = (each["version"] for each in told if each["id"] == made)
    assert ask("GET", path.format(made)).headers["etag"] == f'"{version}"'


def test_a_member_is_changed_and_removed_as_he_was_seen(own: Ledger, ask: Ask) -> None:
    user_id = str(own.new("member"))
    path = f"/members/{user_id}"
    told = ask("GET", "/members?limit=200").json["items"]
    (seen,) = (each["version"] for each in told if each["user_id"] == user_id)
    first = ask("PATCH", path, {"role": "VIEWER"}, seen)
    assert first.status == 200
    for name, value in (("role", "MEMBER"), ("flags", []), ("status", "SUSPENDED")):
        assert ask("PATCH", path, {name: value}, seen).status == 412
    assert ask("DELETE", path, seen=seen).status == 412
    assert ask("DELETE", path, seen=first.headers["etag"]).status == 204


def test_whoever_leaves_is_who_was_seen(stage: Stage, own: Ledger) -> None:
    leaver = member(own, Role.MEMBER)
    path, token = f"/members/{leaver.user_id}", stage.token(leaver)
    assert call("DELETE", path, token=token, headers={"if-match": '"77"'}).status == 412


def test_a_share_is_changed_as_it_was_seen(own: Ledger, ask: Ask) -> None:
    path = f"/accounts/{own.new('private account')}/shares/{own.book.keeper.user_id}"
    seen = ask("PUT", path, {"level": "write"}).headers["etag"]
    other = ask("PUT", path, {"level": "read"}, seen)
    assert other.status == 200
    assert ask("PUT", path, {"level": "write"}, seen).status == 412
    assert ask("DELETE", path, seen=seen).status == 412
    assert ask("DELETE", path, seen=other.headers["etag"]).status == 204


def test_an_amount_stays_in_its_currency(own: Ledger, ask: Ask) -> None:
    yen = {"name": own.name("Yen"), "kind": "CASH", "currency": "JPY"}
    account = ask("POST", "/accounts", yen).json["id"]
    path = f"/recurring/{own.new('recurring')}"
    refused = ask("PATCH", path, {"account": account})
    assert (refused.status, "kept in JPY" in refused.json["detail"]) == (422, True)
    moved = ask("PATCH", path, {"account": account, "amount": "-95000"})
    assert (moved.json["amount"], moved.json["currency"]) == ("-95000", "JPY")


def test_a_budget_is_changed_and_told_in_one_transaction(own: Ledger, ask: Ask) -> None:
    path = f"/budgets/{own.new('budget')}"
    begun: list[object] = []

    def note(_session: object, transaction: object, _connection: object) -> None:
        begun.append(transaction)

    event.listen(TenantSession, "after_begin", note)
    told = ask("PATCH", path, {"amount": "12.34"})
    event.remove(TenantSession, "after_begin", note)
    assert (told.status, told.json["amount"], told.json["spent"]) == (200, "12.34", "0.00")
    assert len(begun) == 1


def test_what_is_not_named_stays(own: Ledger, ask: Ask) -> None:
    path, category = f"/rules/{own.new('rule')}", str(own.new("category"))
    words = ask("GET", path).json["words"]
    changed = ask("PATCH", path, {"category": category}).json
    assert (changed["words"], changed["category"]) == (words, category)
    path = f"/recurring/{own.new('recurring')}"
    before = ask("GET", path).json
    after = ask("PATCH", path, {"amount": "-1.00", "category": category}).json
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"amount", "category", "version"}
    assert UUID(after["category"]) == UUID(category)
