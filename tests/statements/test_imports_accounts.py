"""Into which account a file goes: one that it names or whose rows it holds, else a new one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from fintrack.access.sharing import show_account
from fintrack.context import TenantContext
from fintrack.errors import InvalidInput, NotFound
from fintrack.ledger.accounts import (
    AccountKind,
    NewAccount,
    Visibility,
    account,
    accounts,
    archive_account,
    create_account,
)
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.statements.drops import together
from fintrack.statements.imports import commit_import
from fintrack.statements.previews import preview_import
from fintrack.statements.undoing import undo_import
from tests.statements.importing import MARCH, csv_file, imported, ofx_file, preview

OPENED = date(2026, 1, 1)
TWO_CURRENCIES = (
    b"Date,Text,Amount,Currency,Account\n2026-03-01,A,-1.00,EUR,Current\n"
    b"2026-03-02,B,-2.00,PLN,Current\n"
)


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    return create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED, 10000))


def test_the_same_file_by_two_at_once_makes_one_new_account(
    ana: TenantContext, eli: TenantContext
) -> None:
    content = ofx_file([("20260301", "-42.00", "A1", "Grocer")])
    seen = [preview(each, content) for each in (ana, eli)]

    with ThreadPoolExecutor() as pool:
        reports = list(pool.map(commit_import, (ana, eli), seen))

    assert sorted(report.new for report in reports) == [0, 1]
    assert len(accounts(ana)) == 1


def test_a_new_account_is_proposed_with_the_balance_that_the_file_states(
    ana: TenantContext,
) -> None:
    content = ofx_file([("20260301", "-42.00", "A1", "Grocer")], balance="158.00")

    (statement,) = preview(ana, content).statements

    assert statement.new_account is not None
    assert statement.new_account.name == "Checking account ··5678"
    assert statement.new_account.opening_balance == 20000
    assert (statement.balance_after, statement.difference) == (15800, 0)


def test_a_proposed_account_is_made_with_the_import(ana: TenantContext) -> None:
    imported(ana, ofx_file([("20260301", "-42.00", "A1", "Grocer")], balance="158.00"))

    (account,) = accounts(ana).to_dict("records")
    assert (account["number"], account["balance"]) == ("12345678", 15800)


def test_the_next_file_finds_its_account_by_number(ana: TenantContext) -> None:
    imported(ana, ofx_file([("20260301", "-42.00", "A1", "Grocer")]))

    (statement,) = preview(ana, ofx_file([("20260401", "-1.00", "A2", "Baker")])).statements

    assert statement.account is not None
    assert statement.account.number == "12345678"


def test_a_new_account_has_no_name_that_an_archived_one_has(ana: TenantContext) -> None:
    archived = NewAccount("Checking account", AccountKind.CHECKING, "EUR", OPENED)
    archive_account(ana, create_account(ana, archived))

    imported(ana, csv_file())

    assert accounts(ana)["name"].tolist() == ["Checking account 2"]


def test_a_file_in_another_currency_is_refused(ana: TenantContext, giro: UUID) -> None:
    content = ofx_file([("20260301", "-42.00", "A1", "Grocer")], currency="USD")

    with pytest.raises(InvalidInput, match="USD"):
        preview(ana, content, account_id=giro)


def test_an_account_of_another_member_alone_does_not_exist(
    ana: TenantContext, eli: TenantContext
) -> None:
    secret = create_account(
        ana,
        NewAccount("Secret", AccountKind.CASH, "EUR", OPENED, visibility=Visibility.PRIVATE),
    )

    with pytest.raises(NotFound):
        preview(eli, csv_file(), account_id=secret)


def test_an_outsider_cannot_import_into_the_family(
    ana: TenantContext, cleo: TenantContext, giro: UUID
) -> None:
    with pytest.raises(NotFound):
        preview(cleo, csv_file(), account_id=giro)


def test_two_currencies_under_one_name_go_into_the_same_accounts_again(ana: TenantContext) -> None:
    imported(ana, TWO_CURRENCIES)
    assert accounts(ana)["name"].tolist() == ["Current", "Current PLN"]

    later = TWO_CURRENCIES.replace(b"2026-03", b"2026-04")

    assert imported(ana, TWO_CURRENCIES).new == 0
    assert [each.account for each in imported(ana, later).batches] == ["Current", "Current PLN"]


def test_a_file_that_names_no_account_goes_where_its_rows_are(
    ana: TenantContext, giro: UUID
) -> None:
    other = create_account(ana, NewAccount("Card", AccountKind.CREDIT_CARD, "EUR", OPENED))
    imported(ana, csv_file(), account_id=giro)
    imported(ana, csv_file([("2026-03-01", "-7.00", "Kiosk")]), account_id=other)

    (statement,) = preview(ana, csv_file([MARCH[1], ("2026-04-01", "-1.00", "X")])).statements

    assert statement.account is not None
    assert (statement.account.id, statement.duplicate) == (giro, 1)


def test_the_first_file_goes_into_the_only_account_that_was_made_by_hand(
    ana: TenantContext, giro: UUID
) -> None:
    create_account(ana, NewAccount("Purse", AccountKind.CASH, "EUR", OPENED))
    record_transaction(ana, NewTransaction(giro, date(2026, 3, 1), -4200, "Grocer"))

    (statement,) = preview(ana, csv_file()).statements

    assert statement.account is not None
    assert (statement.account.id, statement.new, statement.duplicate) == (giro, 1, 1)


@pytest.mark.parametrize("content", [csv_file(MARCH[:1]), ofx_file([("20260301", "-1", "A", "B")])])
def test_an_account_that_has_a_file_is_not_taken_for_that_of_another(
    ana: TenantContext, giro: UUID, content: bytes
) -> None:
    imported(ana, content, account_id=giro)

    other = csv_file([("2026-04-01", "-7.00", "Kiosk")]).replace(b"Payee", b"Name of payee")

    assert preview(ana, other).statements[0].account is None


@pytest.mark.parametrize("kind", [AccountKind.CHECKING, AccountKind.CREDIT_CARD])
def test_of_two_accounts_made_by_hand_none_is_taken(
    ana: TenantContext, giro: UUID, kind: AccountKind
) -> None:
    create_account(ana, NewAccount("Other", kind, "EUR", OPENED))

    assert preview(ana, csv_file()).statements[0].account is None


@pytest.mark.parametrize("name", ["Visa card.csv", "savings.csv"])
def test_a_file_of_another_kind_does_not_go_into_the_only_account(
    ana: TenantContext, giro: UUID, name: str
) -> None:
    assert preview_import(ana, csv_file(), name).statements[0].account is None


def test_a_file_goes_into_no_account_of_another_name_because_its_header_is_known(
    ana: TenantContext,
) -> None:
    header = b"Date,Account,Currency,Payee,Amount\n"
    imported(ana, header + b"2026-05-01,Joint,EUR,To my visa,-75.00\n")

    (batch,) = imported(ana, header + b"2026-05-03,Visa2,EUR,Payment thanks,75.00\n").batches

    assert batch.account == "Visa2"


def test_rows_that_two_accounts_hold_decide_nothing(ana: TenantContext, giro: UUID) -> None:
    other = create_account(ana, NewAccount("Card", AccountKind.CREDIT_CARD, "EUR", OPENED))
    for account_id in (giro, other):
        imported(ana, csv_file(), account_id=account_id)

    assert preview(ana, csv_file()).statements[0].account is None


IBANS = (b"IBAN: DE89370400440532013000\n\n", b"IBAN: DE02120300000000202051\n\n")


def test_of_two_accounts_of_one_number_the_one_that_holds_the_rows_takes_the_file(
    ana: TenantContext, eli: TenantContext
) -> None:
    """Eli does not see Ana's and opened one of the same number, which she sees."""
    own, later = (ofx_file([(day, "-42.00", day, "Grocer")]) for day in ("20260301", "20260401"))
    done = imported(ana, own).batches[0].account_id
    show_account(ana, done, {})
    assert imported(eli, later).batches[0].account_id != done

    (found,) = preview(ana, own).statements

    assert found.account is not None
    assert (found.account.id, found.new, found.duplicate) == (done, 0, 1)


def test_an_account_gets_the_number_of_its_first_file_and_takes_no_other(
    ana: TenantContext, giro: UUID
) -> None:
    seen = preview(ana, IBANS[0] + csv_file(), account_id=giro)
    (said,) = seen.statements[0].notes
    report = commit_import(ana, seen)

    other, same = (
        preview(ana, number + csv_file([("2026-04-01", "-1.00", "X")])).statements[0].account
        for number in reversed(IBANS)
    )

    assert said == "Giro has no number yet and gets the one of the file: DE89370400440532013000."
    assert (other, same and same.id) == (None, giro)
    undo_import(ana, report.import_id)
    assert account(ana, giro).number == ""


def test_a_number_of_another_account_is_not_given_twice(ana: TenantContext, giro: UUID) -> None:
    imported(ana, IBANS[0] + csv_file())

    seen = preview(ana, IBANS[0] + csv_file([MARCH[0]]), account_id=giro)
    commit_import(ana, seen)

    assert "but it goes into Giro" in seen.statements[0].notes[0]
    assert account(ana, giro).number == ""


def test_rows_that_another_name_holds_are_not_followed_silently(
    ana: TenantContext, giro: UUID
) -> None:
    header = b"Date,Account,Currency,Payee,Amount\n2026-05-01,Joint,EUR,Kiosk,-75.00\n"
    imported(ana, header, account_id=giro)

    (statement,) = preview(ana, header).statements

    assert statement.account is not None
    assert statement.notes == ("The file gives its account the name Joint, but it goes into Giro.",)


WEEK = [(f"2026-03-0{day}", f"-{day}.00", f"Shop {day}") for day in range(1, 6)]


def in_another_format(rows: list[tuple[str, str, str]]) -> bytes:
    """Return an OFX file in which the bank words its rows in another way."""
    return ofx_file(
        [(day.replace("-", ""), amount, f"A{day}", f"POS {amount}") for day, amount, _ in rows]
    )


def test_a_file_in_another_format_goes_where_its_days_and_amounts_are(
    ana: TenantContext, giro: UUID
) -> None:
    imported(ana, csv_file(WEEK), account_id=giro)
    later = ("2026-03-20", "-7.00", "Kiosk")
    (statement,) = preview(ana, in_another_format([*WEEK[1:], later])).statements
    assert statement.account is not None
    assert statement.account.id == giro


@pytest.mark.parametrize("other", [WEEK[:2], [(day, "-7.77", "Kiosk") for day, _, _ in WEEK]])
def test_a_few_equal_amounts_lead_to_no_account(
    ana: TenantContext, giro: UUID, other: list[tuple[str, str, str]]
) -> None:
    imported(ana, csv_file(WEEK), account_id=giro)
    (statement,) = preview(ana, in_another_format([*other, *other])).statements
    assert statement.new_account is not None


def test_a_file_of_another_number_goes_to_no_account_that_has_one(ana: TenantContext) -> None:
    giro = NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED, number="99999999")
    imported(ana, csv_file(WEEK), account_id=create_account(ana, giro))
    (statement,) = preview(ana, in_another_format(WEEK)).statements
    assert statement.new_account is not None


def test_one_account_that_two_files_number_in_two_ways_is_opened_once(ana: TenantContext) -> None:
    both = [
        ofx_file([(f"2026030{day}", "-1.00", f"A{day}", "Kiosk")], account=number)
        for day, number in enumerate(("DE89370400440532013000", "0532013000"), start=1)
    ]

    (group,) = together([preview(ana, each) for each in both])

    assert group.new == 2


def test_a_number_that_two_accounts_end_with_says_neither(ana: TenantContext) -> None:
    numbers = "DE89370400440532013000", "DE11100100100532013000", "0532013000"
    files = [
        ofx_file([(f"2026030{day}", "-1.00", f"A{day}", "Kiosk")], account=number)
        for day, number in enumerate(numbers, start=1)
    ]

    assert [each.new for each in together([preview(ana, each) for each in files])] == [1, 1, 1]


def test_of_one_number_no_second_account_is_opened(ana: TenantContext) -> None:
    giro, card = (
        NewAccount(name, AccountKind.CHECKING, "EUR", OPENED, number="0532 013000")
        for name in ("Giro", "Card")
    )
    both = TWO_CURRENCIES.replace(b"PLN,Current", b"EUR,Savings")
    message = "{} has the number 0532 013000. Choose one account for both, or another number."

    with pytest.raises(InvalidInput, match=message.format("Card")):
        preview(ana, both, accounts={"Current EUR": giro, "Savings EUR": card})
    create_account(ana, giro)
    for number in ("0532013000", "DE89 3704 0044 0532 0130 00"):
        with pytest.raises(InvalidInput, match="Giro has the number"):
            preview(ana, csv_file(), accounts={"": replace(card, number=number)})
