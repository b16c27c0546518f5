"""What a request says about who sends it, and how much of that is believed."""

import re
from urllib.parse import urlsplit

from starlette.types import Scope

from fintrack.config import settings

LOCAL_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)
LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
PROXY_HEADERS = frozenset({b"forwarded", b"via", b"x-real-ip"})
PROXY_PREFIX = b"x-forwarded-"


def path_of(scope: Scope) -> str:
    """Return the path that routes are matched with: never the one a Host header can bend."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


def header(scope: Scope, name: bytes) -> str | None:
    """Return the header's only value; a header that was sent twice counts as not sent."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else None


def address_of(scope: Scope) -> str:
    """Return the network address of the sender, empty when there is none."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def is_https(scope: Scope) -> bool:
    """Return whether the browser speaks TLS, to us or to the proxy that FINTRACK_BASE_URL names."""
    return scope["scheme"] in {"https", "wss"} or (settings().base_url or "").startswith("https:")


def is_same_machine(scope: Scope) -> bool:
    """Return whether the visitor certainly sits at this machine, with no proxy in between."""
    proxied = any(
        name in PROXY_HEADERS or name.startswith(PROXY_PREFIX) for name, _ in scope["headers"]
    )
    return (
        not proxied
        and settings().base_url is None
        and address_of(scope) in LOOPBACK
        and LOCAL_HOST.fullmatch(header(scope, b"host") or "") is not None
    )


def is_own_origin(scope: Scope) -> bool:
    """Return whether the page that sends this is ours; clients that are no browser send no Origin.

    Only the Origin decides, not Host alone: a page on another port of the same machine gets the
    same cookies.
    """
    if header(scope, b"sec-fetch-site") == "cross-site":
        return False
    if not any(name == b"origin" for name, _ in scope["headers"]):
        return True
    origin = header(scope, b"origin") or ""
    if settings().base_url and origin == _origin(settings().base_url or ""):
        return True
    return bool(origin) and urlsplit(origin).netloc == header(scope, b"host")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
