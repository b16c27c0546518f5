"""The second factor: codes of an app and recovery codes, each once, before any session opens."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from fintrack.access import codes
from fintrack.access.factors import (
    renew_recovery_codes,
    second_factor,
    turn_off_factor,
    turn_on_factor,
)
from fintrack.access.sessions import (
    check_credentials,
    confirm_session,
    session_of_handle,
)
from fintrack.access.tickets import issue_sign_in_ticket, redeem_sign_in_ticket
from fintrack.access.totp import code_of, matching_step, new_enrolment, step_at
from fintrack.config import read_settings, settings
from fintrack.context import TenantContext
from fintrack.errors import (
    CodeNeeded,
    FinTrackError,
    InvalidInput,
    NotFound,
    NotSignedIn,
    SetupError,
    TooManyAttempts,
    Unavailable,
)
from tests.access.phone import SEED, Phone
from tests.access.test_sign_in import HERE, counted
from tests.access.waiting import lengthen_waits
from tests.conftest import PASSWORD, sign_in
from tests.databases import Database

# RFC 6238, appendix B: the seed of SHA-1, and its codes of eight digits.
RFC_SEED = b"12345678901234567890"
RFC_CODES = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}


def refusal(attempt: Callable[[], object]) -> FinTrackError:
    """Return how something is refused."""
    with pytest.raises(FinTrackError) as caught:
        attempt()
    return caught.value


def attempt(ana: TenantContext, code: str, address: str = HERE) -> object:
    """Sign Ana in with her password and this code."""
    return check_credentials(ana.session.email, PASSWORD, address, code)


@pytest.mark.parametrize("seconds", RFC_CODES)
def test_g6_the_codes_are_those_of_the_standard(seconds: int) -> None:
    assert code_of(RFC_SEED, step_at(seconds), digits=8) == RFC_CODES[seconds]


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_g6_a_clock_may_be_half_a_minute_off(steps: int) -> None:
    code = code_of(RFC_SEED, step_at(3000) + steps)
    assert matching_step(RFC_SEED, code, 3000) == step_at(3000) + steps


@pytest.mark.parametrize("steps", [-2, 2])
def test_g6_a_clock_may_not_be_a_minute_off(steps: int) -> None:
    assert matching_step(RFC_SEED, code_of(RFC_SEED, step_at(3000) + steps), 3000) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "-12345", "12 345", "\x00"])
def test_g6_what_is_no_code_is_refused(
    ana: TenantContext, recovery: tuple[str, ...], code: str
) -> None:
    with pytest.raises(NotSignedIn):
        attempt(ana, code)


def test_g6_the_password_alone_does_not_sign_in(
    ana: TenantContext, recovery: tuple[str, ...]
) -> None:
    with pytest.raises(CodeNeeded):
        check_credentials(ana.session.email, PASSWORD, HERE)


def test_g6_password_and_code_sign_in(
    ana: TenantContext, recovery: tuple[str, ...], phone: Phone
) -> None:
    assert attempt(ana, f" {phone.code()[:3]} {phone.code()[3:]}") == ana.user_id


def test_g6_a_code_works_once(ana: TenantContext, recovery: tuple[str, ...], phone: Phone) -> None:
    attempt(ana, phone.code())
    with pytest.raises(NotSignedIn, match="used already"):
        attempt(ana, phone.code())


def test_g6_a_code_from_before_the_last_one_is_worth_nothing(
    ana: TenantContext, recovery: tuple[str, ...], phone: Phone
) -> None:
    phone.wait()
    attempt(ana, phone.code())
    with pytest.raises(NotSignedIn):
        attempt(ana, phone.code(-1))


def test_g6_the_code_that_turned_the_factor_on_is_used(
    ana: TenantContext, recovery: tuple[str, ...], phone: Phone
) -> None:
    with pytest.raises(NotSignedIn):
        attempt(ana, phone.code(-1))


def test_g6_of_eight_who_use_one_code_at_once_one_is_let_in(
    ana: TenantContext, recovery: tuple[str, ...], phone: Phone
) -> None:
    with ThreadPoolExecutor(8) as pool:
        used = pool.map(lambda _: codes.use_code(ana.user_id, phone.code()), range(8))
    assert sorted(used) == [False] * 7 + [True]


def test_g6_before_the_password_is_right_nothing_tells_of_the_factor(
    ana: TenantContext,
    cleo: TenantContext,
    recovery: tuple[str, ...],
    phone: Phone,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ana has a second factor, Cleo has none, and nobody is nobody."""
    answers = []
    for email in (ana.session.email, cleo.session.email, "nobody@example.org"):
        for code in ("", "123456", phone.code()):
            with counted(monkeypatch) as seen:
                error = refusal(
                    lambda e=email, c=code: check_credentials(e, "not the password", HERE, c)  # type: ignore[misc]
                )
            answers.append((type(error), str(error), error.status, dict(seen)))
    assert answers == answers[:1] * 9
    assert answers[0][3]["hashes"] == 1


def test_g6_a_wrong_password_does_not_use_the_code_up(
    ana: TenantContext, recovery: tuple[str, ...], phone: Phone
) -> None:
    refusal(lambda: check_credentials(ana.session.email, "not it", HERE, phone.code()))
    assert attempt(ana, phone.code()) == ana.user_id


def test_g5_codes_cannot_be_guessed_with_the_password_in_between(
    ana: TenantContext, recovery: tuple[str, ...], phone: Phone
) -> None:
    for guess in range(6):
        refusal(lambda g=guess: attempt(ana, f"{g:06}"))  # type: ignore[misc]
        refusal(lambda: attempt(ana, ""))
    lengthen_waits()
    assert isinstance(refusal(lambda: attempt(ana, phone.code())), TooManyAttempts)


def test_g5_the_first_step_counts_as_no_failure(
    ana: TenantContext, recovery: tuple[str, ...], phone: Phone
) -> None:
    for _ in range(20):
        with pytest.raises(CodeNeeded):
            attempt(ana, "")
    assert attempt(ana, phone.code()) == ana.user_id


def test_g7_a_recovery_code_stands_in_for_the_phone_once(
    ana: TenantContext, recovery: tuple[str, ...]
) -> None:
    assert attempt(ana, recovery[0].upper()) == ana.user_id
    with pytest.raises(NotSignedIn):
        attempt(ana, recovery[0])
    assert attempt(ana, recovery[1].replace("-", " ")) == ana.user_id
    left = second_factor(ana.session)
    assert left is not None
    assert left.codes_left == 8


def test_g7_of_eight_who_use_one_recovery_code_at_once_one_is_let_in(
    ana: TenantContext, recovery: tuple[str, ...]
) -> None:
    with ThreadPoolExecutor(8) as pool:
        used = pool.map(lambda _: codes.use_code(ana.user_id, recovery[3]), range(8))
    assert sorted(used) == [False] * 7 + [True]


def test_g7_nobody_uses_anothers_recovery_codes(
    ana: TenantContext, cleo: TenantContext, recovery: tuple[str, ...]
) -> None:
    assert not codes.use_code(cleo.user_id, recovery[0])
    assert codes.use_code(ana.user_id, recovery[0])


def test_g7_renewed_recovery_codes_replace_the_earlier_ones(
    ana: TenantContext, recovery: tuple[str, ...]
) -> None:
    confirm_session(ana.session, PASSWORD, recovery[0])
    fresh = renew_recovery_codes(ana.session)
    assert not codes.use_code(ana.user_id, recovery[1])
    assert codes.use_code(ana.user_id, fresh[1])
    assert len({*fresh, *recovery}) == 20


def test_g7_there_are_no_recovery_codes_without_a_factor(ana: TenantContext) -> None:
    confirm_session(ana.session, PASSWORD)
    with pytest.raises(NotFound):
        renew_recovery_codes(ana.session)


def test_neither_seed_nor_recovery_code_is_kept_as_it_is(
    recovery: tuple[str, ...], database: Database
) -> None:
    with database.administrator() as admin:
        rows = admin.execute("select sealed_seed, recovery_hashes from sec.factor").fetchall()
    (sealed_seed, hashes) = rows[0]
    assert SEED not in sealed_seed
    assert {len(each) for each in hashes} == {32}
    assert not any(code.replace("-", "").encode() in hashes for code in recovery)


def test_a_seed_opens_for_its_own_user_only(
    ana: TenantContext, cleo: TenantContext, recovery: tuple[str, ...], phone: Phone,
    database: Database,
) -> None:  # fmt: skip
    """Somebody with the database at hand puts Ana's row, whose seed he knows, to Cleo's name."""
    with database.administrator() as admin:
        admin.execute("update sec.factor set user_id = %s", [cleo.user_id])
    with pytest.raises(Unavailable):
        codes.use_code(cleo.user_id, phone.code())


def test_under_other_secrets_a_recovery_code_still_works(
    ana: TenantContext, recovery: tuple[str, ...], phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINTRACK_SECRET", "x" * 32)
    settings.cache_clear()
    with pytest.raises(Unavailable, match="recovery code"):
        attempt(ana, phone.code())
    assert attempt(ana, recovery[0]) == ana.user_id


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(SetupError, match="32"):
        read_settings({"FINTRACK_SECRET": "x" * 31})


def test_the_factor_is_turned_on_only_by_an_app_that_has_the_seed(
    ana: TenantContext, phone: Phone
) -> None:
    confirm_session(ana.session, PASSWORD)
    with pytest.raises(InvalidInput, match="clock"):
        turn_on_factor(ana.session, SEED, code_of(b"another seed of 160 bits", step_at(phone.now)))
    assert second_factor(ana.session) is None


def test_every_change_of_the_factor_ends_the_other_sessions_and_tickets(
    ana: TenantContext, cleo: TenantContext, phone: Phone
) -> None:
    confirm_session(ana.session, PASSWORD)
    for change in (
        lambda: turn_on_factor(ana.session, SEED, phone.code()),
        lambda: renew_recovery_codes(ana.session),
        lambda: turn_off_factor(ana.session),
    ):
        other = sign_in(ana.user_id)
        ticket = issue_sign_in_ticket(ana.user_id, "nonce", remember=False)
        change()
        assert session_of_handle(other.handle) is None
        with pytest.raises(NotFound):
            redeem_sign_in_ticket(ticket, "nonce")
    assert session_of_handle(ana.session.handle) is not None
    assert session_of_handle(cleo.session.handle) is not None


def test_without_the_factor_the_password_is_enough_again(
    ana: TenantContext, recovery: tuple[str, ...], phone: Phone
) -> None:
    confirm_session(ana.session, PASSWORD, phone.code())
    turn_off_factor(ana.session)
    assert check_credentials(ana.session.email, PASSWORD, HERE) == ana.user_id


def test_the_seed_reaches_an_app_by_picture_or_by_hand() -> None:
    enrolment = new_enrolment("ana@example.org")
    assert len(enrolment.seed) == 20
    assert enrolment.uri.startswith("otpauth://totp/FinTrack:ana%40example.org?")
    assert f"secret={enrolment.words.replace(' ', '')}" in enrolment.uri
