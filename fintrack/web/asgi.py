"""What `app.py` serves: the script, and what stands before and beside it."""

import asyncio
import gc
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import Any

from starlette.middleware import Middleware

from fintrack.access.users import is_empty_installation, new_setup_token
from fintrack.cache import keep_at_most
from fintrack.config import Registration, settings
from fintrack.db import Logins, connect, disconnect
from fintrack.errors import FinTrackError, SetupError
from fintrack.operations.embedded import stop
from fintrack.operations.installation import Installation, open_installation
from fintrack.operations.tenants import keep_default_limits
from fintrack.operations.worker import HOUR, PAUSE, deliver, run_jobs
from fintrack.ui.failures import show_failure
from fintrack.ui.session import own_address
from fintrack.web.failures import failed, refused
from fintrack.web.guard import Guard
from fintrack.web.routes import ROUTES
from fintrack.web.sending import end_in_time, send_at_once
from fintrack.web.sockets import watch_sessions
from fintrack.web.static_gzip import StaticGzip

MEGABYTE = 1024 * 1024
PAGES = Path(__file__).parents[2] / "pages"
# How many new objects make Python look for garbage; a rerun makes some thousand, nearly all brief.
YOUNG = 20_000

_log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Open the installation, watch its sessions, do what is due, and leave it clean."""
    installation = _open()
    _import_pages()
    send_at_once()
    end_in_time()
    jobs = (watch_sessions(), _work_hourly(), _tell_webhooks())
    tasks = [asyncio.create_task(job) for job in jobs]
    # Collections would otherwise search all imported packages, each time and for all sessions.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        disconnect()
        # Not left to the end of the process: a server that was told to stop dies by the signal.
        if installation.server is not None:
            await asyncio.to_thread(stop, installation.server)


def _import_pages() -> None:
    """Import what the script does, so that the first visitor does not wait for it."""
    for file in sorted(PAGES.glob("*.py")):
        import_module(f"{PAGES.name}.{file.stem}")


async def _work_hourly() -> None:
    """Do what is due every hour."""
    while True:
        await asyncio.to_thread(run_jobs)
        await asyncio.sleep(HOUR)


async def _tell_webhooks() -> None:
    """Send what webhooks wait for; what somebody took is followed by the next at once."""
    ended = Event()
    try:
        while True:
            told = await asyncio.to_thread(deliver, ended)
            await asyncio.sleep(0 if told else PAUSE)
    finally:
        ended.set()


def _open() -> Installation:
    try:
        installation = open_installation()
    except SetupError as error:
        # The process ends here; whoever started it needs the sentence, not our call stack.
        sys.tracebacklimit = 0
        _log.critical("FinTrack cannot start. %s", error)
        raise SetupError(str(error)) from None
    connect(Logins(installation.app_url, installation.sign_in_url, installation.maintenance_url))
    keep_default_limits()
    keep_at_most(settings().cache_mb * MEGABYTE)
    if settings().registration is not Registration.OPEN and is_empty_installation():
        _print_setup_link()
    return installation


def _print_setup_link() -> None:
    lines = (
        "",
        "  Nobody has an account here yet.",
        "  On this machine, open FinTrack and register. From anywhere else, use this link once:",
        f"  {own_address(setup=new_setup_token())}",
        "",
    )
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


MAIN = Path(__file__).parents[1] / "ui" / "main.py"
APP: dict[str, Any] = {
    "lifespan": lifespan,
    "routes": ROUTES,
    "middleware": [Middleware(Guard), Middleware(StaticGzip)],
    "exception_handlers": {FinTrackError: refused, Exception: failed},
    "on_script_error": show_failure,
}
