"""How fast programs may ask, and whose turn it is."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from starlette.types import Message, Receive

from fintrack.access.api_tokens import create_api_token
from fintrack.access.sessions import confirm_session
from fintrack.api import calls, pace
from fintrack.api.application import PREFIX
from fintrack.api.pace import (
    MOST_ARRIVING,
    MOST_WAITING,
    TooFast,
    arriving,
    count_request,
    turn_of,
)
from fintrack.config import settings
from fintrack.context import TenantContext
from tests.api.calling import APP, Reply, call
from tests.api.conftest import SignIn
from tests.conftest import PASSWORD
from tests.web.asking import asked


@pytest.fixture(autouse=True)
def _nothing_asked_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Count from zero, three requests a minute for one token."""
    monkeypatch.setenv("FINTRACK_API_PER_MINUTE", "3")
    settings.cache_clear()
    pace._paid.clear()
    yield
    pace._paid.clear()
    settings.cache_clear()


def read(token: str) -> Reply:
    return call("GET", "/accounts", token=token)


def made(context: TenantContext) -> str:
    confirm_session(context.session, PASSWORD)
    return create_api_token(context, "Script", [])


def test_a_token_that_asks_too_often_waits_and_another_user_s_does_not(
    ana: TenantContext, cleo: TenantContext
) -> None:
    fast, other = made(ana), made(cleo)
    answers = [read(fast) for _ in range(4)]
    assert [each.status for each in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 20
    assert f"in {answers[-1].headers['retry-after']} seconds" in answers[-1].json["detail"]
    assert read(other).status == 200


def test_an_address_that_tries_tokens_waits_and_a_program_beside_it_does_not(
    ana: TenantContext,
) -> None:
    token = made(ana)
    assert read(token).status == 200
    guesses = [read(f"ftk_{number:032}_guess") for number in range(4)]
    assert [each.status for each in guesses] == [401, 401, 401, 429]
    assert read(token).status == 200


def test_all_tokens_of_a_tenant_together_are_limited_too(
    ana: TenantContext, cleo: TenantContext
) -> None:
    tokens = [made(ana) for _ in range(3)]
    statuses = [read(token).status for token in tokens for _ in range(3)]
    assert statuses == [200] * 6 + [429] * 3
    assert read(made(cleo)).status == 200


def test_time_gives_requests_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    for _ in range(3):
        count_request("a token")
    with pytest.raises(TooFast, match="in 20 seconds"):
        count_request("a token")
    now[0] += 20
    count_request("a token")
    with pytest.raises(TooFast):
        count_request("a token")


def test_h7_a_storm_runs_one_by_one_and_another_tenant_does_not_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "_count", lambda *_: None)
    running: list[str] = []

    async def ask(tenant: str, go_on: asyncio.Event, *, is_long: bool = False) -> None:
        async with turn_of(tenant, is_long=is_long):
            running.append(f"{tenant} {is_long}")
            await go_on.wait()

    async def storm() -> list[str]:
        go_on = asyncio.Event()
        tasks = [asyncio.create_task(ask("stormy", go_on)) for _ in range(20)]
        tasks.append(asyncio.create_task(ask("stormy", go_on, is_long=True)))
        tasks.append(asyncio.create_task(ask("calm", go_on)))
        for _ in range(5):
            await asyncio.sleep(0)
        seen = list(running)
        go_on.set()
        await asyncio.gather(*tasks)
        return seen

    assert asyncio.run(storm()) == ["stormy False", "stormy True", "calm False"]
    assert len(running) == 22
    assert pace._turns == {}


@pytest.mark.parametrize(
    ("waiting", "others", "pause"), [(1, [], 0), (2, [], 0), (1, ["calm"], 0), (2, ["calm"], 3)]
)
def test_h7_a_queue_leaves_a_pause_as_long_as_a_request_where_another_tenant_is_here(
    waiting: int, others: list[str], pause: float
) -> None:
    pace._seen.clear()
    pace._seen.update(dict.fromkeys(["stormy", *others], time.monotonic()))
    assert pace._pause("stormy", waiting, took=3) == pause


def test_a_tenant_of_a_minute_ago_is_no_company() -> None:
    pace._seen.clear()
    pace._seen.update({"stormy": time.monotonic(), "calm": time.monotonic() - 60})
    assert pace._pause("stormy", 2, took=3) == 0


def test_a_queue_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_count", lambda *_: None)

    async def crowd() -> None:
        go_on = asyncio.Event()

        async def ask() -> None:
            async with turn_of("stormy"):
                await go_on.wait()

        tasks = [asyncio.create_task(ask()) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(TooFast):
            await ask()
        go_on.set()
        await asyncio.gather(*tasks)

    asyncio.run(crowd())


def test_h7_a_body_that_does_not_arrive_holds_nobody_up(
    ana: TenantContext, ben: TenantContext, token_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "BODY_SECONDS", 2)
    tokens = {"POST": token_of(ben), "GET": token_of(ana)}
    finished: list[tuple[str, int]] = []

    async def send(method: str, receive: Receive) -> None:
        headers = [("authorization", f"Bearer {tokens[method]}")]
        path = f"{PREFIX}/accounts"
        answer = await asked(APP, path, receive, method=method, headers=headers)
        finished.append((method, answer.status))

    async def never() -> Message:
        return await asyncio.Event().wait()  # type: ignore[return-value]  # it does not return

    async def nothing() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def both() -> None:
        slow = asyncio.create_task(send("POST", never))
        await asyncio.sleep(0.1)
        await send("GET", nothing)
        await slow

    asyncio.run(both())
    assert finished == [("GET", 200), ("POST", 408)]


def test_only_few_large_bodies_of_a_session_arrive_at_once() -> None:
    with ExitStack() as stack:
        for _ in range(MOST_ARRIVING):
            stack.enter_context(arriving("a session"))
        with pytest.raises(TooFast), arriving("a session"):
            pass
        with arriving("another"):
            pass
    with arriving("a session"):
        pass
    assert pace._arriving == {}
