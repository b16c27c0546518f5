"""What a member decides on a file in one JSON, from how it is read to what becomes of a row."""

import json
from contextlib import suppress
from datetime import date
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import AccountKind, NewAccount, accounts, create_account
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.statements.corrections import FIELDS, corrected
from fintrack.statements.decided_previews import as_decided
from fintrack.statements.file_decisions import file_decisions, preview_decided
from fintrack.statements.imports import ImportReport, commit_import
from fintrack.statements.mapping import Role
from fintrack.statements.previews import Preview
from fintrack.statements.read import read_statements
from tests.statements.importing import csv_file, held, ofx_file

SURE = b"Date;Payee;Amount;Note\n2026-03-13;Grocer;-42,00;one\n2026-03-14;Employer;1500,00;two\n"
OPENED = date(2026, 1, 1)


def looked(context: TenantContext, content: bytes, said: object) -> Preview:
    return preview_decided(context, content, "march.csv", file_decisions(json.dumps(said)))


def taken(context: TenantContext, content: bytes, said: object) -> ImportReport:
    decisions = file_decisions(json.dumps(said))
    preview = preview_decided(context, content, "march.csv", decisions)
    return commit_import(context, preview, decisions.rows)


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    """Ana's checking account."""
    return create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED))


@pytest.mark.parametrize(
    ("reading", "rows"),
    [
        ({"inverted": True}, [("2026-03-14", -150000, "Employer"), ("2026-03-13", 4200, "Grocer")]),
        (
            {"roles": ["date", "text", "amount", "payee"]},
            [("2026-03-14", 150000, "two"), ("2026-03-13", -4200, "one")],
        ),
        ({"last_row": 2}, [("2026-03-13", -4200, "Grocer")]),
    ],
)
def test_a_sure_guess_is_corrected(
    ana: TenantContext, reading: dict[str, object], rows: list[tuple[str, int, str]]
) -> None:
    taken(ana, SURE, {"reading": reading})
    assert held(ana) == rows


@pytest.mark.parametrize(("mark", "amount"), [(".", 123400), (",", 123)])
def test_a_decimal_mark_is_corrected(ana: TenantContext, mark: str, amount: int) -> None:
    content = b"Date;Payee;Amount\n2026-03-13;Grocer;1,234\n2026-03-13;Baker;1,5\n"
    taken(ana, content, {"reading": {"decimal_mark": mark}})
    assert ("2026-03-13", amount, "Grocer") in held(ana)


def test_an_encoding_is_corrected(ana: TenantContext) -> None:
    content = "Date,Payee,Amount\n2026-03-13,Żabka,-1.00\n".encode("cp1250")
    taken(ana, content, {"reading": {"encoding": "cp1250"}})
    assert held(ana) == [("2026-03-13", -100, "Żabka")]


def test_another_delimiter_lets_the_columns_be_found_again(ana: TenantContext) -> None:
    content = b"2026-03-13;Baker, Grocer;-1.00\n2026-03-14;Baker, Butcher;-2.00\n"
    wrong = looked(ana, content, {"reading": {"delimiter": ";", "header_row": 0}})
    assert wrong.mapping is not None
    assert [wrong.mapping.roles[0], wrong.mapping.roles[2]] == [Role.DATE, Role.AMOUNT]
    assert len(wrong.statements[0].rows) == 2


def test_a_date_order_is_corrected_over_the_guess(ana: TenantContext) -> None:
    content = csv_file([("13/03/26", "-1.00", "Grocer"), ("14/03/26", "-2.00", "Grocer")])
    taken(ana, content, {"reading": {"date_order": "ymd"}})
    assert [day for day, _, _ in held(ana)] == ["2014-03-26", "2013-03-26"]


def test_a_row_is_left_out_and_one_that_is_known_taken_in(ana: TenantContext, giro: UUID) -> None:
    record_transaction(ana, NewTransaction(giro, date(2026, 3, 12), -4200, "grocer"))
    said = {"accounts": {"": str(giro)}, "rows": {"1": "INCLUDE", "2": "SKIP"}}
    decisions = file_decisions(json.dumps(said))
    told = as_decided(preview_decided(ana, SURE, "march.csv", decisions), decisions.rows)
    assert (told.new, told.duplicate, told.statements[0].balance_after) == (1, 0, -8400)
    done = taken(ana, SURE, said)
    assert (done.new, done.duplicate, done.skipped) == (1, 0, 1)
    assert held(ana) == [("2026-03-13", -4200, "Grocer"), ("2026-03-12", -4200, "grocer")]


def test_a_new_account_is_opened_as_it_was_said(ana: TenantContext, giro: UUID) -> None:
    new = {"name": "Card", "kind": "CREDIT_CARD", "opening_balance": "-10.00", "number": "4711"}
    taken(ana, SURE, {"accounts": {"": new}})
    row = accounts(ana).set_index("name").loc["Card"]
    assert (row["kind"], row["side"], row["balance"]) == ("CREDIT_CARD", "LIABILITY", 144800)
    assert (row["opening_balance"], row["number"]) == (-1000, "4711")


@pytest.mark.parametrize(("word", "linked"), [("LINK", 1), ("APART", 0)])
def test_a_suggested_transfer_is_linked_only_when_it_is_said(
    ana: TenantContext, giro: UUID, word: str, linked: int
) -> None:
    savings = create_account(ana, NewAccount("Savings", AccountKind.SAVINGS, "EUR", OPENED))
    record_transaction(ana, NewTransaction(savings, date(2026, 3, 13), 4200, "Own money"))
    (found,) = looked(ana, SURE, {"accounts": {"": str(giro)}}).transfers
    assert not found.is_certain
    said = {"accounts": {"": str(giro)}, "rows": {str(found.ordinal): word}}
    assert taken(ana, SURE, said).linked == linked


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ([], "one JSON object"),
        ({"columns": {}}, "'columns' is nothing to decide"),
        ({"rows": {"1": "TAKE"}}, "say INCLUDE, SKIP, LINK, APART"),
        ({"rows": {"99": "SKIP"}}, "no row 99"),
        ({"rows": {"1": "LINK"}}, "No transfer was found for row 1"),
        ({"accounts": {"other": {"name": "Giro"}}}, "no account 'other'"),
        ({"accounts": {"EUR": {"name": "Giro"}}}, "only one has no name, so write '' for it"),
        ({"accounts": {"": "Giro"}}, "no id of an account"),
        ({"accounts": {"": {"kind": "CASH"}}}, "its name"),
        ({"accounts": {"": {"name": "Giro", "opening_balance": "9" * 16}}}, "cannot be opened so"),
        ({"reading": {"roles": ["date", "amount"]}}, "has 4 columns; `roles` names 2"),
        ({"reading": {"header_row": 99}}, "has no line 99 to be its header"),
        ({"reading": {"sheet": "March"}}, "no workbook with a sheet 'March'"),
        ({"reading": {"date_order": "noon"}}, "'noon' is no date order"),
        ({"reading": {"colour": "red"}}, "'colour' cannot be corrected"),
    ],
)
def test_what_cannot_be_decided_is_refused_in_one_sentence(
    ana: TenantContext, said: object, sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        looked(ana, SURE, said)


@pytest.mark.parametrize(
    ("day", "name", "asked"),
    [
        ("2026-03-04", "date_order", "it asks nothing"),
        ("03/04/2026", "header_row", "it asks date_order"),
        ("03/04/2026", "sheet", "it asks date_order"),
    ],
)
def test_an_answer_to_what_the_file_does_not_ask_is_refused(
    ana: TenantContext, day: str, name: str, asked: str
) -> None:
    said = {"answers": {name: "dmy"}}
    with pytest.raises(InvalidInput, match=f"does not ask '{name}'; {asked}"):
        looked(ana, csv_file([(day, "-1.00", "Grocer")]), said)


def test_an_answer_that_is_remembered_may_be_given_again(ana: TenantContext) -> None:
    said = {"answers": {"date_order": "dmy"}}
    taken(ana, csv_file([("03/04/2026", "-1.00", "Grocer")]), said)
    assert taken(ana, csv_file([("05/04/2026", "-2.00", "Baker")]), said).new == 1


def test_a_file_without_columns_has_no_reading_to_correct(ana: TenantContext) -> None:
    content = ofx_file([("20260301", "-42.00", "A1", "Grocer")])
    with pytest.raises(InvalidInput, match="one way only"):
        looked(ana, content, {"reading": {"inverted": True}})


def test_whatever_is_said_of_the_reading_is_read_or_refused(ana: TenantContext) -> None:
    junk: list[object] = [None, True, -1, 10**30, "", "\x00", "é" * 300, "base64", [None], [[]], {}]
    guess = looked(ana, SURE, {})
    for name in FIELDS:
        for value in junk:
            # Nothing but the refusal may come out of it.
            with suppress(InvalidInput):
                read_statements(SURE, mapping=corrected(guess, {name: value}))


@pytest.mark.parametrize("text", ["", "[" * 100_000, '{"rows": 1}', '{"rows": {"' + "9" * 9999])
def test_what_is_no_json_of_decisions_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="one JSON object"):
        file_decisions(text)
