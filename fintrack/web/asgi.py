"""What `app.py` serves: the script, and what stands before and beside it."""

import asyncio
import gc
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware import Middleware

from fintrack.access.users import is_empty_installation, new_setup_token
from fintrack.config import Registration, settings
from fintrack.db import Logins, connect, disconnect
from fintrack.errors import FinTrackError, SetupError
from fintrack.operations.erasure import erase_closed_tenants
from fintrack.operations.installation import open_installation
from fintrack.operations.webhooks import tell_webhooks
from fintrack.ui.failures import show_failure
from fintrack.ui.session import own_address
from fintrack.web.failures import failed, refused
from fintrack.web.guard import Guard
from fintrack.web.routes import ROUTES
from fintrack.web.sending import send_at_once
from fintrack.web.sockets import watch_sessions
from fintrack.web.static_gzip import StaticGzip

_log = logging.getLogger(__name__)
HOUR = 3600
WEBHOOK_SECONDS = 5


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Open the installation, watch its sessions, and leave it clean."""
    _open()
    send_at_once()
    jobs = (watch_sessions(), _erase_hourly(), _tell_webhooks())
    tasks = [asyncio.create_task(job) for job in jobs]
    # Every script run would otherwise search all imported packages for garbage.
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        disconnect()


async def _erase_hourly() -> None:
    """Erase closed tenants when their thirty days are over."""
    while True:
        try:
            await asyncio.to_thread(erase_closed_tenants)
        except FinTrackError:
            _log.exception("Closed tenants could not be erased; trying again in an hour")
        await asyncio.sleep(HOUR)


async def _tell_webhooks() -> None:
    """Send what webhooks wait for; a full load is followed by the next at once."""
    while True:
        told = 0
        try:
            told = await asyncio.to_thread(tell_webhooks)
        except (FinTrackError, SQLAlchemyError):
            _log.exception("Webhooks could not be told; trying again in %s s", WEBHOOK_SECONDS)
        await asyncio.sleep(0 if told else WEBHOOK_SECONDS)


def _open() -> None:
    try:
        installation = open_installation()
    except SetupError as error:
        # The process ends here; whoever started it needs the sentence, not our call stack.
        sys.tracebacklimit = 0
        _log.critical("FinTrack cannot start. %s", error)
        raise SetupError(str(error)) from None
    connect(Logins(installation.app_url, installation.sign_in_url, installation.maintenance_url))
    if settings().registration is not Registration.OPEN and is_empty_installation():
        _print_setup_link()


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
