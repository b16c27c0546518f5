"""Open tabs without a browser: what people at their screens ask of the server."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

COOKIE = "fintrack"
PAGES = {"": "Home", "analytics": "Analytics"}
OPENING, PULSE = "opening of a tab", "pulse"
PATIENCE = 120
EARLY, BROKEN = ForwardMsg.FINISHED_EARLY_FOR_RERUN, ForwardMsg.FINISHED_WITH_COMPILE_ERROR


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in: the secret of their session, and their tenant."""

    token: str
    slug: str


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the script: of which page, when it was asked for, how long it took in ms."""

    what: str
    at: float
    ms: float
    failed: bool


@dataclass(slots=True)
class Tab:
    """An open tab: it keeps what a browser keeps."""

    connection: ClientConnection
    query: str
    hashes: Mapping[str, str] = field(default_factory=dict)
    cached: set[str] = field(default_factory=set)
    pulse: str = ""
    every: float = 0

    async def run(self, what: str, path: str, fragment: str = "") -> Run:
        """Run the script for the page, or the fragment on it, until it has drawn everything."""
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.fragment_id = self.query, fragment
        rerun.page_script_hash = self.hashes.get(path, "")
        rerun.page_name = "" if rerun.page_script_hash else path
        rerun.cached_message_hashes.extend(self.cached)
        started = perf_counter()
        await self.connection.send(message.SerializeToString())
        failed = await self._finish()
        return Run(what, started, (perf_counter() - started) * 1000, failed)

    async def _finish(self) -> bool:
        """Wait until the run has ended, and return whether it drew a failure."""
        failed = False
        async with asyncio.timeout(PATIENCE):
            while True:
                message = ForwardMsg()
                message.ParseFromString(await self.connection.recv(decode=False))
                self._keep(message)
                failed |= _is_failure(message)
                kind = message.WhichOneof("type")
                if kind == "script_finished" and message.script_finished != EARLY:
                    return failed or message.script_finished == BROKEN

    def _keep(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if message.metadata.cacheable and message.hash:
            self.cached.add(message.hash)
        if kind == "navigation":
            listed = message.navigation.app_pages
            self.hashes = {
                "" if page.is_default else page.url_pathname: page.page_script_hash
                for page in listed
            }
        elif kind == "auto_rerun":
            self.pulse, self.every = message.auto_rerun.fragment_id, message.auto_rerun.interval


async def look_once(port: int, person: Person) -> None:
    """Open both pages, so that the server has loaded what it needs for them."""
    async with _connected(port, person.token) as connection:
        tab = Tab(connection, urlencode({"tenant": person.slug}))
        for path, name in PAGES.items():
            await tab.run(name, path)


async def visit(port: int, person: Person, number: int, think: float, runs: list[Run]) -> None:
    """Be one person: open Home, then look at Home and Analytics by turns of chance, and think.

    The pause is between half and one and a half times `think`; meanwhile the tab's pulse beats.
    What was run is added to `runs`, until the visit is cancelled.
    """
    chance = random.Random(number)  # noqa: S311 - the same visit each time
    await asyncio.sleep(chance.uniform(0, 2 * think))
    async with _connected(port, person.token) as connection:
        tab, path = Tab(connection, urlencode({"tenant": person.slug})), ""
        runs.append(await tab.run(OPENING, path))
        while True:
            await _think(tab, path, chance.uniform(0.5, 1.5) * think, runs)
            path = chance.choice(list(PAGES))
            runs.append(await tab.run(PAGES[path], path))


async def _think(tab: Tab, path: str, seconds: float, runs: list[Run]) -> None:
    until = perf_counter() + seconds
    while tab.pulse and perf_counter() + tab.every < until:
        await asyncio.sleep(tab.every)
        runs.append(await tab.run(PULSE, path, tab.pulse))
    await asyncio.sleep(max(0.0, until - perf_counter()))


def _is_failure(message: ForwardMsg) -> bool:
    element = message.delta.new_element
    kind = element.WhichOneof("type")
    return kind == "exception" or (kind == "alert" and element.alert.format == Alert.ERROR)


def stream_of(port: int, token: str) -> dict[str, Any]:
    """Return the arguments with which a client of websockets opens a tab of who holds the token."""
    place = f"localhost:{port}"
    return {
        "uri": f"ws://{place}/_stcore/stream",
        "origin": Origin(f"http://{place}"),
        "additional_headers": {"Cookie": f"{COOKIE}={token}"},
        "subprotocols": [Subprotocol("streamlit")],
        "max_size": None,
    }


def _connected(port: int, token: str) -> connect:
    return connect(**stream_of(port, token), open_timeout=PATIENCE, ping_interval=None)
