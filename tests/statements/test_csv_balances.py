"""Balances beside the rows: the file's own, also where a row is missing between them."""

from decimal import Decimal

import pytest

from tests.statements.reading import only

HEADER = "Date,Text,Amount,Balance\n"
ROWS = [
    f"2026-03-0{day},Shop {day},-{day}.00,{100 - day * (day + 1) // 2}.00" for day in range(1, 8)
]
WITHOUT_BALANCE = [row.rpartition(",")[0] + "," if at == 3 else row for at, row in enumerate(ROWS)]
UNREADABLE = [row.replace("-3.00", "-three") for row in ROWS]
ELSEWHERE = [f"{row.rpartition(',')[0]},{9**at % 80}.00" for at, row in enumerate(ROWS)]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROWS, ()),
        (WITHOUT_BALANCE, ()),
        (UNREADABLE, ("The balance in line {line} does not follow from the rows around it.",)),
    ],
)
def test_balances_are_the_file_s_own_with_a_gap_too(
    rows: list[str], said: tuple[str, ...], *, turned: bool
) -> None:
    found = only(HEADER + "\n".join(rows[::-1] if turned else rows))

    assert (found.opening_balance, found.closing_balance) == (Decimal(100), Decimal(72))
    assert found.notes == tuple(each.format(line=7 if turned else 5) for each in said)


def test_balances_of_something_else_are_not_compared() -> None:
    found = only(HEADER + "\n".join(ELSEWHERE))

    assert found.closing_balance is None
    assert found.notes == (
        "The balances beside the rows do not follow from them, so none is compared.",
    )
    assert sum(entry.amount for entry in found.entries) == Decimal(-28)
