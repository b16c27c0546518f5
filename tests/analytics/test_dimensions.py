"""Income and spending by tag, account, member …: against a ledger kept by hand, to the cent."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from fintrack.analytics.cash_flow import cash_flow
from fintrack.analytics.dimensions import Dimension, breakdown
from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.schema import Tag, TransactionTag, new_id
from tests.analytics import by_hand
from tests.analytics.by_hand import KIND, Move, Purse, write
from tests.analytics.test_agreement import CASES, Book, book, by_currency, written
from tests.databases import Database
from tests.pages.reading import rows_read

MARCH = (date(2026, 3, 1), date(2026, 4, 1))
TAGS = ("trip", "work")
Found = dict[tuple[str, str], tuple[int, int, int]]


def day(number: int) -> date:
    return date(2026, 3, number)


def tagged(context: TenantContext, worn: list[tuple[Move, str]]) -> None:
    """Make the tags and put them on the moves."""
    ids = {name: new_id() for name in TAGS}
    rows = [
        {
            "transaction_id": each.id,
            "tag_id": ids[name],
            "account_id": each.purse.id,
            "booked_on": each.on,
        }
        for each, name in worn
    ]
    with tenant_transaction(context) as db:
        db.execute(insert(Tag), [{"id": ids[name], "name": name} for name in TAGS])
        if rows:
            db.execute(insert(TransactionTag), rows)


def forget_statistics(database: Database) -> None:
    """Let PostgreSQL know as little of the tables as after the first import."""
    with database.administrator() as admin:
        for table in ("transaction", "posting", "transaction_tag"):
            admin.execute("select pg_clear_relation_stats('app', %s)", [table])
            admin.execute(
                "select pg_clear_attribute_stats(schemaname, tablename, attname, inherited)"
                " from pg_stats where schemaname = 'app' and tablename = %s",
                [table],
            )


def labels(
    dimension: Dimension, move: Move, category: str | None, tags: dict[Move, list[str]]
) -> list[str]:
    """Name the parts that an amount counts for."""
    top = by_hand.top(category)
    return {
        Dimension.MONTH: [f"{move.on:%Y-%m}"],
        Dimension.CATEGORY: [f"{top}*" if top else "Uncategorised"],
        Dimension.PAYEE: [move.payee or "No payee"],
        Dimension.TAG: tags.get(move) or ["No tag"],
        Dimension.ACCOUNT: [move.purse.name],
        Dimension.MEMBER: ["Ana"],
    }[dimension]


def amounts(told: Book) -> Iterator[tuple[Move, str | None, int, int]]:
    """Every amount of the period with its category, as income and as spending."""
    for move in told.moves:
        if move.transfer is None and told.since <= move.on < told.until:
            for category, cents in move.parts():
                kind = KIND[category] if category else "INCOME" if cents > 0 else "EXPENSE"
                yield move, category, cents * (kind == "INCOME"), -cents * (kind == "EXPENSE")


def expected(told: Book, dimension: Dimension, tags: dict[Move, list[str]]) -> Found:
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for move, category, earned, spent in amounts(told):
        for label in labels(dimension, move, category, tags):
            for place, value in enumerate((earned, spent, 1)):
                sums[label, move.purse.currency][place] += value
    return {key: (earned, spent, entries) for key, (earned, spent, entries) in sums.items()}


@CASES
@given(told=book(), draws=st.data(), dimension=st.sampled_from(Dimension))
def test_each_part_is_the_sum_of_its_amounts(
    ana: TenantContext, told: Book, draws: st.DataObject, dimension: Dimension
) -> None:
    context, _ = written(ana, told)
    tags = {each: draws.draw(st.lists(st.sampled_from(TAGS), unique=True)) for each in told.moves}
    tagged(context, [(each, name) for each, names in tags.items() for name in names])
    frame = breakdown(context, told.since, told.until, dimension)
    got = {
        (row["part"], row["currency"]): (row["income"], row["spending"], row["entries"])
        for row in frame.to_dict("records")
    }
    assert got == expected(told, dimension, tags)


def test_a_tag_reads_its_own_transactions_alone(ana: TenantContext, database: Database) -> None:
    purse = Purse("Giro")
    moves = [Move(day(1 + number % 28), purse, -number, "Fun") for number in range(1, 1001)]
    write(ana, [purse], moves)
    tagged(ana, [(each, "trip") for each in moves[:200]])
    forget_statistics(database)
    with rows_read() as seen:
        found = breakdown(ana, *MARCH, Dimension.TAG)
    assert found["spending"].tolist() == [sum(range(201, 1001)), sum(range(1, 201))]
    # At worst each line is read for each of the tags.
    assert sum(seen) < 10 * len(moves)


@CASES
@given(told=book(), dimension=st.sampled_from([each for each in Dimension if each != "tag"]))
def test_the_parts_add_up_to_cash_flow(
    ana: TenantContext, told: Book, dimension: Dimension
) -> None:
    context, _ = written(ana, told)
    flow, frame = (
        cash_flow(context, told.since, told.until),
        breakdown(context, told.since, told.until, dimension),
    )
    assert by_currency(flow, "inflow") == by_currency(frame, "income")
    assert by_currency(flow, "outflow") == by_currency(frame, "spending")


def test_what_has_two_tags_counts_for_both_and_the_rest_for_none(ana: TenantContext) -> None:
    mine = Purse("Current", opened_on=day(1))
    both, rest = Move(day(2), mine, -500, "Fun"), Move(day(3), mine, -70, "Fun")
    write(ana, [mine], [both, rest])
    tagged(ana, [(both, "trip"), (both, "work")])
    frame = breakdown(ana, *MARCH, Dimension.TAG)
    assert frame[["part", "spending"]].to_numpy().tolist() == [
        ["trip", 500], ["work", 500], ["No tag", 70],
    ]  # fmt: skip
    assert frame["part_id"].tolist()[-1] == ""


def test_a_split_counts_under_the_tags_of_the_whole(ana: TenantContext) -> None:
    mine = Purse("Current", opened_on=day(1))
    whole = Move(day(2), mine, -500, lines=(("Fun", -300), ("Food", -200)))
    write(ana, [mine], [whole])
    tagged(ana, [(whole, "trip")])
    row = breakdown(ana, *MARCH, Dimension.TAG).iloc[0]
    assert (row["part"], row["spending"], row["entries"]) == ("trip", 500, 2)


def test_a_member_is_the_owner_of_the_account(ana: TenantContext, dora: TenantContext) -> None:
    mine = Purse("Hers", opened_on=day(1))
    write(ana, [mine], [Move(day(2), mine, -500, "Fun")])
    account_id = create_account(dora, NewAccount("Theirs", AccountKind.CASH, "EUR", day(1)))
    record_transaction(ana, NewTransaction(account_id, day(2), -90))
    frame = breakdown(ana, *MARCH, Dimension.MEMBER)
    assert frame[["part", "spending"]].to_numpy().tolist() == [["Ana", 500], ["Dora", 90]]
    assert frame["part_id"].tolist() == [str(ana.user_id), str(dora.user_id)]


def test_a_private_account_is_no_part_for_others(ana: TenantContext, dora: TenantContext) -> None:
    secret = Purse("Secret", opened_on=day(1), visibility="PRIVATE")
    move = Move(day(2), secret, -40, "Fun", "Gems")
    write(ana, [secret], [move])
    tagged(ana, [(move, "trip")])
    for dimension in Dimension:
        assert breakdown(dora, *MARCH, dimension).empty
        assert len(breakdown(ana, *MARCH, dimension)) == 1


def test_one_account_can_be_taken_apart_alone(ana: TenantContext) -> None:
    mine, card = Purse("Current", opened_on=day(1)), Purse("Card", opened_on=day(1))
    write(ana, [mine, card], [Move(day(2), mine, -5), Move(day(2), card, -7)])
    frame = breakdown(ana, *MARCH, Dimension.PAYEE, card.id)
    assert frame["spending"].tolist() == [7]


@pytest.mark.parametrize("dimension", Dimension)
def test_nothing_has_no_parts(ana: TenantContext, dimension: Dimension) -> None:
    assert list(breakdown(ana, *MARCH, dimension)) == [
        "part_id", "part", "currency", "income", "spending", "entries",
    ]  # fmt: skip


def test_a_tag_reads_its_own_where_only_other_tenants_are_known(
    ana: TenantContext, cleo: TenantContext, database: Database
) -> None:
    purse, other = Purse("Giro"), Purse("Till")
    sold = [Move(day(1 + number % 28), other, -number, "Fun") for number in range(1, 501)]
    write(cleo, [other], sold)
    tagged(cleo, [(each, "work") for each in sold])
    with database.administrator() as admin:
        admin.execute("analyze")
    moves = [Move(day(1 + number % 28), purse, -number, "Fun") for number in range(1, 1001)]
    write(ana, [purse], moves)
    tagged(ana, [(each, "trip") for each in moves[:200]])
    with rows_read() as seen:
        found = breakdown(ana, *MARCH, Dimension.TAG)
    assert found["spending"].tolist() == [sum(range(201, 1001)), sum(range(1, 201))]
    assert sum(seen) < 10 * len(moves)
