"""Open a page or a dialog as a signed-in member, without a browser."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from fintrack.context import TenantContext

ROOT = Path(__file__).parents[2]
PATIENCE = 60
# For every AppTest, Streamlit reads the metadata of all that is installed.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
LINK = re.compile(r"\[(.*)\]\((.*)\)")


def open_page(context: TenantContext, name: str, **query: str | list[str]) -> AppTest:
    """Return the page after its first run; `name` is its path in the address."""
    page = AppTest.from_file(ROOT / "fintrack" / "ui" / "main.py", default_timeout=PATIENCE)
    _sign_in(page, context)
    # AppTest.switch_page finds pages by their file only; ours are functions.
    page._page_hash = calc_hash(name) if name else ""
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    assert page._registered_pages[page._finished_page_script_hash]["url_pathname"] == name
    return page


def read_table(page: AppTest, *columns: str) -> pd.DataFrame:
    """Return the first table with the columns: its first one in words, and where these lead."""
    wanted = set(columns) - {"Transactions"}
    frame = next(each.value for each in page.table if wanted <= set(each.value))
    cells = frame.map(lambda cell: unescaped(str(cell)))
    label = str(frame.columns[0])
    parts = [LINK.fullmatch(cell) for cell in cells[label]]
    names = [part[1] if part else cell for part, cell in zip(parts, cells[label], strict=True)]
    links = [part[2] if part else None for part in parts]
    return cells.assign(Transactions=pd.Series(links, dtype=object), **{label: pd.Series(names)})


def unescaped(text: str) -> str:
    """Return the words that are written without acting as markup."""
    return re.sub(r"\\(.)", r"\1", text)


def open_dialog(context: TenantContext, draw: Callable[..., None], *given: str) -> AppTest:
    """Return what `draw` opens, a script of its own: AppTest closes what a button has opened."""
    page = AppTest.from_function(draw, default_timeout=PATIENCE, args=given)
    _sign_in(page, context)
    return page.run()


def _sign_in(page: AppTest, context: TenantContext) -> None:
    identity = {"handle": context.session.handle.hex(), "session": str(context.session.id)}
    page.user = {"auth": json.dumps(identity)}
    page.query_params["tenant"] = context.slug
