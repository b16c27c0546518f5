"""Configuration: what a variable may say, and the one sentence about what it may not."""

from pathlib import Path

import pytest

from fintrack.config import Registration, read_settings
from fintrack.errors import SetupError


def test_without_variables_everything_has_a_default() -> None:
    found = read_settings({})
    assert (found.database_url, found.base_url, found.postgres_bin) == (None, None, None)
    assert found.registration is Registration.SETUP
    assert (found.pool_size, found.pool_wait, found.max_upload_mb) == (5, 10, 25)
    assert (found.most_members, found.most_accounts) == (1000, 1000)
    assert (found.most_transactions, found.most_exports_per_day) == (5_000_000, 200)
    assert found.home == Path.cwd() / ".fintrack"


def test_an_empty_variable_is_none() -> None:
    names = ("DATABASE_URL", "FINTRACK_HOME", "FINTRACK_POOL_SIZE", "FINTRACK_REGISTRATION")
    assert read_settings(dict.fromkeys(names, "")) == read_settings({})


def test_a_variable_is_read() -> None:
    found = read_settings(
        {
            "FINTRACK_REGISTRATION": " Open ",
            "FINTRACK_BASE_URL": "https://money.example.org/",
            "FINTRACK_POOL_SIZE": "8",
            "FINTRACK_POOL_WAIT": "0.5",
        }
    )
    assert found.registration is Registration.OPEN
    assert found.base_url == "https://money.example.org"
    assert (found.pool_size, found.pool_wait) == (8, 0.5)


@pytest.mark.parametrize("value", ["many", "0", "-1", "nan", "inf", "0.5", "2.5", "1e400"])
@pytest.mark.parametrize(
    "name", ["FINTRACK_POOL_SIZE", "FINTRACK_MAX_UPLOAD_MB", "FINTRACK_MOST_MEMBERS"]
)
def test_a_count_that_is_none_is_refused(name: str, value: str) -> None:
    with pytest.raises(SetupError, match=f"{name} is '{value}'; set it to a"):
        read_settings({name: value})


@pytest.mark.parametrize("value", ["long", "0", "-0.1", "nan", "inf"])
def test_a_time_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(SetupError, match="FINTRACK_POOL_WAIT"):
        read_settings({"FINTRACK_POOL_WAIT": value})


def test_another_way_to_register_is_refused() -> None:
    with pytest.raises(SetupError, match="setup, open or invited"):
        read_settings({"FINTRACK_REGISTRATION": "everybody"})
