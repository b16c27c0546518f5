"""The worker: what is due, in the app itself or in a process of its own."""

import logging
from collections.abc import Callable
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from fintrack.errors import FinTrackError
from fintrack.operations.erasure import erase_closed_tenants, erase_removed_files
from fintrack.operations.webhooks import tell_webhooks

HOUR = 3600
# Seconds between two looks for what webhooks wait for.
PAUSE = 5
# Each may run in any number of processes at once, and says how much it did.
JOBS: dict[str, Callable[[], int]] = {
    "closed tenants erased": erase_closed_tenants,
    "removed files erased": erase_removed_files,
}

_log = logging.getLogger(__name__)


def run_jobs() -> dict[str, int]:
    """Do what is due, and return how much of each; what fails is left for the next hour."""
    done = {}
    for name, job in JOBS.items():
        try:
            done[name] = job()
        except FinTrackError:
            _log.exception("Not done and left for the next hour: %s", name)
    return done


def deliver(ended: Event | None = None) -> int:
    """Send what webhooks wait for and return how many took it; what fails is tried again.

    Once it is `ended` no address is waited for.
    """
    try:
        return tell_webhooks(ended)
    except (FinTrackError, SQLAlchemyError):
        _log.exception("Webhooks could not be told; trying again in %s s", PAUSE)
        return 0
