"""Telling webhooks: each event is signed, sent to a public address, and tried again if not taken.

The address that a name has is looked up once and connected to as it is, so that no name can lead
into the operator's own network between the look and the connection.
"""

import hashlib
import hmac
import json
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue
from threading import Event, Thread, Timer
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from fintrack.access.webhooks import Delivery, note_delivery, take_deliveries

# Seconds for a whole exchange, however slowly it goes on; and between two looks whether it ended.
PATIENCE, GLANCE = 10, 0.2
AT_ONCE = 20
SIGNATURE = "FinTrack-Signature"
# One sentence, so that nobody learns which names there are in the operator's network.
NOT_PUBLIC = "The address is not found in the public network."
SILENT = "The address does not answer: {}."
LATE = SILENT.format(TimeoutError.__name__)
# Of what is not private, the part that is given out; the rest leads on to addresses of IPv4.
EVERYBODYS = IPv6Network("2000::/3")
SPECIAL = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))

Answer = tuple[UUID, bool, str]


class Unreachable(Exception):
    """The address cannot be told anything; the sentence is for its owner."""


def tell_webhooks(ended: Event | None = None) -> int:
    """Send what is due, all of it at once, and return how many addresses took it.

    Nobody waits for an address once this is `ended`; what it did not answer is sent again.
    """
    due, answers = take_deliveries(AT_ONCE), SimpleQueue[Answer]()
    for each in due:
        # Nothing waits for such a thread, not even the end of the process.
        Thread(target=_tell, args=(each, answers), daemon=True).start()
    waiting, taken = {each.id for each in due}, 0
    for delivery_id, is_taken, answer in _arriving(answers, len(due), ended or Event()):
        note_delivery(delivery_id, is_delivered=is_taken, answer=answer)
        waiting.remove(delivery_id)
        taken += is_taken
    for delivery_id in () if ended and ended.is_set() else waiting:
        note_delivery(delivery_id, is_delivered=False, answer=LATE)
    return taken


def signature(secret: str, moment: int, body: bytes) -> str:
    """Return the header that proves a message: its time, and an HMAC with SHA-256 over both."""
    message = f"{moment}.".encode() + body
    digest = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def _arriving(answers: SimpleQueue[Answer], count: int, ended: Event) -> Iterator[Answer]:
    """Yield so many answers as they come, and no more when time is over."""
    # Who looks up a name cannot be interrupted, so the threads may be later than they should.
    end = time.monotonic() + PATIENCE + 1
    while count and time.monotonic() < end and not ended.is_set():
        with suppress(Empty):
            yield answers.get(timeout=GLANCE)
            count -= 1


def _tell(delivery: Delivery, answers: SimpleQueue[Answer]) -> None:
    try:
        status = _post(urlsplit(delivery.url), _body(delivery), delivery.secret)
    except Unreachable as error:
        answers.put((delivery.id, False, str(error)))
    else:
        is_taken = 200 <= status < 300  # noqa: PLR2004 - the statuses that say so
        answers.put((delivery.id, is_taken, f"HTTP {status}"))


def _body(delivery: Delivery) -> bytes:
    told = {
        "id": str(delivery.id),
        "event": delivery.event,
        "at": delivery.at.isoformat(),
        "tenant": delivery.tenant,
        "actor_id": str(delivery.actor_id),
        "subject_id": str(delivery.subject_id) if delivery.subject_id else None,
        "account_id": str(delivery.account_id) if delivery.account_id else None,
        "month": delivery.month.isoformat() if delivery.month else None,
    }
    return json.dumps(told).encode()


def _post(url: SplitResult, body: bytes, secret: str) -> int:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "FinTrack",
        SIGNATURE: signature(secret, int(time.time()), body),
    }
    path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    end = time.monotonic() + PATIENCE
    try:
        with closing(_connected(url, end)) as connection, _cut_off(connection.sock, end):
            connection.request("POST", path, body, headers)
            # Not followed where it is sent on: that could lead into a private network.
            return connection.getresponse().status
    except (OSError, HTTPException, ValueError) as error:
        reason = TimeoutError if time.monotonic() >= end else type(error)
        raise Unreachable(SILENT.format(reason.__name__)) from error


def _connected(url: SplitResult, end: float) -> HTTPConnection:
    host, is_tls = str(url.hostname), url.scheme == "https"
    port = url.port or (443 if is_tls else 80)
    plain = socket.create_connection((_public_address(host, port), port), _left(end))
    if not is_tls:
        connection = HTTPConnection(host, port)
        connection.sock = plain
        return connection
    trust = ssl.create_default_context()
    secured = HTTPSConnection(host, port, context=trust)
    plain.settimeout(_left(end))
    secured.sock = trust.wrap_socket(plain, server_hostname=host)
    return secured


@contextmanager
def _cut_off(connected: socket.socket, end: float) -> Iterator[None]:
    """Cut the connection at the end: its own timeout begins anew with every byte that comes."""
    timer = Timer(_left(end), _cut, (connected,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    # What was cut may look like an answer that ended.
    if time.monotonic() >= end:
        raise TimeoutError


def _cut(connected: socket.socket) -> None:
    with suppress(OSError):
        # Not TLS's own, which would first say goodbye.
        socket.socket.shutdown(connected, socket.SHUT_RDWR)


def _left(end: float) -> float:
    return max(end - time.monotonic(), GLANCE)


def _public_address(host: str, port: int) -> str:
    """Return an address of the host; one that is not everybody's to reach makes all suspect."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        raise Unreachable(NOT_PUBLIC) from error
    found = {str(each[4][0]) for each in answers}
    if not all(_is_public(address) for address in found):
        raise Unreachable(NOT_PUBLIC)
    return min(found)


def _is_public(address: str) -> bool:
    known = ip_address(address.partition("%")[0])
    if isinstance(known, IPv6Address):
        return known in EVERYBODYS and not any(known in each for each in SPECIAL)
    return known.is_global and not known.is_multicast
