"""Several files of one account: their balances are judged with the rows of all of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import (
    AccountChange,
    AccountKind,
    NewAccount,
    accounts,
    create_account,
    update_account,
)
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.statements.drops import Together, settled, together, wishes_for
from fintrack.statements.history import imports
from fintrack.statements.imports import commit_import
from fintrack.statements.previews import Preview
from fintrack.statements.undoing import undo_import
from tests.statements.camt_files import ACCOUNT, balance, document
from tests.statements.importing import Row, csv_file, imported, preview

IBAN = b"IBAN: DE89370400440532013000\n\n"


def table(*rows: Row) -> bytes:
    """Return a CSV file of the account, without balances."""
    return IBAN + csv_file(rows)


def entry(day: str, amount: str, payee: str) -> str:
    side, party = ("DBIT", "Cdtr") if amount.startswith("-") else ("CRDT", "Dbtr")
    return (
        f'<Ntry><Amt Ccy="EUR">{amount.lstrip("-")}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls><TxDtls><RltdPties><{party}><Nm>{payee}</Nm>"
        f"</{party}></RltdPties></TxDtls></NtryDtls></Ntry>"
    )


def statement(opening: str, closing: str, *rows: Row, month: str = "2026-04") -> bytes:
    """Return a CAMT file of a month of the account, with its balances."""
    first, last = f"{month}-01", f"{month}-30"
    both = balance("OPBD", opening, day=first) + balance("CLBD", closing, day=last)
    return document(both + "".join(entry(*row) for row in rows), account=ACCOUNT).encode()


MARCH = table(("2026-03-01", "-12.50", "Baker"), ("2026-03-02", "1500.00", "Employer"))
APRIL = statement("1487.50", "1467.50", ("2026-04-10", "-20.00", "Grocer"))
MAY = table(("2026-05-02", "-7.00", "Kiosk"))
FILES = MARCH, APRIL, MAY
ORDERS = list(permutations(FILES))


def seen(context: TenantContext, *files: bytes) -> list[Preview]:
    return [preview(context, each) for each in files]


def group_of(context: TenantContext, *files: bytes) -> Together:
    (group,) = together(seen(context, *files))
    return group


def import_all(context: TenantContext, files: Sequence[bytes]) -> list[UUID]:
    """Take the files in one after the other, each looked at with those that still wait."""
    done = []
    for at in range(len(files)):
        now = seen(context, *files[at:])
        done.append(commit_import(context, settled(now[0], together(now))).import_id)
    return done


def differences(context: TenantContext) -> list[int]:
    """Return by how much the books are off, for each live import that states a balance."""
    table = imports(context)
    return table.loc[~table["undone"], "difference"].dropna().tolist()


@pytest.mark.parametrize("files", ORDERS)
def test_a_closing_balance_is_compared_with_the_rows_of_all_files(
    ana: TenantContext, files: Sequence[bytes]
) -> None:
    giro = NewAccount("Giro", AccountKind.CHECKING, "EUR", date(2026, 1, 1), 10000)
    create_account(ana, replace(giro, number="DE89370400440532013000"))

    group = group_of(ana, *files)

    assert (group.new, group.duplicate) == (4, 0)
    assert (group.balance_before, group.balance_after) == (10000, 156050)
    stating = [each.statement for each in group.parts if each.statement.file_balance]
    assert [(each.difference, each.opening_difference) for each in stating] == [(10000, 10000)]


@pytest.mark.parametrize("files", ORDERS)
def test_a_new_account_opens_with_what_one_of_its_files_implies(
    ana: TenantContext, files: Sequence[bytes]
) -> None:
    group = group_of(ana, *files)

    assert (group.balance_before, group.balance_after) == (0, 146050)
    openings = [each.statement.new_account for each in group.parts]
    assert {each and (each.opening_balance, each.opened_on) for each in openings} == {
        (0, date(2026, 3, 1))
    }
    assert [each.statement.difference for each in group.parts] == [None, 0, None]


@pytest.mark.parametrize("files", ORDERS)
def test_files_end_with_the_balance_that_they_state_in_any_order(
    ana: TenantContext, files: Sequence[bytes]
) -> None:
    import_all(ana, files)

    assert accounts(ana)["balance"].tolist() == [146050]
    assert differences(ana) == [0]


@pytest.mark.parametrize("at", range(3))
def test_a_file_that_goes_and_comes_again_leaves_the_balance(ana: TenantContext, at: int) -> None:
    done = import_all(ana, FILES)[at]

    for _ in range(2):
        undo_import(ana, done)
        assert differences(ana) in ([], [0])
        (done,) = import_all(ana, [FILES[at]])

    assert accounts(ana)["balance"].tolist() == [146050]
    assert differences(ana) == [0]


STATED = (
    statement("0.00", "1500.00", ("2026-03-02", "1500.00", "Employer"), month="2026-03"),
    statement("1500.00", "1480.00", ("2026-04-10", "-20.00", "Grocer")),
    statement("1480.00", "1473.00", ("2026-05-02", "-7.00", "Kiosk"), month="2026-05"),
)


@pytest.mark.parametrize("files", list(permutations(STATED)))
def test_months_that_all_state_balances_agree_in_any_order(
    ana: TenantContext, files: Sequence[bytes]
) -> None:
    done = [imported(ana, each).import_id for each in files]
    assert differences(ana) == [0, 0, 0]

    for at, each in enumerate(files):
        undo_import(ana, done[at])
        imported(ana, each)

    assert accounts(ana)["balance"].tolist() == [147300]
    assert differences(ana) == [0, 0, 0]


@pytest.mark.parametrize("files", ORDERS)
def test_a_file_of_earlier_days_leaves_the_balance_that_another_stated(
    ana: TenantContext, files: Sequence[bytes]
) -> None:
    imported(ana, APRIL)

    for each in files:
        (statement,) = preview(ana, each).statements
        assert imported(ana, each).batches[0].balance_after == statement.balance_after

    assert accounts(ana)["balance"].tolist() == [146050]
    assert differences(ana) == [0, 0]


def test_a_file_of_earlier_days_says_what_it_does_to_the_opening_balance(
    ana: TenantContext, eli: TenantContext
) -> None:
    imported(ana, APRIL)

    group = group_of(eli, MARCH, MAY)

    assert (group.balance_before, group.balance_after) == (146750, 146050)
    (note,) = group.parts[0].statement.notes
    assert note.startswith("Rows before 10 Apr 2026 come to 1487.50, which goes off the opening")
    import_all(eli, [MARCH, MAY])
    assert accounts(ana)["balance"].tolist() == [146050]


def test_what_a_member_says_of_an_account_is_carried_nowhere(ana: TenantContext) -> None:
    imported(ana, APRIL)
    (made,) = accounts(ana).to_dict("records")
    update_account(ana, UUID(made["id"]), AccountChange(opening_balance=100), 1)

    done = imported(ana, MARCH)
    assert accounts(ana)["balance"].tolist() == [146850]
    undo_import(ana, done.import_id)

    assert accounts(ana)["balance"].tolist() == [-1900]


def test_what_a_member_said_since_the_preview_is_carried_nowhere(ana: TenantContext) -> None:
    imported(ana, APRIL)
    shown = preview(ana, MARCH)
    (made,) = accounts(ana).to_dict("records")
    update_account(ana, UUID(made["id"]), AccountChange(opening_balance=100), 1)

    commit_import(ana, shown)

    assert accounts(ana)["balance"].tolist() == [146850]


FEBRUARY = table(("2026-02-10", "-3.00", "Kiosk"))
LATE = table(("2026-03-20", "-5.00", "Florist"))


@pytest.mark.parametrize("files", [(MARCH, LATE), (FEBRUARY, MARCH), (LATE, MARCH)])
def test_each_older_file_comes_and_goes_without_a_trace(
    ana: TenantContext, files: Sequence[bytes]
) -> None:
    """What comes later may lie before, between or after the days of what came."""
    imported(ana, APRIL)
    done = [imported(ana, each).import_id for each in files]
    assert differences(ana) == [0]

    for at, each in enumerate(files):
        undo_import(ana, done[at])
        assert differences(ana) == [0]
        imported(ana, each)

    assert accounts(ana)["balance"].tolist() == [146750]
    assert differences(ana) == [0]


def test_an_account_that_was_opened_earlier_is_not_carried(ana: TenantContext) -> None:
    opened = NewAccount("Giro", AccountKind.CHECKING, "EUR", date(2020, 1, 1), 0)
    (statement,) = preview(ana, APRIL).statements
    commit_import(ana, preview(ana, APRIL, accounts={statement.key: opened}))

    giro = UUID(accounts(ana)["id"].item())
    done = commit_import(ana, preview(ana, MARCH, account_id=giro))
    assert differences(ana) == [0]
    undo_import(ana, done.import_id)

    assert accounts(ana)["balance"].tolist() == [-2000]


def test_without_a_stated_balance_nothing_is_carried(ana: TenantContext) -> None:
    imported(ana, MAY)

    done = imported(ana, MARCH)
    assert accounts(ana)["balance"].tolist() == [148050]
    undo_import(ana, done.import_id)

    assert accounts(ana)["balance"].tolist() == [-700]


def test_a_closing_balance_alone_is_carried_back_before_the_oldest_row(ana: TenantContext) -> None:
    closing = document(
        balance("CLBD", "100", day="2026-04-30") + entry("2026-04-10", "-20.00", "Grocer")
    )

    group = group_of(ana, table(("2026-03-02", "70.00", "Shop")), closing.encode(), MAY)

    assert (group.balance_before, group.balance_after) == (5000, 9300)


def test_a_row_of_two_files_counts_once(ana: TenantContext) -> None:
    early = table(("2026-03-01", "-12.50", "Baker"), ("2026-04-10", "-20.00", "Grocer"))

    group = group_of(ana, early, APRIL)

    assert (group.new, group.balance_before) == (2, 150000)
    assert [dict(each) for each in group.shared] == [{}, {1: "march.csv"}]
    assert [each.statement.opening_difference for each in group.parts] == [None, 0]
    assert [each.statement.difference for each in group.parts] == [None, 0]


def test_what_the_books_hold_counts_once_in_two_files(ana: TenantContext) -> None:
    import_all(ana, [APRIL])
    (found,) = accounts(ana).to_dict("records")
    record_transaction(ana, NewTransaction(UUID(found["id"]), date(2026, 4, 20), -500, "Tip"))
    tip = table(("2026-04-21", "-5.00", "Tip"), ("2026-04-10", "-20.00", "Grocer"))

    group = group_of(ana, APRIL, tip)

    assert (group.new, group.duplicate) == (0, 2)


def test_two_accounts_are_not_together(ana: TenantContext) -> None:
    other = MARCH.replace(b"DE89370400440532013000", b"DE02120300000000202051")

    assert [each.balance_after for each in together(seen(ana, APRIL, other))] == [146750, 148750]


def wished(
    context: TenantContext,
    files: Sequence[bytes],
    **change: Any,  # noqa: ANN401
) -> list[Preview]:
    """Return the files as they are looked at after the member changed the new account so."""
    now = seen(context, *files)
    (group,) = together(now)
    new = group.parts[0].statement.new_account
    assert new is not None
    wishes = wishes_for(group, replace(new, **change))
    by_preview = {
        part.preview.import_id: {part.statement.key: wish}
        for part, wish in zip(group.parts, wishes, strict=True)
    }
    return [
        preview(context, content, accounts=by_preview[each.import_id])
        for content, each in zip(files, now, strict=True)
    ]


@pytest.mark.parametrize("files", [[MARCH, APRIL], [APRIL, MARCH]])
def test_another_name_leaves_the_opening_balance_to_the_files(
    ana: TenantContext, files: Sequence[bytes]
) -> None:
    (group,) = together(wished(ana, files, name="Mine"))

    news = {each.statement.new_account for each in group.parts}
    assert [each and (each.name, each.opening_balance) for each in news] == [("Mine", 0)]


def test_a_file_that_is_dropped_later_joins_what_was_named(ana: TenantContext) -> None:
    named = wished(ana, [MARCH], name="Mine")

    (group,) = together([preview(ana, APRIL.replace(b"1487.50", b"1500.00")), *named])

    (new,) = {each.statement.new_account for each in group.parts}
    assert new is not None
    assert (new.name, new.opening_balance) == ("Mine", 1250)


@pytest.mark.parametrize("opening", [0, 500])
def test_an_opening_balance_that_the_member_says_holds(ana: TenantContext, opening: int) -> None:
    files = [MARCH, APRIL.replace(b"1487.50", b"1500.00")]

    (group,) = together(wished(ana, files, opening_balance=opening))
    new = group.parts[0].statement.new_account
    assert new is not None
    renamed = wishes_for(group, replace(new, name="Mine"))

    assert (new.opening_balance, group.balance_before) == (opening, opening)
    assert {each.opening_balance for each in renamed} == {opening}
