"""An authenticator app beside the clock of the server."""

import time

import pytest

from fintrack.access import codes, factors
from fintrack.access.totp import STEP_SECONDS, code_of, step_at

SEED = b"a seed of Ana's phone"


class Phone:
    """An app and a clock; both stand still until they are set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = time.time()
        for module in (codes, factors):
            monkeypatch.setattr(module.time, "time", lambda: self.now)

    def code(self, steps: int = 0) -> str:
        """Return what the app shows, or showed some half minutes from now."""
        return code_of(SEED, step_at(self.now) + steps)

    def wait(self) -> None:
        """Let half a minute go by."""
        self.now += STEP_SECONDS
