"""Where webhooks lead: to public addresses alone, and for no longer than ten seconds."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from fintrack.access.webhooks import create_webhook, deliveries
from fintrack.context import TenantContext
from fintrack.operations import webhooks as sending
from fintrack.operations.webhooks import tell_webhooks
from tests.operations.listening import OPENED, Listener, opened


@contextmanager
def dripping(beginning: bytes, drop: bytes) -> Iterator[str]:
    """Run a program that begins to answer and goes on for ever."""
    over = threading.Event()

    def answer(server: socket.socket) -> None:
        connected, _ = server.accept()
        with connected, suppress(OSError):
            connected.sendall(beginning)
            while not over.wait(0.1):
                connected.sendall(drop)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, args=(server,))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/told"
        over.set()
        thread.join()


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:10.0.0.1]",
     "192.168.1.1", "0.0.0.0", "[fe80::1]", "2130706433", "100.64.0.1", "[64:ff9b::10.0.0.1]",  # noqa: S104 - refused
     "[64:ff9b:1::1]", "[2002:a00:1::]", "[::10.0.0.1]", "[::ffff:8.8.8.8]", "[fec0::1]",
     "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[2001:db8::1]", "[3fff::1]", "[ff0e::1]"],
)  # fmt: skip
def test_an_address_in_a_private_network_is_refused(ana: TenantContext, host: str) -> None:
    webhook, _ = create_webhook(ana, f"http://{host}:9/told", OPENED)
    opened(ana)
    assert tell_webhooks() == 0
    assert list(deliveries(ana, webhook)["answer"]) == [sending.NOT_PUBLIC]


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "2a00:1450::1"])
def test_an_address_of_everybody_s_is_public(address: str) -> None:
    assert sending._is_public(address)


def test_a_name_that_there_is_not_is_refused_like_a_private_one(ana: TenantContext) -> None:
    webhook, _ = create_webhook(ana, "http://nowhere.invalid/told", OPENED)
    opened(ana)
    tell_webhooks()
    assert list(deliveries(ana, webhook)["answer"]) == [sending.NOT_PUBLIC]


def test_an_address_that_nobody_answers_at_is_said_so(
    ana: TenantContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_is_public", lambda _address: True)
    webhook, _ = create_webhook(ana, "http://127.0.0.1:9/told", OPENED)
    opened(ana)
    assert tell_webhooks() == 0
    assert "does not answer" in deliveries(ana, webhook)["answer"].iloc[0]


@pytest.mark.parametrize(
    ("beginning", "drop"),
    [(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), (b"HTTP/1.1 200 OK\r\nX: ", b"x"), (b"", b"")],
    ids=["continues", "drips", "is silent"],
)
def test_an_answer_without_end_is_cut_off_and_holds_up_nobody(
    ana: TenantContext,
    listener: Listener,
    monkeypatch: pytest.MonkeyPatch,
    beginning: bytes,
    drop: bytes,
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 1)
    with dripping(beginning, drop) as url:
        slow, _ = create_webhook(ana, url, OPENED)
        create_webhook(ana, listener.url, OPENED)
        opened(ana)
        assert tell_webhooks() == 1
    assert list(deliveries(ana, slow)["answer"]) == [sending.LATE]


def test_whoever_ends_it_waits_for_nobody(
    ana: TenantContext, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 1)
    ended = threading.Event()
    ended.set()
    with dripping(b"", b"") as url:
        slow, _ = create_webhook(ana, url, OPENED)
        opened(ana)
        assert tell_webhooks(ended) == 0
    assert list(deliveries(ana, slow)["status"]) == ["WAITING"]
    assert list(deliveries(ana, slow)["answer"]) == [""]
