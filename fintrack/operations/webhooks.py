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
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from fintrack.access.webhooks import Delivery, note_delivery, take_deliveries

PATIENCE, AT_ONCE = 10, 20
SIGNATURE = "FinTrack-Signature"
PRIVATE = "The address leads into a private network."


class Unreachable(Exception):
    """The address cannot be told anything; the sentence is for its owner."""


def tell_webhooks() -> int:
    """Send what is due and return how many addresses took it."""
    return sum(_tell(delivery) for delivery in take_deliveries(AT_ONCE))


def signature(secret: str, moment: int, body: bytes) -> str:
    """Return the header that proves a message: its time, and an HMAC with SHA-256 over both."""
    message = f"{moment}.".encode() + body
    digest = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def _tell(delivery: Delivery) -> bool:
    try:
        status = _post(urlsplit(delivery.url), _body(delivery), delivery.secret)
    except Unreachable as error:
        note_delivery(delivery.id, is_delivered=False, answer=str(error))
        return False
    is_taken = 200 <= status < 300  # noqa: PLR2004 - the statuses that say so
    note_delivery(delivery.id, is_delivered=is_taken, answer=f"HTTP {status}")
    return is_taken


def _body(delivery: Delivery) -> bytes:
    told = {
        "id": str(delivery.id),
        "event": delivery.event,
        "at": delivery.at.isoformat(),
        "tenant": delivery.tenant,
        "actor_id": str(delivery.actor_id),
        "subject_id": str(delivery.subject_id) if delivery.subject_id else None,
        "account_id": str(delivery.account_id) if delivery.account_id else None,
    }
    return json.dumps(told).encode()


def _post(url: SplitResult, body: bytes, secret: str) -> int:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "FinTrack",
        SIGNATURE: signature(secret, int(time.time()), body),
    }
    path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    try:
        connection = _connected(url)
        try:
            connection.request("POST", path, body, headers)
            # Not followed where it is sent on: that could lead into a private network.
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, HTTPException, UnicodeError) as error:
        raise Unreachable(f"The address does not answer: {type(error).__name__}.") from error


def _connected(url: SplitResult) -> HTTPConnection:
    host, is_tls = str(url.hostname), url.scheme == "https"
    port = url.port or (443 if is_tls else 80)
    plain = socket.create_connection((_public_address(host, port), port), PATIENCE)
    if not is_tls:
        connection = HTTPConnection(host, port, timeout=PATIENCE)
        connection.sock = plain
        return connection
    trust = ssl.create_default_context()
    secured = HTTPSConnection(host, port, timeout=PATIENCE, context=trust)
    secured.sock = trust.wrap_socket(plain, server_hostname=host)
    return secured


def _public_address(host: str, port: int) -> str:
    """Return an address of the host; one that is not everybody's to reach makes all suspect."""
    found = {str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not all(_is_public(address) for address in found):
        raise Unreachable(PRIVATE)
    return min(found)


def _is_public(address: str) -> bool:
    known = ip_address(address.partition("%")[0])
    known = getattr(known, "ipv4_mapped", None) or known
    return known.is_global and not known.is_multicast
