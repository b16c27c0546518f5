"""What a file of earlier days does to the opening balance, whichever came in before it."""

from collections.abc import Sequence
from itertools import permutations
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import accounts
from fintrack.statements.drops import first_day
from fintrack.statements.history import imports
from fintrack.statements.plans import LARGEST_AMOUNT
from fintrack.statements.undoing import undo_import
from tests.statements.camt_files import ACCOUNT, balance, document
from tests.statements.importing import Row, imported, ofx_file, preview
from tests.statements.test_imports_together import (
    APRIL,
    differences,
    entry,
    group_of,
    import_all,
    table,
)


def camt(*rows: Row, opening: str = "", closing: str = "") -> bytes:
    """Return a CAMT file of the account, with the balances that are given."""
    stated = balance("OPBD", opening, day=rows[0][0]) if opening else ""
    stated += balance("CLBD", closing, day=rows[-1][0]) if closing else ""
    return document(stated + "".join(entry(*row) for row in rows), account=ACCOUNT).encode()


JANUARY = camt(("2026-01-05", "300.00", "Aunt"), closing="450.00")
FEBRUARY = camt(("2026-02-10", "-3.00", "Kiosk"), closing="447.00")
MARCH = camt(("2026-03-02", "1040.50", "Employer"), closing="1487.50")
PLAIN_MARCH = table(("2026-03-02", "1040.50", "Employer"))
OLDER = [*permutations([JANUARY, FEBRUARY, MARCH]), *permutations([FEBRUARY, PLAIN_MARCH])]


@pytest.mark.parametrize("files", OLDER)
def test_older_statements_agree_one_by_one_in_any_order(
    ana: TenantContext, files: Sequence[bytes]
) -> None:
    imported(ana, APRIL)

    for each in files:
        imported(ana, each)

    assert accounts(ana)["balance"].tolist() == [146750]
    assert set(differences(ana)) == {0}


def test_an_older_statement_agrees_beside_other_accounts(ana: TenantContext) -> None:
    imported(ana, ofx_file([("20260410", "-5.00", "1", "Grocer")], balance="95.00"))
    imported(ana, APRIL)

    imported(ana, MARCH)

    assert sorted(accounts(ana)["balance"]) == [9500, 146750]
    assert differences(ana) == [0, 0, 0]


@pytest.mark.parametrize("files", OLDER)
def test_older_statements_agree_when_they_are_taken_in_together(
    ana: TenantContext, files: Sequence[bytes]
) -> None:
    imported(ana, APRIL)
    group = group_of(ana, *files)
    stated = [each.statement.difference for each in group.parts]
    assert (group.balance_after, set(stated) - {None}) == (146750, {0})

    import_all(ana, sorted(files, key=lambda each: first_day(preview(ana, each))))

    assert set(differences(ana)) == {0}


LATE_FEBRUARY = table(("2026-02-20", "-5.00", "Florist"))


def test_a_file_that_contradicts_an_older_balance_does_what_the_preview_says(
    ana: TenantContext,
) -> None:
    """The last balance of February is the first one of April, so nothing lies between them."""
    imported(ana, APRIL)
    february = FEBRUARY.replace(b"447.00", b"1487.50")
    group = group_of(ana, LATE_FEBRUARY, february)
    assert [each.statement.difference for each in group.parts] == [0, None]

    import_all(ana, [february, LATE_FEBRUARY])

    assert accounts(ana)["balance"].tolist() == [group.balance_after] == [146250]


def test_what_was_missing_before_a_balance_is_not_carried(ana: TenantContext) -> None:
    imported(ana, LATE_FEBRUARY)
    imported(ana, APRIL)
    assert differences(ana) == [-149250]

    imported(ana, table(("2026-02-10", "1492.50", "Employer")))

    assert differences(ana) == [0]


OPENING_ALONE = camt(("2026-03-02", "1040.50", "Employer"), opening="447.00")


def test_an_opening_balance_alone_holds_when_an_older_file_comes_and_goes(
    ana: TenantContext,
) -> None:
    imported(ana, OPENING_ALONE)

    done = imported(ana, FEBRUARY)
    assert (accounts(ana)["balance"].item(), differences(ana)) == (148750, [0])
    undo_import(ana, done.import_id)

    assert accounts(ana)["balance"].tolist() == [148750]


def test_an_opening_balance_that_the_books_contradict_holds_nothing(ana: TenantContext) -> None:
    imported(ana, APRIL)
    imported(ana, OPENING_ALONE.replace(b"447.00", b"440.00"))

    imported(ana, table(("2026-03-20", "-5.00", "Florist")))

    assert accounts(ana)["balance"].tolist() == [146750]


@pytest.mark.parametrize("rows", [(), (("2026-04-10", "-20.00", "Grocer"),)])
def test_a_file_that_breaks_a_balance_leaves_no_trace_when_it_goes(
    ana: TenantContext, rows: Sequence[Row]
) -> None:
    """It has rows before the days of the balance, and others within them."""
    imported(ana, APRIL)
    wrong = table(("2026-03-02", "7.00", "Shop"), ("2026-04-20", "-5.00", "Tip"), *rows)

    undo_import(ana, imported(ana, wrong).import_id)

    assert (accounts(ana)["balance"].tolist(), differences(ana)) == ([146750], [0])


def test_rows_that_two_files_have_go_and_come_again(ana: TenantContext) -> None:
    both = table(("2026-03-02", "70.00", "Shop"), ("2026-04-10", "-20.00", "Grocer"))
    done = imported(ana, both)
    imported(ana, APRIL.replace(b"1467.50", b"50.00").replace(b"1487.50", b"70.00"))
    assert differences(ana) == [0]

    undo_import(ana, done.import_id)
    imported(ana, both)

    assert differences(ana) == [0]


HUGE = str(LARGEST_AMOUNT // 100)


@pytest.mark.parametrize("more", [(), (("2026-03-01", "-7.00", "Kiosk"),)])
def test_an_import_that_another_file_covers_too_goes_and_comes_again(
    ana: TenantContext, more: Sequence[Row]
) -> None:
    done = imported(ana, MARCH)
    imported(ana, APRIL)
    imported(ana, camt(*more, ("2026-03-02", "1040.50", "Employer"), closing="1487.50"))

    undo_import(ana, done.import_id)
    assert accounts(ana)["balance"].tolist() == [146750]
    imported(ana, MARCH)
    imported(ana, FEBRUARY.replace(b"447.00", b"454.00" if more else b"447.00"))

    assert (accounts(ana)["balance"].tolist(), set(differences(ana))) == ([146750], {0})


ROWS = (("20260410", "-10.00", "1", "Grocer"), ("20260411", "-5.00", "2", "Kiosk"))
PLAIN = (
    "Date,Amount,Payee,Balance\n2026-04-10,-10.00,Grocer,990.00\n2026-04-11,-5.00,Kiosk,985.00\n"
)


@pytest.mark.parametrize("goes", [False, True])
def test_older_statements_agree_in_an_account_that_a_file_gave_its_number(
    ana: TenantContext, goes: bool
) -> None:
    imported(ana, PLAIN.encode())
    (there,) = accounts(ana)["id"]
    numbered = imported(ana, ofx_file(ROWS), account_id=UUID(there))
    assert accounts(ana)["number"].tolist() == ["12345678"]
    if goes:
        undo_import(ana, numbered.import_id)
        assert accounts(ana)["number"].tolist() == [""]

    imported(ana, ofx_file([("20260302", "-100.00", "3", "Grocer")]), account_id=UUID(there))

    assert accounts(ana)["balance"].tolist() == [98500]


@pytest.mark.parametrize(
    ("count", "refusal"),
    [
        (2, "The opening balance is too large to keep."),
        (9_300, "An amount or a sum is too large for FinTrack to keep."),
    ],
)
def test_what_would_make_the_opening_balance_too_large_is_refused(
    ana: TenantContext, count: int, refusal: str
) -> None:
    imported(ana, APRIL)
    rows = [("2026-03-01", f"-{HUGE}", f"Owner {each}") for each in range(count)]

    with pytest.raises(InvalidInput) as caught:
        imported(ana, table(*rows))

    assert str(caught.value) == refusal
    assert accounts(ana)["balance"].tolist() == [146750]
    assert len(imports(ana)) == 1
