"""The two cookies: a session's token, and a nonce that tells browsers apart before sign-in."""

from datetime import timedelta

from starlette.requests import cookie_parser
from starlette.types import Scope

from fintrack.web.visitors import is_https

SESSION, BROWSER = "fintrack", "ft_pre"


def cookie(scope: Scope, name: str) -> str | None:
    """Return what the browser keeps under our `name`."""
    for key, value in scope["headers"]:
        if key == b"cookie":
            found = cookie_parser(value.decode("latin-1")).get(cookie_name(scope, name))
            if found:
                return found
    return None


def cookie_name(scope: Scope, name: str) -> str:
    """Return the name as the browser knows it; behind TLS nobody but this host can set it."""
    return f"__Host-{name}" if is_https(scope) else name


def set_cookie(scope: Scope, name: str, value: str, lifetime: timedelta | None) -> str:
    """Return the Set-Cookie line; without `lifetime` it ends with the browser."""
    parts = [f"{cookie_name(scope, name)}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if is_https(scope):
        parts.append("Secure")
    if lifetime is not None:
        parts.append(f"Max-Age={int(lifetime.total_seconds())}")
    return "; ".join(parts)


def without_session_cookie(scope: Scope, value: bytes) -> bytes:
    """Return a Cookie header without the session's token, which no script needs to see."""
    name = cookie_name(scope, SESSION).encode()
    pairs = [pair.strip() for pair in value.split(b";")]
    return b"; ".join(pair for pair in pairs if pair.partition(b"=")[0].strip() != name)
