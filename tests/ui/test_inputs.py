"""What several pages share: days in tables stand in the order of the tenant's locale."""

import pytest

from fintrack.ui.inputs import day_format


@pytest.mark.parametrize(
    ("locale", "tokens"),
    [
        ("en_GB", "D MMM YY"),
        ("en-US", "MMM D, YY"),
        ("de_DE", "D.M.YY"),
        ("fr_FR", "DD/MM/YY"),
        ("sv_SE", "YY-MM-DD"),
        ("bg_BG", "D.MM.YY\u202f[\u0433]."),
    ],
)
def test_days_in_tables_stand_in_the_order_of_the_locale(locale: str, tokens: str) -> None:
    assert day_format(locale) == tokens
