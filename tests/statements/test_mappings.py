"""How columns were read is remembered for the tenant by header, apart where accounts differ."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select, update

from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.import_schema import ColumnMapping, ImportBatch
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, accounts, create_account
from fintrack.statements.file_decisions import FileDecisions, preview_decided
from fintrack.statements.imports import ImportReport, commit_import
from fintrack.statements.mapping import answered
from fintrack.statements.previews import Preview
from fintrack.statements.undoing import undo_import
from tests.statements.importing import csv_file, imported, preview

OPENED = date(2026, 1, 1)
OPEN = csv_file([("03/04/2026", "-1.00", "B")])


def account_of(
    context: TenantContext,
    name: str,
    number: str = "",
    visibility: Visibility = Visibility.EVERYONE,
) -> UUID:
    new = NewAccount(
        name, AccountKind.CHECKING, "EUR", OPENED, number=number, visibility=visibility
    )
    return create_account(context, new)


def teach(
    context: TenantContext, account_id: UUID | None, order: str, content: bytes = OPEN
) -> ImportReport:
    """Import a file into the account, or a new one, with its dates in this order."""
    asked = preview(context, content, account_id=account_id)
    assert asked.mapping is not None
    mapping = answered(asked.mapping, "date_order", order)
    return commit_import(context, preview(context, content, account_id=account_id, mapping=mapping))


def asked_for(seen: Preview) -> list[str]:
    return [question.field for question in seen.questions]


def days(seen: Preview) -> list[str]:
    assert not seen.questions
    return [day for each in seen.statements for day in each.rows["booked_on"].dt.strftime("%d %b")]


def kept(context: TenantContext) -> list[tuple[str, dict[str, object]]]:
    """Return what the member can read of remembered columns."""
    with tenant_transaction(context) as db:
        rows = db.execute(select(ColumnMapping.fingerprint, ColumnMapping.mapping))
        return [(row.fingerprint, row.mapping) for row in rows]


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    """An account whose bank writes the day first."""
    made = account_of(ana, "Giro", "11111111")
    teach(ana, made, "dmy")
    return made


def test_each_account_is_read_in_its_own_way(ana: TenantContext, giro: UUID) -> None:
    card = account_of(ana, "Card")
    teach(ana, card, "mdy")
    assert days(preview(ana, OPEN, account_id=giro)) == ["03 Apr"]
    assert days(preview(ana, OPEN, account_id=card)) == ["04 Mar"]


def test_the_account_that_is_decided_on_says_how_its_file_is_read(
    ana: TenantContext, giro: UUID
) -> None:
    card = account_of(ana, "Card")
    teach(ana, card, "mdy")
    other = csv_file([("03/04/2026", "-9.00", "C")])
    for account_id, day in ((giro, "03 Apr"), (card, "04 Mar")):
        decided = FileDecisions(accounts={"": account_id})
        assert days(preview_decided(ana, other, "april.csv", decided)) == [day]


def test_another_account_is_read_as_a_member_said_of_the_header(
    ana: TenantContext, eli: TenantContext, giro: UUID
) -> None:
    card = account_of(ana, "Card")
    assert days(preview(eli, OPEN, account_id=card)) == ["03 Apr"]
    assert preview(eli, OPEN, accounts={"": card}).is_remembered


def test_columns_that_were_corrected_are_read_so_for_the_next_account(ana: TenantContext) -> None:
    columns = csv_file([("2026-03-01", "42.00", "Grocer")])
    guess = preview(ana, columns).mapping
    assert guess is not None
    turned = preview(ana, columns, mapping=replace(guess, inverted=True))
    commit_import(ana, turned)
    card = account_of(ana, "Card")

    seen = preview(ana, csv_file([("2026-04-01", "7.00", "Kiosk")]), account_id=card)

    assert seen.statements[0].rows["amount"].tolist() == [-700]


def test_a_guess_that_nobody_corrected_holds_for_its_own_account(ana: TenantContext) -> None:
    header = b"Date,Description,Amount\n"
    card = header + b"2026-01-31,SHOP,10.00\n2026-01-30,THANK YOU,-90.00\n2026-01-29,CAFE,3.00\n"
    assert [each.balance_after for each in imported(ana, card).batches] == [7700]

    bank = header + b"2026-01-31,RENT,-10.00\n2026-01-30,EMPLOYER,90.00\n"
    seen = preview(ana, bank, account_id=account_of(ana, "Giro"))

    assert seen.statements[0].rows["amount"].tolist() == [-1000, 9000]


def test_accounts_that_are_read_in_two_ways_say_nothing_of_a_third(
    ana: TenantContext, giro: UUID
) -> None:
    teach(ana, account_of(ana, "Card"), "mdy")
    assert asked_for(preview(ana, OPEN, account_id=account_of(ana, "Wallet"))) == ["date_order"]


def test_another_tenant_is_asked_for_the_same_header(cleo: TenantContext, giro: UUID) -> None:
    assert asked_for(preview(cleo, OPEN)) == ["date_order"]


def test_an_answer_outlives_the_account_that_goes_with_the_import(ana: TenantContext) -> None:
    undo_import(ana, teach(ana, None, "dmy").import_id)
    assert accounts(ana).empty
    assert days(preview(ana, OPEN)) == ["03 Apr"]


def test_what_is_said_anew_is_how_the_next_file_is_read(ana: TenantContext) -> None:
    for order in ("dmy", "mdy"):
        undo_import(ana, teach(ana, None, order).import_id)
    assert days(preview(ana, OPEN)) == ["04 Mar"]


def test_an_answer_for_a_private_account_serves_every_member(
    ana: TenantContext, eli: TenantContext
) -> None:
    teach(ana, account_of(ana, "Secret", visibility=Visibility.PRIVATE), "dmy")
    assert accounts(eli).empty
    assert days(preview(eli, OPEN)) == ["03 Apr"]


def test_a_private_account_that_is_read_otherwise_is_a_reason_to_ask(
    ana: TenantContext, eli: TenantContext, giro: UUID
) -> None:
    teach(ana, account_of(ana, "Secret", visibility=Visibility.PRIVATE), "mdy")
    assert days(preview(eli, OPEN, account_id=giro)) == ["03 Apr"]
    assert asked_for(preview(eli, OPEN, account_id=account_of(eli, "Wallet"))) == ["date_order"]


def test_a_file_that_comes_again_as_remembered_says_nothing_new(
    ana: TenantContext, giro: UUID
) -> None:
    undo_import(ana, teach(ana, account_of(ana, "Card"), "mdy").import_id)
    before = kept(ana)
    imported(ana, csv_file([("05/06/2026", "-1.00", "B")]), account_id=giro)
    assert kept(ana) == before


def test_members_learn_of_a_private_file_only_what_its_columns_hold(
    ana: TenantContext, eli: TenantContext
) -> None:
    words = b"Account: 11111111\n\nDate,Amount,Way,Payee\n2026-04-25,1.00,From Gil,Gil\n"
    secret = account_of(ana, "Secret", "11111111", Visibility.PRIVATE)
    asked = preview(ana, words, account_id=secret)
    assert asked.mapping is not None
    mapping = replace(asked.mapping, money_in=("from gil",), currency="EUR", account="11111111")
    commit_import(ana, preview(ana, words, account_id=secret, mapping=mapping))

    ((_, known),) = kept(eli)

    said = {name for name, value in known.items() if value}
    assert said <= {
        "encoding", "delimiter", "roles", "date_order", "decimal_mark", "decimal_marks",
        "header_fingerprint", "is_said",
    }  # fmt: skip


def test_a_header_that_was_never_read_is_asked_for(ana: TenantContext, giro: UUID) -> None:
    other = OPEN.replace(b"Payee", b"Name of payee")
    assert asked_for(preview(ana, other, account_id=giro)) == ["date_order"]


def test_a_file_that_names_no_account_goes_where_its_header_is_known(
    ana: TenantContext, giro: UUID
) -> None:
    seen = preview(ana, OPEN)
    assert days(seen) == ["03 Apr"]
    assert [each.account.id for each in seen.statements if each.account] == [giro]


def test_a_file_that_may_be_of_two_accounts_leaves_the_question_open(
    ana: TenantContext, giro: UUID
) -> None:
    teach(ana, account_of(ana, "Card"), "mdy")
    later = csv_file([("05/06/2026", "-1.00", "B")])
    assert asked_for(preview(ana, later)) == ["date_order"]


def test_how_a_file_is_read_does_not_decide_which_of_two_accounts_it_is(
    ana: TenantContext, giro: UUID
) -> None:
    teach(ana, account_of(ana, "Card"), "dmy")
    seen = preview(ana, csv_file([("05/06/2026", "-1.00", "B")]))
    assert (days(seen), seen.statements[0].account) == (["05 Jun"], None)


@pytest.mark.parametrize("named", ["22222222", "33333333"])
def test_a_file_that_names_another_account_does_not_go_to_the_known_one(
    ana: TenantContext, giro: UUID, named: str
) -> None:
    account_of(ana, "Card", "22222222")
    seen = preview(ana, f"Account: {named}\n\n".encode() + OPEN)
    assert days(seen) == ["03 Apr"]
    assert giro not in {each.account.id for each in seen.statements if each.account}


def test_a_file_that_names_its_account_is_read_like_it(ana: TenantContext, giro: UUID) -> None:
    teach(ana, account_of(ana, "Card", "22222222"), "mdy")
    for number, day in (("11111111", "03 Apr"), ("22222222", "04 Mar")):
        seen = preview(ana, f"Account: {number}\n\n".encode() + OPEN)
        assert days(seen) == [day]


def test_a_file_of_several_accounts_is_read_like_all_of_them(ana: TenantContext) -> None:
    head, rows = OPEN.decode().splitlines()
    content = f"Account,{head}\nGiro,{rows}\nCard,{rows}\n".encode()
    asked = preview(ana, content)
    assert asked.mapping is not None
    commit_import(ana, preview(ana, content, mapping=answered(asked.mapping, "date_order", "dmy")))
    assert days(preview(ana, content)) == ["03 Apr"] * 2
    other = content.replace(b"Card", b"Wallet")
    assert days(preview(ana, other)) == ["03 Apr"] * 2


def test_a_bank_that_changed_its_dates_is_read_as_it_writes_now(
    ana: TenantContext, giro: UUID
) -> None:
    later = csv_file([("04/25/2026", "-1.00", "A"), ("05/06/2026", "-1.00", "B")])
    seen = preview(ana, later, account_id=giro)
    assert days(seen) == ["25 Apr", "06 May"]
    assert seen.rejected == 0


def test_what_is_remembered_answers_nothing_for_a_file_that_it_does_not_fit(
    ana: TenantContext,
) -> None:
    imported(ana, csv_file([("2026-04-30", "-1.00", "A")]))

    seen = preview(ana, OPEN)

    assert (asked_for(seen), seen.is_remembered) == (["date_order"], False)


@pytest.mark.parametrize(
    "forged",
    [
        {"roles": ["king"]},
        {"roles": 1},
        {"encoding": 5},
        {"delimiter": "ab"},
        {"decimal_marks": "none"},
        {"is_said": "perhaps"},
    ],
)
def test_remembered_columns_that_cannot_be_read_are_not_remembered(
    ana: TenantContext, giro: UUID, forged: dict[str, object]
) -> None:
    ((fingerprint, _),) = kept(ana)
    with tenant_transaction(ana) as db:
        for table in (ImportBatch, ColumnMapping):
            made_up = update(table).values(mapping={**forged, "header_fingerprint": fingerprint})
            db.execute(made_up, execution_options={"synchronize_session": False})

    assert asked_for(preview(ana, OPEN, account_id=giro)) == ["date_order"]
