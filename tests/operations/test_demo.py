"""The sample tenant: big enough, the same each time, one for each user, gone in one click."""

from datetime import date

import pytest

from fintrack.access.tenants import my_tenants, remove_sample
from fintrack.analytics.net_worth import balances
from fintrack.analytics.overview import overview
from fintrack.analytics.spending import spending
from fintrack.context import TenantContext
from fintrack.operations.demo import create_sample
from fintrack.operations.household import ACCOUNTS, story
from tests.databases import Database

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("today", [TODAY, date(2026, 3, 1), date(2024, 2, 29), date(2027, 1, 31)])
def test_the_story_tells_36_months_in_2500_transactions(today: date) -> None:
    entries = story(today)
    assert len(entries) >= 2_500
    assert len({entry.on.replace(day=1) for entry in entries}) == 36
    assert entries[-1].on <= today


def test_the_same_day_tells_the_same_story() -> None:
    assert story(TODAY) == story(TODAY)


def test_both_legs_of_every_transfer_are_told() -> None:
    legs: dict[int, list[int]] = {}
    for entry in story(TODAY):
        if entry.transfer is not None:
            legs.setdefault(entry.transfer, []).append(entry.amount)
    assert all(len(pair) == 2 and sum(pair) == 0 for pair in legs.values())


def test_a_sample_holds_what_the_story_says(ana: TenantContext) -> None:
    sample = create_sample(ana.session, TODAY)
    told = {
        account.name: account.opening
        + sum(entry.amount for entry in story(TODAY) if entry.account == account.name)
        for account in ACCOUNTS
    }
    frame = balances(sample, TODAY)
    assert dict(zip(frame["name"], frame["balance"], strict=True)) == told
    assert len(told) >= 4
    assert sample.is_sample


def test_something_in_a_sample_waits_to_be_done(ana: TenantContext) -> None:
    assert overview(create_sample(ana.session, TODAY), TODAY).attention.uncategorised > 0


def test_a_user_has_one_sample(ana: TenantContext) -> None:
    assert create_sample(ana.session, TODAY) == create_sample(ana.session, TODAY)
    assert [tenant.is_sample for tenant in my_tenants(ana.session)] == [False, True]


def test_a_sample_says_nothing_in_the_users_own_tenant(ana: TenantContext) -> None:
    create_sample(ana.session, TODAY)
    assert spending(ana, date(2023, 1, 1), TODAY).empty


def test_a_removed_sample_leaves_nothing(ana: TenantContext, database: Database) -> None:
    sample = create_sample(ana.session, TODAY)
    remove_sample(sample)
    assert my_tenants(ana.session) == (ana,)
    with database.administrator() as admin:
        left = admin.execute("select count(*) from app.transaction").fetchone()
    assert left == (0,)
