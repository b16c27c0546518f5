"""Open a page or a dialog as a signed-in member, without a browser."""

import json
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from fintrack.context import TenantContext

ROOT = Path(__file__).parents[2]
PATIENCE = 60


def open_page(context: TenantContext, name: str, **query: str | list[str]) -> AppTest:
    """Return the page after its first run; `name` is its path in the address."""
    page = AppTest.from_file(ROOT / "fintrack" / "ui" / "main.py", default_timeout=PATIENCE)
    _sign_in(page, context)
    page.run()
    # AppTest.switch_page finds pages by their file only; ours are functions.
    page._page_hash = next(
        page_hash
        for page_hash, info in page._registered_pages.items()
        if info.get("url_pathname") == name
    )
    for key, value in query.items():
        page.query_params[key] = value
    return page.run()


def open_dialog(context: TenantContext, draw: Callable[..., None], *given: str) -> AppTest:
    """Return what `draw` opens, a script of its own: AppTest closes what a button has opened."""
    page = AppTest.from_function(draw, default_timeout=PATIENCE, args=given)
    _sign_in(page, context)
    return page.run()


def _sign_in(page: AppTest, context: TenantContext) -> None:
    identity = {"handle": context.session.handle.hex(), "session": str(context.session.id)}
    page.user = {"auth": json.dumps(identity)}
    page.query_params["tenant"] = context.slug
