"""The second factor of a user: turned on with an app, turned off, and the codes for a lost phone.

Every change is confirmed first and ends the user's other sessions.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from fintrack.access.codes import new_recovery_codes, recovery_hash
from fintrack.access.seals import Kind, sealed
from fintrack.access.sessions import require_confirmation, shut_out
from fintrack.access.totp import matching_step
from fintrack.context import UserSession
from fintrack.db import sign_in_transaction
from fintrack.errors import InvalidInput, NotFound
from fintrack.security_schema import Factor

CONFIRM = "Before the second factor changes, confirm that it is you."
WRONG_FIRST_CODE = (
    "This is not the code that the app should show. Check that the clock of the phone is right, "
    "then type the next code."
)
NO_FACTOR = "There is no second factor. Turn it on first."


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Since when codes are asked for, and how many recovery codes are left."""

    since: datetime
    codes_left: int


def second_factor(session: UserSession) -> SecondFactor | None:
    """Return the user's second factor, if it is turned on."""
    left = func.cardinality(Factor.recovery_hashes)
    statement = select(Factor.created_at, left).where(Factor.user_id == session.user_id)
    with sign_in_transaction() as db:
        row = db.execute(statement).one_or_none()
    return SecondFactor(*row) if row else None


def turn_on_factor(session: UserSession, seed: bytes, code: str) -> tuple[str, ...]:
    """Ask for codes of this seed from now on, in place of any other; return the recovery codes.

    `code` shows that the app has the seed. The recovery codes are kept as hashes only.

    Raises:
        ConfirmationNeeded: the user did not show a moment ago that it is he.
        InvalidInput: the code is not one of this seed.
    """
    require_confirmation(session, CONFIRM)
    step = matching_step(seed, "".join(code.split()), time.time())
    if step is None:
        raise InvalidInput(WRONG_FIRST_CODE)
    codes = new_recovery_codes()
    values = {
        "sealed_seed": sealed(Kind.SECOND_FACTOR, seed, session.user_id),
        "last_step": step,
        "recovery_hashes": _hashes(session.user_id, codes),
    }
    statement = insert(Factor).values(user_id=session.user_id, **values)
    replaced = statement.on_conflict_do_update(
        index_elements=[Factor.user_id], set_={**values, "created_at": func.now()}
    )
    with sign_in_transaction() as db:
        db.execute(replaced)
        shut_out(db, session.user_id, but=session.id)
    return codes


def turn_off_factor(session: UserSession) -> None:
    """Ask for the password alone from now on.

    Raises:
        ConfirmationNeeded: the user did not show a moment ago that it is he.
    """
    require_confirmation(session, CONFIRM)
    remove_factor(session)


def renew_recovery_codes(session: UserSession) -> tuple[str, ...]:
    """Return fresh recovery codes; the earlier ones are worth nothing any more.

    Raises:
        ConfirmationNeeded: the user did not show a moment ago that it is he.
        NotFound: there is no second factor.
    """
    require_confirmation(session, CONFIRM)
    codes = new_recovery_codes()
    renewed = update(Factor).where(Factor.user_id == session.user_id)
    renewed = renewed.values(recovery_hashes=_hashes(session.user_id, codes))
    with sign_in_transaction() as db:
        if db.scalar(renewed.returning(Factor.user_id)) is None:
            raise NotFound(NO_FACTOR)
        shut_out(db, session.user_id, but=session.id)
    return codes


def remove_factor(session: UserSession) -> None:
    """Turn the factor off without a confirmation: the operator's way, when all codes are lost."""
    with sign_in_transaction() as db:
        db.execute(delete(Factor).where(Factor.user_id == session.user_id))
        shut_out(db, session.user_id, but=session.id)


def _hashes(user_id: UUID, codes: tuple[str, ...]) -> list[bytes]:
    return [recovery_hash(user_id, code) for code in codes]
