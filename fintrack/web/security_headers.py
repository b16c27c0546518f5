"""The headers that every answer carries."""

import base64
import re
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from starlette.types import Message, Scope

from fintrack.web.visitors import is_https

INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
ALWAYS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
YEAR = 365 * 24 * 3600


def secure(scope: Scope, start: Message) -> None:
    """Put the headers into the `http.response.start` message, in place of any of the same name."""
    wanted = ALWAYS | {"Content-Security-Policy": content_security_policy()}
    if is_https(scope):
        wanted["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
    lines = [(name.lower().encode(), value.encode()) for name, value in wanted.items()]
    names = {name for name, _ in lines}
    start["headers"] = [pair for pair in start["headers"] if pair[0].lower() not in names] + lines


@cache
def content_security_policy() -> str:
    """Return a policy under which nothing is loaded from, sent to, or shown inside another host."""
    rules = {
        "default-src": "'none'",
        "script-src": f"'self' {_inline_scripts()}",
        "style-src": "'self' 'unsafe-inline'",  # Streamlit's styles are made in the browser
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' blob:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "manifest-src": "'self'",
        "frame-src": "'self'",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
        "base-uri": "'self'",
        "object-src": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def _inline_scripts() -> str:
    """Allow the scripts that stand in the page Streamlit ships, as they are installed here."""
    spec = find_spec("streamlit")
    if spec is None or spec.origin is None:
        return ""
    page = Path(spec.origin).with_name("static") / "index.html"
    digests = [sha256(script).digest() for script in INLINE_SCRIPT.findall(page.read_bytes())]
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
