"""Transfers that an import finds: linked when certain, suggested when not, and unlinked again."""

from datetime import date
from uuid import UUID

import pytest

from fintrack.access.sharing import ShareLevel, share_account
from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, create_account
from fintrack.ledger.categories import CategoryKind, create_category
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.transactions import transactions
from fintrack.ledger.transfers import NewTransfer, record_transfer
from fintrack.statements.decisions import Decision
from fintrack.statements.history import imports
from fintrack.statements.imports import ImportReport, commit_import
from fintrack.statements.previews import Preview
from fintrack.statements.undoing import undo_import
from tests.statements.importing import csv_file, imported, ofx_file, preview

OPENED = date(2026, 1, 1)
ELEVENTH = date(2026, 3, 11)
NUMBER = "DE44500105175407324931"
TO_SAVINGS = csv_file([("2026-03-09", "-500.00", "Standing order Savings")])
TWO_ACCOUNTS = (
    b"Date,Payee,Amount,Account\n2026-03-09,To Savings,-500.00,Giro\n"
    b"2026-03-09,Grocer,-7.00,Giro\n2026-03-11,Standing order,500.00,Savings\n"
)


def opened(context: TenantContext, name: str, number: str = "", *, private: bool = False) -> UUID:
    visibility = Visibility.PRIVATE if private else Visibility.EVERYONE
    new = NewAccount(
        name, AccountKind.CHECKING, "EUR", OPENED, number=number, visibility=visibility
    )
    return create_account(context, new)


def arrived(context: TenantContext, account_id: UUID, category_id: UUID | None = None) -> UUID:
    new = NewTransaction(account_id, ELEVENTH, 50000, "From Ana", category_id=category_id)
    return record_transaction(context, new)


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    return opened(ana, "Giro")


@pytest.fixture
def savings(ana: TenantContext) -> UUID:
    return opened(ana, "Savings", NUMBER)


def linked(context: TenantContext) -> int:
    """Return how many transfers the books have."""
    return int(transactions(context).frame["transfer_id"].replace("", None).nunique())


def told(seen: Preview) -> list[tuple[bool, str]]:
    return [(each.is_certain, each.reason) for each in seen.transfers]


def test_what_arrives_where_the_row_says_is_linked(
    ana: TenantContext, giro: UUID, savings: UUID
) -> None:
    arrived(ana, savings)
    seen = preview(ana, TO_SAVINGS, account_id=giro)
    assert told(seen) == [(True, "To Savings on 11 Mar 2026, 2 days apart.")]
    assert commit_import(ana, seen).linked == 1
    assert linked(ana) == 1


def test_the_number_of_an_account_names_it(ana: TenantContext, giro: UUID, savings: UUID) -> None:
    arrived(ana, savings)
    grouped = "DE44 5001 0517 5407 3249 31"
    content = csv_file([("2026-03-11", "-500.00", f"Ana {grouped}")])
    assert told(preview(ana, content, account_id=giro)) == [(True, "To Savings on 11 Mar 2026.")]


def test_a_column_of_the_other_account_names_it(
    ana: TenantContext, giro: UUID, savings: UUID
) -> None:
    arrived(ana, savings)
    content = f"Date,Amount,Payee,Counterparty IBAN\n2026-03-11,-500.00,Ana,{NUMBER}\n".encode()
    assert told(preview(ana, content, account_id=giro)) == [(True, "To Savings on 11 Mar 2026.")]


def test_the_side_in_the_books_may_name_the_other(
    ana: TenantContext, giro: UUID, savings: UUID
) -> None:
    new = NewTransaction(giro, ELEVENTH, -50000, "Savings")
    record_transaction(ana, new)
    content = csv_file([("2026-03-12", "500.00", "Ana")])
    seen = preview(ana, content, account_id=savings)
    assert told(seen) == [(True, "From Giro on 11 Mar 2026, 1 day apart.")]


def test_both_legs_of_a_transfer_entered_by_hand_become_the_banks(
    ana: TenantContext, giro: UUID, savings: UUID
) -> None:
    record_transfer(ana, NewTransfer(giro, savings, 50000, date(2026, 3, 10)))
    out = csv_file([("2026-03-09", "-500.00", "Umbuchung Tagesgeld")])
    arriving = csv_file([("2026-03-11", "500.00", "Gutschrift Rivera")])

    done = [imported(ana, out, account_id=giro), imported(ana, arriving, account_id=savings)]

    assert [(each.new, each.duplicate) for each in done] == [(0, 1), (0, 1)]
    assert (len(transactions(ana).frame), linked(ana)) == (2, 1)
    for each in done:
        assert undo_import(ana, each.import_id).removed == 0
    assert (len(transactions(ana).frame), linked(ana)) == (2, 1)


def test_what_only_its_amount_tells_is_suggested(
    ana: TenantContext, giro: UUID, savings: UUID
) -> None:
    arrived(ana, savings)
    content = csv_file([("2026-03-11", "-500.00", "Rent")])
    seen = preview(ana, content, account_id=giro)
    assert told(seen) == [(False, "To Savings on 11 Mar 2026 (From Ana), by its amount alone.")]
    assert commit_import(ana, seen).linked == linked(ana) == 0


def test_what_two_sides_fit_is_suggested_once(
    ana: TenantContext, giro: UUID, savings: UUID
) -> None:
    arrived(ana, savings)
    arrived(ana, opened(ana, "Card"))
    seen = preview(ana, TO_SAVINGS, account_id=giro)
    reason = "To Savings on 11 Mar 2026 (From Ana), 2 days apart, one of several that fit."
    assert told(seen) == [(False, reason)]


def test_of_a_few_that_fit_by_amount_the_nearest_is_suggested(
    ana: TenantContext, giro: UUID, savings: UUID
) -> None:
    imported(
        ana,
        csv_file([("2026-03-08", "-75.00", "Card bill"), ("2026-03-09", "-75.00", "Shop")]),
        account_id=giro,
    )
    seen = preview(ana, csv_file([("2026-03-11", "75.00", "Thanks")]), account_id=savings)
    reason = "From Giro on 9 Mar 2026 (Shop), 2 days apart, one of several that fit."
    assert told(seen) == [(False, reason)]


def test_what_has_a_category_is_suggested(ana: TenantContext, giro: UUID, savings: UUID) -> None:
    arrived(ana, savings, create_category(ana, "Gifts", CategoryKind.INCOME))
    ((is_certain, _),) = told(preview(ana, TO_SAVINGS, account_id=giro))
    assert not is_certain


def test_a_suggestion_is_linked_when_it_is_said(
    ana: TenantContext, giro: UUID, savings: UUID
) -> None:
    arrived(ana, savings)
    seen = preview(ana, csv_file([("2026-03-11", "-500.00", "Rent")]), account_id=giro)
    assert commit_import(ana, seen, {1: Decision.LINK}).linked == 1
    assert linked(ana) == 1


@pytest.mark.parametrize("decision", [Decision.APART, Decision.SKIP])
def test_a_certain_transfer_is_not_linked_when_it_is_said(
    ana: TenantContext, giro: UUID, savings: UUID, decision: Decision
) -> None:
    arrived(ana, savings)
    report = commit_import(ana, preview(ana, TO_SAVINGS, account_id=giro), {1: decision})
    assert report.linked == linked(ana) == 0


def test_both_sides_may_come_in_one_file(ana: TenantContext) -> None:
    report = imported(ana, TWO_ACCOUNTS)
    assert (report.new, report.linked, linked(ana)) == (3, 1, 1)
    assert undo_import(ana, report.import_id).removed == 3


def test_a_file_that_comes_again_links_nothing_anew(ana: TenantContext) -> None:
    imported(ana, TWO_ACCOUNTS)
    again = imported(ana, TWO_ACCOUNTS)
    assert (again.new, again.linked, linked(ana)) == (0, 0, 1)


@pytest.mark.parametrize(
    "row",
    [
        ("2026-03-06", "-500.00", "Savings"),
        ("2026-03-11", "-500.01", "Savings"),
        ("2026-03-11", "500.00", "Savings"),
    ],
)
def test_another_week_amount_or_direction_is_no_transfer(
    ana: TenantContext, giro: UUID, savings: UUID, row: tuple[str, str, str]
) -> None:
    arrived(ana, savings)
    assert told(preview(ana, csv_file([row]), account_id=giro)) == []


def test_another_currency_is_no_transfer(ana: TenantContext, savings: UUID) -> None:
    arrived(ana, savings)
    content = ofx_file([("20260311", "-500.00", "A", "Savings")], currency="USD")
    assert told(preview(ana, content)) == []


def test_a_transaction_that_was_linked_since_stays_so(
    ana: TenantContext, giro: UUID, savings: UUID
) -> None:
    arrived(ana, savings)
    seen = [preview(ana, TO_SAVINGS, account_id=each) for each in (giro, opened(ana, "Other"))]
    assert [commit_import(ana, each).linked for each in seen] == [1, 0]


@pytest.fixture
def report(ana: TenantContext, giro: UUID, savings: UUID) -> ImportReport:
    """Return the import that linked a categorised transaction as Ana said."""
    arrived(ana, savings, create_category(ana, "Gifts", CategoryKind.INCOME))
    seen = preview(ana, TO_SAVINGS, account_id=giro)
    return commit_import(ana, seen, {1: Decision.LINK})


def test_undoing_leaves_the_other_side_as_it_was(
    ana: TenantContext, savings: UUID, report: ImportReport
) -> None:
    assert report.linked == linked(ana) == 1
    assert undo_import(ana, report.import_id).is_done
    (left,) = transactions(ana).frame.to_dict("records")
    assert (left["account_id"], left["category"]) == (str(savings), "Gifts")
    assert linked(ana) == 0


@pytest.fixture
def arrival(ana: TenantContext, giro: UUID, savings: UUID) -> ImportReport:
    """Return the import of a row that the import of another file has linked since."""
    found = imported(ana, csv_file([("2026-03-11", "500.00", "From Ana")]), account_id=savings)
    assert imported(ana, TO_SAVINGS, account_id=giro).linked == 1
    return found


def test_a_link_that_another_import_made_keeps_no_file_from_going(
    ana: TenantContext, giro: UUID, arrival: ImportReport
) -> None:
    assert undo_import(ana, arrival.import_id).removed == 1
    (left,) = transactions(ana).frame.to_dict("records")
    assert (left["account_id"], left["transfer_id"]) == (str(giro), "")


def test_a_link_that_went_with_another_import_keeps_no_file_from_going(
    ana: TenantContext, giro: UUID, arrival: ImportReport
) -> None:
    (other,) = imports(ana)["import_id"].unique()[:1]
    assert undo_import(ana, UUID(other)).is_done
    assert undo_import(ana, arrival.import_id).removed == 1


def test_what_was_edited_of_a_linked_row_is_asked_about(
    ana: TenantContext, arrival: ImportReport
) -> None:
    rows = transactions(ana).frame
    row = rows[rows["amount"] > 0].iloc[0]
    change_transaction(ana, UUID(row["id"]), TransactionChange(note="mine"), int(row["version"]))
    report = undo_import(ana, arrival.import_id)
    assert report.touched["change"].tolist() == ["edited"]


@pytest.mark.parametrize("name", ["ana", "eli"])
def test_an_account_out_of_sight_takes_no_part(
    ana: TenantContext, eli: TenantContext, giro: UUID, name: str
) -> None:
    """Eli's file looks the same whatever Ana's private account holds; Ana's own is linked."""
    who = {"ana": ana, "eli": eli}[name]
    content = csv_file([("2026-03-09", "-500.00", "Standing order Hidden")])
    before = preview(who, content, account_id=giro)
    arrived(ana, opened(ana, "Hidden", NUMBER, private=True))
    after = preview(who, content, account_id=giro)
    (was,), (now,) = before.statements, after.statements
    assert now.rows.equals(was.rows)
    assert len(after.transfers) == commit_import(who, after).linked == (1 if who is ana else 0)
    assert linked(ana) == (1 if who is ana else 0)


def test_an_account_that_one_may_only_read_takes_no_part(
    ana: TenantContext, eli: TenantContext, giro: UUID
) -> None:
    savings = opened(ana, "Savings", private=True)
    share_account(ana, savings, eli.user_id, ShareLevel.READ)
    arrived(ana, savings)
    assert told(preview(eli, TO_SAVINGS, account_id=giro)) == []
    share_account(ana, savings, eli.user_id, ShareLevel.WRITE)
    assert len(told(preview(eli, TO_SAVINGS, account_id=giro))) == 1
