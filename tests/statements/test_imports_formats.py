"""Bank formats in the books: batches, the same movement told twice, and files that lie."""

import pytest

from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import accounts
from fintrack.ledger.records import transaction
from fintrack.ledger.transactions import transactions
from tests.statements.camt_files import IN, OUT, batch, document
from tests.statements.importing import held, imported, preview

INTERIM = (
    b":20:A\n:25:77\n:28C:1/1\n:34F:EUR0,\n:61:2603140314C5,NTRFNONREF//B1\n:86:Salary\n"
    b":90D:0EUR0,\n:90C:1EUR5,\n-\n"
)
FINAL = (
    b":20:A\n:25:77\n:28C:1/1\n:60F:C260313EUR10,\n:61:2603140314C5,NTRFNONREF//B1\n:86:Salary\n"
    b":61:2603140314D1,NTRFNONREF//B2\n:86:Fee\n:62F:C260314EUR14,\n-\n"
)


def test_a_batch_becomes_a_split_that_waits_for_categories(ana: TenantContext) -> None:
    payments = batch(("2.00", "Grocer", "Bread"), ("3.00", "Baker", ""))

    imported(ana, document(f"<Ntry>{OUT}{payments}</Ntry>").encode())

    (found,) = transactions(ana).frame["id"]
    lines = transaction(ana, found).lines
    assert [(each.amount, each.memo, each.category_id) for each in lines] == [
        (-200, "Grocer · Bread", None),
        (-300, "Baker", None),
    ]


def test_what_an_interim_report_told_is_not_added_by_the_statement(ana: TenantContext) -> None:
    imported(ana, INTERIM)

    report = imported(ana, FINAL)

    assert (report.new, report.duplicate) == (1, 1)
    assert [amount for _, amount, _ in held(ana)] == [-100, 500]


def test_the_same_entry_in_two_kinds_of_camt_is_one(ana: TenantContext) -> None:
    entry = f"<Ntry>{IN}<AcctSvcrRef>A1</AcctSvcrRef></Ntry>"
    told = [imported(ana, document(entry, kind=kind).encode()) for kind in ("052", "053", "054")]

    assert [(each.new, each.duplicate) for each in told] == [(1, 0), (0, 1), (0, 1)]


def test_a_day_keeps_the_order_of_a_file_on_one_line(ana: TenantContext) -> None:
    later = IN.replace("03-14", "03-15").replace(">5<", ">7<")
    newest_first = f"<Ntry>{later}</Ntry><Ntry>{IN}</Ntry><Ntry>{OUT}</Ntry>"

    imported(ana, document(newest_first).encode())

    assert [amount for _, amount, _ in held(ana)] == [700, 500, -500]


def test_two_equal_entries_are_both_real_and_once(ana: TenantContext) -> None:
    content = document(f"<Ntry>{OUT}</Ntry>" * 2).encode()

    told = [imported(ana, content) for _ in range(2)]

    assert [(each.new, each.duplicate) for each in told] == [(2, 0), (0, 2)]


def test_what_does_not_add_up_is_said_before_anything_is_written(ana: TenantContext) -> None:
    wrong = FINAL.replace(b":62F:C260314EUR14,", b":62F:C260314EUR99,")

    (statement,) = preview(ana, wrong).statements

    assert statement.notes == ("The rows add up to 4, but the balances in the file differ by 89.",)


@pytest.mark.parametrize("content", [FINAL[:-30], document(f"<Ntry>{IN}").encode()[:-60]])
def test_a_file_that_breaks_off_writes_nothing(ana: TenantContext, content: bytes) -> None:
    with pytest.raises(InvalidInput):
        imported(ana, content)

    assert accounts(ana).empty
