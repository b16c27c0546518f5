"""A browser tab without a browser: one websocket that speaks Streamlit's protocol."""

import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

PATIENCE = 60


@dataclass(slots=True)
class Drawn:
    """What one run of the script sent."""

    texts: list[str] = field(default_factory=list)
    redirect: str | None = None
    size: int = 0  # in bytes, of all frames

    @property
    def words(self) -> str:
        """Return all text that a person would see."""
        return "\n".join(self.texts)


class Tab:
    """One open tab: it keeps its widgets as a browser does."""

    def __init__(self, connection: ClientConnection, base: str) -> None:
        self.connection, self.base = connection, base
        self.widgets: dict[str, tuple[str, Any]] = {}
        self.fragments: dict[str, str] = {}
        self.states: dict[str, WidgetState] = {}
        self.pages: dict[str, str] = {}
        self.page_hash = ""
        self.session_id = ""
        self.query = ""

    def run(self, page: str = "", **query: str) -> Drawn:
        """Run the script for the page with this query, and return what it drew."""
        return self._exchange(page, self.pages.get(page, ""), urlencode(query))

    def fill(self, label: str, text: str) -> None:
        """Type the text into the input of this label."""
        self._set(self._find("text_input", label), string_value=text)

    def click(self, label: str, page: str = "", **query: str) -> Drawn:
        """Press the button of this label and return what the run drew."""
        button = self._find("button", label)
        self._set(button, trigger_value=True)
        fragment = self.fragments.get(button, "")
        drawn = self._exchange(page, self.pages.get(page, ""), urlencode(query), fragment)
        self.states.pop(button, None)
        return drawn

    def labels(self, kind: str) -> list[str]:
        """Return the labels of the widgets of one kind that the last run drew."""
        return [element.label for found, element in self.widgets.values() if found == kind]

    def value(self, label: str) -> str:
        """Return what the input of this label held when the last run drew it."""
        element = self.widgets[self._find("text_input", label)][1]
        return str(element.default)

    def _exchange(self, page: str, page_hash: str, query: str, fragment: str = "") -> Drawn:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.page_script_hash = query, page_hash
        rerun.page_name = "" if page_hash else page
        rerun.fragment_id = fragment
        rerun.context_info.timezone, rerun.context_info.locale = "Europe/Madrid", "es-ES"
        rerun.context_info.url = f"{self.base}/{page}"
        rerun.widget_states.widgets.extend(self.states.values())
        self.connection.send(message.SerializeToString())
        return self._collect()

    def _collect(self) -> Drawn:
        drawn = Drawn()
        while True:
            message = ForwardMsg()
            frame = self.connection.recv(PATIENCE, decode=False)
            drawn.size += len(frame)
            message.ParseFromString(frame)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                started = message.new_session
                if started.page_script_hash != self.page_hash:
                    # As browsers do: another page has other widgets.
                    self.states.clear()
                self.session_id = started.initialize.session_id or self.session_id
                # A run that asks for another one is replaced by it.
                self.widgets, drawn.texts = {}, []
            elif kind == "navigation":
                listed = message.navigation.app_pages
                self.pages = {one.url_pathname: one.page_script_hash for one in listed}
                self.page_hash = message.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "auth_redirect":
                drawn.redirect = message.auth_redirect.url
            elif kind == "delta":
                self._keep(message, drawn)
            elif kind == "script_finished" and message.script_finished != (
                ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                return drawn

    def _keep(self, message: ForwardMsg, drawn: Drawn) -> None:
        delta = message.delta
        if delta.WhichOneof("type") == "add_block":
            drawn.texts.append(delta.add_block.popover.label)
            return
        kind: str = delta.new_element.WhichOneof("type") or ""
        element: Any = getattr(delta.new_element, kind, None)
        words = [getattr(element, name, None) for name in ("body", "label")]
        drawn.texts.extend(str(each) for each in words if each)
        if getattr(element, "id", None):
            self.fragments[element.id] = delta.fragment_id
            self.widgets[element.id] = (kind, element)

    def _find(self, kind: str, label: str) -> str:
        for identity, (found, element) in self.widgets.items():
            if found == kind and re.search(label, element.label):
                return identity
        raise LookupError(f"No {kind} {label!r} among {self.labels(kind)}")

    def _set(self, identity: str, **value: object) -> None:
        self.states[identity] = WidgetState(id=identity, **value)  # type: ignore[arg-type]  # one of many kinds


@contextmanager
def tab(
    url: str,
    cookies: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    session_id: str = "",
    origin: str | None = None,
    host: str | None = None,
) -> Iterator[Tab]:
    """Yield an open tab; `session_id` claims an earlier one's, `host` is another name for it."""
    parts = urlsplit(url)
    sent = dict(headers or {})
    if cookies:
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    protocols = ["streamlit", "none", session_id] if session_id else ["streamlit"]
    connection = connect(
        f"ws://{host or parts.netloc}/_stcore/stream",
        sock=socket.create_connection((str(parts.hostname), int(parts.port or 80))),
        origin=Origin(origin or f"http://{host or parts.netloc}"),
        additional_headers=sent,
        subprotocols=[Subprotocol(word) for word in protocols],
        max_size=None,
        open_timeout=PATIENCE,
    )
    with connection:
        yield Tab(connection, url)
