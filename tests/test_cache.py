"""What is kept is what would be asked anew: for whoever asks, whatever anybody did before."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from threading import Lock
from uuid import UUID

import pandas as pd
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from fintrack import cache
from fintrack.access.acceptance import accept_invitation
from fintrack.access.invitations import invite_member
from fintrack.access.memberships import remove_member
from fintrack.access.sharing import ShareLevel, share_account, unshare_account
from fintrack.analytics.cash_flow import cash_flow
from fintrack.analytics.net_worth import net_worth
from fintrack.analytics.overview import overview
from fintrack.analytics.periods import Interval
from fintrack.context import Role, TenantContext
from fintrack.errors import NotFound
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, create_account
from fintrack.ledger.bulk import delete_transactions
from fintrack.ledger.recording import NewTransaction, record_transaction

OPENED, MARCH, APRIL = date(2026, 1, 1), date(2026, 3, 1), date(2026, 4, 1)
PLENTY = 1024 * 1024


@pytest.fixture(autouse=True)
def _keeping() -> Iterator[None]:
    """Keep answers as a server does, and none afterwards."""
    cache.keep_at_most(PLENTY)
    yield
    cache.keep_at_most(0)


@pytest.fixture
def secret(ana: TenantContext) -> UUID:
    """An account with 50.00 in it that only Ana sees."""
    new = NewAccount("Secret", AccountKind.CASH, "EUR", OPENED, 5000, visibility=Visibility.PRIVATE)
    return create_account(ana, new)


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    """An account with 100.00 in it that everybody sees."""
    return create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED, 10000))


@contextmanager
def statements() -> Iterator[list[str]]:
    """Note what is asked of the database."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def worth(context: TenantContext) -> int:
    """Return what is in the accounts that the member sees at the end of March."""
    return int(net_worth(context, MARCH, APRIL, Interval.MONTH)["net"].sum())


def spend(context: TenantContext, account_id: UUID, amount: int, day: int = 1) -> UUID:
    """Spend at the kiosk."""
    new = NewTransaction(account_id, date(2026, 3, day), -amount, "Kiosk")
    return record_transaction(context, new)


def test_the_same_question_is_answered_by_what_is_kept(ana: TenantContext, giro: UUID) -> None:
    first = overview(ana, APRIL)
    with statements() as asked:
        second = overview(ana, APRIL)
    assert len([each for each in asked if "data_version" in each]) == 1
    assert not [each for each in asked if "total" in each]
    pd.testing.assert_frame_equal(first.accounts, second.accounts)
    assert first.attention == second.attention


def test_other_arguments_are_another_question(ana: TenantContext, giro: UUID) -> None:
    spend(ana, giro, 100)
    assert int(cash_flow(ana, MARCH, APRIL)["outflow"].sum()) == 100
    assert cash_flow(ana, APRIL, date(2026, 5, 1)).empty


def test_a_change_of_anybody_is_in_the_next_answer(
    ana: TenantContext, dora: TenantContext, giro: UUID
) -> None:
    assert (worth(ana), worth(dora)) == (10000, 10000)
    spent = spend(dora, giro, 300)
    assert (worth(ana), worth(dora)) == (9700, 9700)
    delete_transactions(ana, [spent])
    assert (worth(ana), worth(dora)) == (10000, 10000)


def test_nobody_gets_what_was_answered_to_another(
    ana: TenantContext, ben: TenantContext, giro: UUID, secret: UUID
) -> None:
    assert (worth(ana), worth(ben)) == (15000, 10000)
    share_account(ana, secret, ben.user_id, ShareLevel.READ)
    assert worth(ben) == 15000
    unshare_account(ana, secret, ben.user_id)
    assert (worth(ana), worth(ben)) == (15000, 10000)


def test_whoever_looks_as_another_gets_that_ones_answer(
    ana: TenantContext, ben: TenantContext, giro: UUID, secret: UUID
) -> None:
    assert worth(ana) == 15000
    assert worth(replace(ana, seen_as=ben.user_id)) == 10000


def test_who_is_removed_gets_nothing_that_was_kept(
    ana: TenantContext, ben: TenantContext, giro: UUID
) -> None:
    assert worth(ben) == 10000
    remove_member(ana, ben.user_id)
    with pytest.raises(NotFound):
        worth(ben)


def test_tenants_of_one_user_stay_apart(
    ana: TenantContext, cleo: TenantContext, giro: UUID
) -> None:
    other = accept_invitation(ana.session, invite_member(cleo, ana.session.email, Role.VIEWER))
    assert (worth(ana), worth(other)) == (10000, 0)


def test_whoever_alters_an_answer_alters_his_own(ana: TenantContext, giro: UUID) -> None:
    accounts = overview(ana, APRIL).accounts
    accounts["balance"] = 0
    assert overview(ana, APRIL).accounts["balance"].max() == 10000


def test_no_more_is_kept_than_may_be(ana: TenantContext, giro: UUID) -> None:
    cache.keep_at_most(100)
    worth(ana)
    with statements() as asked:
        assert worth(ana) == 10000
    assert [each for each in asked if "total" in each]


def test_nothing_is_asked_twice_where_nothing_is_kept(ana: TenantContext, giro: UUID) -> None:
    cache.keep_at_most(0)
    with statements() as asked:
        assert worth(ana) == 10000
    assert not [each for each in asked if "data_version" in each]


def test_every_answer_holds_all_that_was_written_before_it_was_asked(
    ana: TenantContext, ben: TenantContext, dora: TenantContext, giro: UUID, secret: UUID
) -> None:
    """Four write, three read: never less than was done before the question, nor more than after."""
    begun, done, lock = [0], [0], Lock()

    def write(who: TenantContext) -> None:
        for day in range(1, 26):
            with lock:
                begun[0] += 1
            spend(who, giro, 1, day)
            with lock:
                done[0] += 1

    def read(who: TenantContext, own: int) -> list[tuple[int, int, int]]:
        seen = []
        for _ in range(60):
            at_least = done[0]
            spent = 10000 + own - worth(who)
            seen.append((at_least, spent, begun[0]))
        return seen

    with ThreadPoolExecutor(7) as threads:
        writers = [threads.submit(write, who) for who in (ana, dora, ana, dora)]
        readers = [
            threads.submit(read, who, own) for who, own in ((ana, 5000), (ben, 0), (dora, 0))
        ]
        for writer in writers:
            writer.result()
        seen = [each for reader in readers for each in reader.result()]
    assert [each for each in seen if not each[0] <= each[1] <= each[2]] == []
    assert len({spent for _, spent, _ in seen}) > 2
    assert (worth(ana), worth(ben)) == (14900, 9900)


def versions_asked(asked: list[str]) -> int:
    """Return how often the version of the data was asked for."""
    return len([each for each in asked if "data_version" in each])


def test_a_page_asks_for_the_version_once(ana: TenantContext, giro: UUID) -> None:
    overview(ana, APRIL), worth(ana)
    with statements() as asked, cache.one_look():
        overview(ana, APRIL), worth(ana), worth(ana)
    assert versions_asked(asked) == 1


def test_the_next_page_asks_for_the_version_anew(
    ana: TenantContext, dora: TenantContext, giro: UUID
) -> None:
    with cache.one_look():
        assert worth(ana) == 10000
    spend(dora, giro, 300)
    with cache.one_look():
        assert worth(ana) == 9700


def test_a_page_sees_what_it_has_changed_itself(ana: TenantContext, giro: UUID) -> None:
    with cache.one_look():
        assert (worth(ana), worth(ana)) == (10000, 10000)
        spend(ana, giro, 300)
        assert worth(ana) == 9700


def test_a_page_that_looks_with_other_eyes_gets_their_answers(
    ana: TenantContext, ben: TenantContext, giro: UUID, secret: UUID
) -> None:
    with cache.one_look():
        assert [worth(ana), worth(replace(ana, seen_as=ben.user_id))] == [15000, 10000]
        assert [worth(ana), worth(ben)] == [15000, 10000]
