"""Waits of a second and more, on a machine that may take longer than that for one test."""

from datetime import timedelta

from sqlalchemy import update

from fintrack.db import sign_in_transaction
from fintrack.security_schema import Throttle


def lengthen_waits() -> None:
    """Let each wait that has begun last an hour longer; none is begun."""
    longer = update(Throttle).values(blocked_until=Throttle.blocked_until + timedelta(hours=1))
    with sign_in_transaction() as db:
        db.execute(longer.where(Throttle.blocked_until > Throttle.failed_at))
