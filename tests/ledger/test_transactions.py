"""Lists, changes, splits, transfers, undo and exports of transactions."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from fintrack.ledger.bulk import categorise, delete_transactions
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.exports import export_transactions
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.journal import journal
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.records import transaction
from fintrack.ledger.transactions import account_register, transactions
from fintrack.ledger.transfers import NewTransfer, link_transfer, record_transfer, unlink_transfer
from fintrack.ledger.undo import undo
from tests.databases import Database
from tests.ledger.conftest import CategoryNamed, Record

MARCH = date(2026, 3, 1)
CONTENTS = (
    """select id, account_id, booked_on, amount, payee, category_id, is_split, transfer_id, words
    from app.transaction order by id""",
    """select transaction_id, line, category_id, amount, memo
    from app.posting order by transaction_id, line""",
    "select token, transaction_id, booked_on from app.search_token order by 2, 1",
)
MANY = """
    insert into app.transaction (tenant_id, id, account_id, currency, booked_on, amount, payee,
                                 words, created_by)
    select %s, gen_random_uuid(), %s, 'EUR', date '2020-01-01' + n / 50, -n, 'Payee ' || n %% 50,
           array['payee', (n %% 50)::text, 'w' || n], %s
    from generate_series(1, %s) n
"""


def payees(context: TenantContext, **wanted: Any) -> list[str]:  # noqa: ANN401 - filter fields
    """Return the payees of the filtered list, newest first."""
    return transactions(context, TransactionFilter(**wanted)).frame["payee"].tolist()


def rows_of(context: TenantContext, **wanted: Any) -> list[dict[str, str]]:  # noqa: ANN401
    """Return the export's rows."""
    content = b"".join(export_transactions(context, TransactionFilter(**wanted))).decode()
    return list(csv.DictReader(content.splitlines()))


def contents(database: Database) -> list[Any]:
    """Return every row of the ledger's tables, whoever may see it, without versions and times."""
    with database.administrator() as admin:
        return [admin.execute(query).fetchall() for query in CONTENTS]


def test_pages_meet_without_gap_or_repetition(ana: TenantContext, record: Record) -> None:
    for number in range(11):
        record(1 + number // 4, -100, f"Payee {number}")
    seen, cursor = [], None
    while True:
        page = transactions(ana, cursor=cursor, limit=4)
        seen += page.frame["payee"].tolist()
        cursor = page.next
        if cursor is None:
            break
    assert seen == [f"Payee {number}" for number in reversed(range(11))]


def test_the_previous_page_is_the_one_before(ana: TenantContext, record: Record) -> None:
    for number in range(6):
        record(1 + number, -100, f"Payee {number}")
    second = transactions(ana, cursor=transactions(ana, limit=2).next, limit=2)
    first = transactions(ana, cursor=second.previous, limit=2)
    assert first.frame["payee"].tolist() == ["Payee 5", "Payee 4"]
    assert first.previous is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("gro", ["Grocer", "GROTTO CAFÉ"]),
        ("cafe", ["GROTTO CAFÉ"]),
        ("café gro", ["GROTTO CAFÉ"]),
        ("42.00", ["Grocer"]),
        ("100%_", []),
        ("'; drop table app.transaction; --", []),
    ],
)
def test_search_finds_beginnings_of_words(
    ana: TenantContext, record: Record, words: str, found: list[str]
) -> None:
    record(1, -1500, "GROTTO CAFÉ")
    record(2, -4200, "Grocer")
    record(3, -900, "Baker")
    assert payees(ana, words=words) == found


def test_search_is_exact_where_a_beginning_has_many_words(
    ana: TenantContext, record: Record
) -> None:
    for number in range(30):
        record(1 + number % 28, -100, f"Shop{number:02} street")
    assert len(payees(ana, words="shop")) == 30
    assert payees(ana, words="shop17 str") == ["Shop17 street"]


def test_filters_hold_together(ana: TenantContext, record: Record, category: CategoryNamed) -> None:
    record(1, -4200, "Grocer", category_id=category("Groceries"))
    record(9, -1200, "Grocer")
    record(9, 5000, "Employer")
    assert payees(ana, category_id=category("Food")) == ["Grocer"]
    assert payees(ana, uncategorised=True) == ["Employer", "Grocer"]
    assert payees(ana, since=date(2026, 3, 2), maximum=Decimal(0)) == ["Grocer"]


@contextmanager
def filled(ana: TenantContext, account_id: UUID, database: Database, count: int) -> Iterator[None]:
    """Fill an account with many transactions at once."""
    with database.administrator() as admin:
        admin.execute(
            MANY,
            [ana.tenant_id, account_id, ana.user_id, count],
        )
        admin.execute("vacuum analyze app.transaction")
        admin.execute("vacuum analyze app.search_token")
    yield


@pytest.mark.slow
def test_one_screen_of_a_hundred_thousand_reads_at_most_200_rows(
    ana: TenantContext, giro: UUID, database: Database
) -> None:
    questions = [
        TransactionFilter(),
        TransactionFilter(account_id=giro),
        TransactionFilter(words="payee"),
        TransactionFilter(words="w99999"),
        TransactionFilter(words="payee w77777"),
        TransactionFilter(uncategorised=True),
        TransactionFilter(payee="Payee 7"),
        TransactionFilter(since=date(2022, 1, 1), until=date(2023, 1, 1)),
    ]
    with filled(ana, giro, database, 100_000), database.administrator() as admin:
        read = [_rows_read_by(ana, chosen, admin) for chosen in questions]
    assert [(0 < rows <= 200) or rows for rows in read] == [True] * len(questions)


def _rows_read_by(ana: TenantContext, chosen: TransactionFilter, admin: Any) -> int:  # noqa: ANN401 - a connection
    admin.execute("select pg_stat_reset()")
    before = _rows_read(admin)
    page = transactions(ana, chosen, limit=25)
    with tenant_transaction(ana) as db:
        db.execute(text("select pg_stat_force_next_flush()"))
    admin.execute("select pg_stat_clear_snapshot()")
    assert not page.frame.empty
    return _rows_read(admin) - before


def _rows_read(admin: Any) -> int:  # noqa: ANN401 - a connection
    query = (
        "select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) "
        "from pg_stat_user_tables where relname in ('transaction', 'search_token', 'posting')"
    )
    return int(admin.execute(query).fetchone()[0])


def test_search_words_follow_day_and_name_and_lie_still_otherwise(
    ana: TenantContext, record: Record, category: CategoryNamed, database: Database
) -> None:
    one = record(1, -100, "Grocer")
    tokens = "select ctid::text, token, booked_on from app.search_token order by token"
    with database.administrator() as admin:
        before = admin.execute(tokens).fetchall()
        change_transaction(ana, one, TransactionChange(category_id=category("Groceries")), 1)
        assert admin.execute(tokens).fetchall() == before
        moved = TransactionChange(payee="Baker", booked_on=date(2026, 3, 9))
        change_transaction(ana, one, moved, 2)
        found = [row[1:] for row in admin.execute(tokens)]
    assert found == [("1.00", date(2026, 3, 9)), ("baker", date(2026, 3, 9))]
    assert (payees(ana, words="grocer"), payees(ana, words="baker")) == ([], ["Baker"])


def test_the_register_shows_the_balance_after_each_row(
    ana: TenantContext, giro: UUID, record: Record
) -> None:
    for day, amount in ((1, -4200), (2, 1200), (2, -300), (5, 50)):
        record(day, amount)
    first = account_register(ana, giro, limit=2)
    second = account_register(ana, giro, first.next, limit=2)
    assert first.frame["balance"].tolist() + second.frame["balance"].tolist() == [
        6750, 6700, 7000, 5800,
    ]  # fmt: skip


def test_who_was_slower_changes_nothing(ana: TenantContext, record: Record) -> None:
    one = record(1, -100, "Grocer")
    change_transaction(ana, one, TransactionChange(payee="First"), 1)
    with pytest.raises(Conflict):
        change_transaction(ana, one, TransactionChange(payee="Second"), 1)
    assert transaction(ana, one).payee == "First"


def split_into(*amounts: int) -> TransactionChange:
    return TransactionChange(lines=tuple(SplitLine(None, amount) for amount in amounts))


def test_a_split_must_add_up(ana: TenantContext, record: Record) -> None:
    one = record(1, -100, "Grocer")
    with pytest.raises(InvalidInput, match="add up"):
        change_transaction(ana, one, split_into(-60, -39))
    change_transaction(ana, one, split_into(-60, -40))
    assert [line.amount for line in transaction(ana, one).lines] == [-60, -40]


def test_a_transfer_moves_money_between_two_accounts(
    ana: TenantContext, giro: UUID, savings: UUID
) -> None:
    record_transfer(ana, NewTransfer(giro, savings, 2500, MARCH))
    assert sorted(transactions(ana).frame["amount"]) == [-2500, 2500]


def test_a_transfer_between_currencies_says_what_arrived(
    ana: TenantContext, giro: UUID, dollars: UUID
) -> None:
    with pytest.raises(InvalidInput, match="USD"):
        record_transfer(ana, NewTransfer(giro, dollars, 2500, MARCH))
    record_transfer(ana, NewTransfer(giro, dollars, 2500, MARCH, 2700))
    assert sorted(transactions(ana).frame["amount"]) == [-2500, 2700]


def test_linked_and_unlinked_again(ana: TenantContext, savings: UUID, record: Record) -> None:
    out = record(1, -2500)
    into = record_transaction(ana, NewTransaction(savings, MARCH, 2500))
    transfer_id = link_transfer(ana, out, into).transfer_id
    leg = transaction(ana, out).other_leg
    assert leg is not None
    assert leg.id == into
    unlink_transfer(ana, transfer_id)
    assert transaction(ana, out).transfer_id is None


def test_deleting_one_leg_deletes_both_and_undo_brings_both_back(
    ana: TenantContext, giro: UUID, savings: UUID, database: Database
) -> None:
    record_transfer(ana, NewTransfer(giro, savings, 2500, MARCH))
    before = contents(database)
    change_set = delete_transactions(ana, [UUID(transactions(ana).frame["id"].iloc[0])])
    assert transactions(ana).frame.empty
    undo(ana, change_set)
    assert contents(database) == before


def test_undo_of_everything_leaves_everything_as_it_was(
    ana: TenantContext, record: Record, category: CategoryNamed, database: Database
) -> None:
    ids = [record(day, -100 * day, f"Payee {day}") for day in range(1, 6)]
    before = contents(database)
    done = [categorise(ana, ids[:3], category("Groceries"))]
    done.append(change_transaction(ana, ids[4], TransactionChange(payee="Baker", amount=-7), 1))
    done.append(change_transaction(ana, ids[3], split_into(-400)))
    done.append(delete_transactions(ana, ids[1:3]))
    for change_set in reversed(done):
        undo(ana, change_set)
    assert contents(database) == before


def test_a_viewer_changes_nothing(ben: TenantContext, record: Record) -> None:
    one = record(1, -100, "Grocer")
    with pytest.raises(PermissionDenied):
        delete_transactions(ben, [one])


def test_another_tenants_transaction_does_not_exist(cleo: TenantContext, record: Record) -> None:
    with pytest.raises(NotFound):
        transaction(cleo, record(1, -100, "Grocer"))


def test_j3_an_export_holds_what_the_filter_and_the_sight_allow(
    ana: TenantContext, eli: TenantContext, secret: UUID, record: Record
) -> None:
    record(1, -4200, "Grocer")
    record(2, 100, "Interest")
    record_transaction(ana, NewTransaction(secret, MARCH, -1, "Secret gift"))
    assert [row["payee"] for row in rows_of(ana)] == ["Grocer", "Secret gift", "Interest"]
    assert [row["payee"] for row in rows_of(eli)] == ["Grocer", "Interest"]
    assert [row["amount"] for row in rows_of(ana, payee="Grocer")] == ["-42.00"]


def test_an_export_writes_a_split_as_lines_of_one_id(ana: TenantContext, record: Record) -> None:
    one = record(1, -100, lines=(SplitLine(None, -60), SplitLine(None, -40)))
    rows = rows_of(ana)
    assert [(row["id"], row["split"], row["amount"]) for row in rows] == [
        (str(one), "1", "-0.60"), (str(one), "2", "-0.40"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "payee", ["=1+1", "+49", "-x", "@cmd", " =x", "\N{FULLWIDTH EQUALS SIGN}1"]
)
def test_j1_an_export_is_safe_in_a_spreadsheet(
    ana: TenantContext, record: Record, payee: str
) -> None:
    record(1, -100, payee)
    row = rows_of(ana)[0]
    assert row["payee"].startswith("'")
    assert row["amount"] == "-1.00"


def test_the_journal_balances(
    ana: TenantContext, giro: UUID, dollars: UUID, record: Record, category: CategoryNamed
) -> None:
    record(1, -4200, category_id=category("Groceries"))
    record(2, -100, lines=(SplitLine(None, -60), SplitLine(category("Fuel"), -40)))
    record_transfer(ana, NewTransfer(giro, dollars, 2500, MARCH, 2700))
    totals = journal(ana).groupby("currency")["amount"].sum()
    assert set(totals) == {0}
