"""How long a switch of tenants takes to its first figures, over a real websocket.

Two sample households of one user lie in an installation of their own, behind a server of its own.
The baseline is what opening Home anew costs the server, without the browser's part in it.
"""

import atexit
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from fintrack import db
from fintrack.access.sessions import open_session, session_of
from fintrack.access.tenants import NewTenant, create_tenant
from fintrack.access.users import NewUser, register
from fintrack.config import read_settings
from fintrack.context import TenantType
from fintrack.errors import Unavailable
from fintrack.operations.bench_fleet import Fleet
from fintrack.operations.bench_measures import Side
from fintrack.operations.bench_server import serving
from fintrack.operations.demo import create_sample
from fintrack.operations.embedded import stop
from fintrack.operations.installation import Installation, open_installation
from fintrack.ui.bench_tabs import EARLY, PATIENCE, stream_of


@dataclass(slots=True)
class Tab:
    """An open tab: its connection, the page it is on, and the buttons that were drawn."""

    connection: ClientConnection
    page_hash: str = ""
    buttons: set[str] = field(default_factory=set)

    def run(self, slug: str, *, switch_to: str | None = None) -> None:
        """Run Home of a tenant, or switch there to another, until the first figure has arrived."""
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.page_script_hash = urlencode({"tenant": slug}), self.page_hash
        if switch_to is not None:
            ending = f"switch {switch_to}"
            pressed = next(each for each in self.buttons if each.endswith(ending))
            rerun.widget_states.widgets.add(id=pressed, trigger_value=True)
        self.connection.send(message.SerializeToString())
        while not self._is_figure(self._next()):
            pass

    def finish(self) -> None:
        """Wait until the run has drawn the rest."""
        message = self._next()
        while message.WhichOneof("type") != "script_finished" or message.script_finished == EARLY:
            message = self._next()

    def _is_figure(self, message: ForwardMsg) -> bool:
        if message.WhichOneof("type") == "navigation":
            self.page_hash = message.navigation.page_script_hash
        element = message.delta.new_element
        if element.WhichOneof("type") == "button":
            self.buttons.add(element.button.id)
        return element.WhichOneof("type") == "metric"

    def _next(self) -> ForwardMsg:
        message = ForwardMsg()
        message.ParseFromString(self.connection.recv(PATIENCE, decode=False))
        return message


def switching(fleet: Fleet, _admin: object) -> tuple[Side, Side]:
    """Return a switch between two tenants in an open tab, and the opening of another tab.

    Raises:
        Unavailable: the server of the benchmark does not answer.
    """
    home = Path(tempfile.mkdtemp(prefix="fintrack-bench-"))
    home.chmod(0o755)
    try:
        token, slugs = _two_samples(home)
    finally:
        db.connect(fleet.logins)
    held = ExitStack()
    atexit.register(held.close)
    _, port = held.enter_context(serving(home / "data"))
    opened = Tab(held.enter_context(connect(**stream_of(port, token))))
    opened.run(slugs[0])
    opened.finish()

    def switch() -> None:
        here, there = slugs
        slugs[:] = there, here
        opened.run(here, switch_to=there)

    def open_anew() -> None:
        # What the switch before this turn still draws is waited for here, not in its own time.
        opened.finish()
        with connect(**stream_of(port, token)) as connection:
            Tab(connection).run(slugs[0])

    return switch, open_anew


def _two_samples(home: Path) -> tuple[str, list[str]]:
    """Make a user with two filled households; return a session's token and their slugs."""
    opened = open_installation(read_settings({"FINTRACK_HOME": str(home / "data")}))
    atexit.register(_remove, opened, home)
    db.connect(db.Logins(opened.app_url, opened.sign_in_url, opened.maintenance_url))
    user = NewUser("ana@example.org", "Ana", "three plain words")
    token = open_session(
        register(user, same_machine=True), remember=True, agent="bench", address="127.0.0.1"
    )
    session = session_of(token)
    if session is None:
        raise Unavailable("The session of the benchmark does not live, so nothing can be measured.")
    today, slugs = datetime.now(UTC).date(), []
    # A sample that is empty is the one that is filled, and the first by name is taken.
    for name in ("Second household", "First household"):
        create_tenant(session, NewTenant(name, TenantType.FAMILY, "EUR", "ES", is_sample=True))
        slugs.append(create_sample(session, today).slug)
    return token, slugs


def _remove(installation: Installation, home: Path) -> None:
    if installation.server is not None:
        stop(installation.server)
    shutil.rmtree(home, ignore_errors=True)
