"""Tables that say something else than their words promise at first sight."""

from datetime import date
from decimal import Decimal

import pytest

from fintrack.statements.read import read_statements
from fintrack.statements.statement import Statement, StatementError
from tests.statements.reading import only

CHI = "\N{GREEK CAPITAL LETTER CHI}"
FIRST_IBAN, SECOND_IBAN, THIRD_IBAN = (
    "DE02120300000000202051",
    "DE02500105170137075030",
    "DE02100500000054540402",
)


@pytest.mark.parametrize("name", ["Credit/Debit Amount", "Debit/Credit", "Soll / Haben EUR"])
def test_one_column_for_both_sides_keeps_its_signs(name: str) -> None:
    found = only(f"Date,Text,{name}\n2026-01-31,A,-10.00\n2026-01-30,B,5.00\n")

    assert amounts(found) == [-10, 5]


def test_where_only_income_has_a_sign_the_rest_is_spending() -> None:
    found = only("Date,Text,Amount\n2026-01-31,A,10.00\n2026-01-30,B,+5.00\n2026-01-29,C,1.00\n")

    assert amounts(found) == [-10, 5, -1]


def test_a_sign_before_every_amount_says_nothing_of_the_others() -> None:
    found = only("Date,Text,Amount\n2026-01-31,A,+10.00\n2026-01-30,B,+5.00\n2026-01-29,C,0.00\n")

    assert amounts(found) == [10, 5, 0]


@pytest.mark.parametrize(
    "text",
    [
        "Date,Expense amount,Income amount,In main\n1/31/26,10.00,0,10.00\n1/30/26,0,5,5\n",
        "תאריך,תיאור,בחובה,בזכות\n31/01/26,A,10.00,\n30/01/26,B,,5.00\n",
        "Дата;Описание;Дебит;Кредит\n31.01.2026;A;10,00;\n30.01.2026;B;;5,00\n",
        f"Ημ/νία;Ποσό;Πρόσημο ποσού\n31/01/2026;10,00;{CHI}\n30/01/2026;5,00;Π\n",
        (
            "date,name,amount,status,category,parent category,excluded,type,account mask\n"
            "2026-01-31,A,10.00,posted,Food,,false,regular,12\n"
            "2026-01-30,B,-5.00,posted,,,false,income,12\n"
        ),
    ],
    ids=["toshl", "hebrew", "bulgarian", "greek", "copilot"],
)
def test_each_program_says_in_its_own_words_what_goes_out(text: str) -> None:
    assert amounts(only(text)) == [-10, 5]


LUNCH_MONEY = (
    "transaction_id,date,category_group,category,account_name,original_name,payee,currency,amount,"
    "notes,recurring_id\n"
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["42.00", "3.20", "-1500.00"], ["-42", "-3.2", "1500"]),
        (["-42.00", "-3.20", "1500.00"], ["-42", "-3.2", "1500"]),
        (["-42.00", "0.00", "42.00"], ["-42", "0", "42"]),
    ],
)
def test_what_most_rows_of_lunch_money_are_was_spent(written: list[str], read: list[str]) -> None:
    rows = "".join(f"1,2026-01-31,,Food,Joint,SHOP,Shop,eur,{each},,\n" for each in written)
    found = only(f"{LUNCH_MONEY}{rows}")

    assert amounts(found) == [Decimal(each) for each in read]
    turned = ("Purchases are positive in this file; their sign was turned.",)
    assert found.notes == (turned if written[0] == "42.00" else ())


@pytest.mark.parametrize("thanks", ["ZAHLUNG ERHALTEN BESTEN DANK", "BETALING ONTVANGEN"])
def test_thanks_for_a_payment_in_other_languages_turn_the_purchases(thanks: str) -> None:
    found = only(
        f"Datum;Text;Betrag\n31.01.2026;REWE;10,00\n15.01.2026;{thanks};-90,00\n14.01.2026;DM;3,00\n"
    )

    assert amounts(found) == [-10, 90, -3]


def test_a_shop_that_thanks_turns_nothing() -> None:
    found = only(
        "Datum;Text;Betrag\n31.01.2026;REWE SAGT DANKE;-10,00\n15.01.2026;LOHN;90,00\n"
        "14.01.2026;KINDERGELD;3,00\n"
    )

    assert amounts(found) == [-10, 90, 3]


@pytest.mark.parametrize("header", ["", "Date;Montant;Type;Compte;Libelle;Code;Categorie\n"])
def test_a_last_row_of_an_account_and_its_balance_is_no_movement(header: str) -> None:
    found = only(
        f"{header}02/01/2026;-12,50;Carte;;CB CARREFOUR;0;Divers\n"
        "05/01/2026;-40,00;Prelevement;;PRLV EDF;0;Logement\n"
        "19/01/2026;1500,00;Virement;;VIR SALAIRE;0;Revenus\n"
        "31/01/2026;2447,50;;00012 123456A;;0;\n"
    )

    assert amounts(found) == [Decimal("-12.50"), -40, 1500]
    assert (found.account, found.closing_balance) == ("00012 123456A", Decimal("2447.50"))
    assert found.closing_on == date(2026, 1, 31)


def test_the_splits_of_gnucash_are_no_statement_but_a_book() -> None:
    header = "Date,Transaction ID,Commodity/Currency,Full Account Name,Amount Num.,Reconcile"
    splits = "31/01/2026,a,CURRENCY::EUR,Assets:Giro,-9.50,n\n,,,Expenses:Food,9.50,n\n"

    with pytest.raises(StatementError, match="Bring it as a whole book"):
        read_statements(f"{header}\n{splits}".encode())


def test_a_balance_that_was_carried_over_is_no_movement() -> None:
    found = only(
        "Data,Histórico,Valor\n01/01/2026,Saldo Anterior,100.00\n15/01/2026,Salário,50.00\n"
        "31/01/2026,S A L D O,150.00\n"
    )

    assert amounts(found) == [50]
    assert [found.opening_balance, found.closing_balance] == [Decimal(100), Decimal(150)]


def test_balance_rows_without_a_text_are_told_by_another_column() -> None:
    found = only(
        "Buchungstag;Verwendungszweck;Kundenreferenz;Umsatz; \n31.01.2026;Abschlag;;45,00;S\n"
        "01.01.2026;;Anfangssaldo;100,00;H\n31.01.2026;;Endsaldo;55,00;H\n"
    )

    assert amounts(found) == [-45]
    assert [found.opening_balance, found.closing_balance] == [Decimal(100), Decimal(55)]


def test_a_footer_with_the_balance_of_the_period_is_no_bad_row() -> None:
    found = only(
        "Date;Libellé;Débit;Crédit\n31/01/2026;CB;-45,00;\n15/01/2026;VIR;;50,00\n"
        "Solde en début de période;;;100,00\n"
    )

    assert not found.rejected
    assert found.opening_balance == 100


def test_account_numbers_that_change_with_the_payee_are_the_payees() -> None:
    rows = [
        f"31.01.2026;{payee};Text;1;2;{iban};-1,00"
        for payee, iban in [("A", FIRST_IBAN), ("B", SECOND_IBAN), ("C", THIRD_IBAN)]
    ]
    found = only("Datum;Empfänger;Zweck;X;Y;IBAN;Betrag\n" + "\n".join(rows) + "\n")

    assert found.account is None
    assert len(found.entries) == 3


def test_accounts_that_money_comes_from_and_goes_to_are_not_mine_in_every_row() -> None:
    found = only(
        "Dato;Beskrivelse;Inn;Ut;Til konto;Fra konto\n31.01.2026;Rema;;-10,00;;12345678901\n"
        "30.01.2026;Lønn;5,00;;12345678901;98765432109\n"
    )

    assert found.account is None


def test_days_without_a_year_leave_the_date_to_the_value_date() -> None:
    found = only(
        "Buchungstag;Valutadatum;Verwendungszweck;Betrag;Info\n"
        "31.01;31.01.26;A;-10,00;Umsatz gebucht\n30.01;30.01.26;B;5,00;Umsatz vorgemerkt\n"
    )

    assert [entry.booked_on for entry in found.entries] == [date(2026, 1, 31)]
    assert found.notes == ("1 row is pending or cancelled and was left out.",)


@pytest.mark.parametrize(
    "header", ["Transaktionsdag,Bokföringsdag", "Transaktionsdatum,Reskontradatum"]
)
def test_the_day_of_booking_goes_before_that_of_the_purchase(header: str) -> None:
    found = only(f"{header},Text,Amount\n2026-01-30,2026-01-31,A,-1.00\n")

    assert found.entries[0].booked_on == date(2026, 1, 31)


def test_the_holder_of_a_card_is_no_payee() -> None:
    found = only("Date,Description,Member Name,Amount\n2026-01-30,A,Ana,-1.00\n")

    assert found.entries[0].payee == ""


def test_a_brand_of_card_is_no_account() -> None:
    assert only("Date,Card Brand,Amount\n2026-01-30,visa,-1.00\n").account is None


def test_balances_of_a_lithuanian_period_are_no_movements() -> None:
    found = only(
        "Sąskaitos Nr.,Data,Gavėjas,Paaiškinimai,Suma,D/K\n"
        f"{FIRST_IBAN},2026-01-01,,likutis pradžiai,9.00,K\n"
        f"{FIRST_IBAN},2026-01-30,Maxima,Pirkinys,2.00,D\n"
        f"{FIRST_IBAN},2026-01-31,,likutis pabaigai,7.00,K\n"
    )

    assert (found.account, found.entries[0].text) == (FIRST_IBAN, "Pirkinys")
    assert amounts(found) == [-2]
    assert [found.opening_balance, found.closing_balance] == [Decimal(9), Decimal(7)]


def test_an_authorised_movement_is_only_pending() -> None:
    found = only("Data;Descrizione;Importo;Stato\n31/01/2026;A;-1,00;Autorizzato\n")

    assert not found.entries


@pytest.mark.parametrize("first", ["Giro;Giro;**12;31/01/2026;9,00", "1;2026/01/01;9,00;9,00"])
def test_a_first_line_of_another_shape_is_no_movement(first: str) -> None:
    found = only(f"{first}\n31/01/2026;CARD;SHOP;-10,00\n30/01/2026;PAY;BOSS;5,00\n")

    assert amounts(found) == [-10, 5]


def test_the_payee_is_a_name_and_no_number() -> None:
    found = only(
        f"Date,Amount,Counterparty,Name,Description\n2026-01-31,-1.00,{FIRST_IBAN},Shop,x\n"
    )

    assert found.entries[0].payee == "Shop"


def test_a_day_that_counts_as_of_another_one_is_the_first() -> None:
    found = only('"Date","Text","Amount"\n"01/30/2026 as of 01/29/2026","A","$1.00"\n')

    assert found.entries[0].booked_on == date(2026, 1, 30)


def test_few_account_numbers_of_many_payees_are_mine() -> None:
    rows = [
        f"31.01.2026;{payee};Text;1;2;{iban};-1,00"
        for payee in "ABCD"
        for iban in (FIRST_IBAN, SECOND_IBAN, THIRD_IBAN)
    ]
    text = "Datum;Empfänger;Zweck;X;Y;IBAN;Betrag\n" + "\n".join(rows) + "\n"

    found = read_statements(text.encode()).statements

    assert [each.account for each in found] == [FIRST_IBAN, SECOND_IBAN, THIRD_IBAN]


@pytest.mark.parametrize(
    ("code", "currency"), [("RUR", "RUB"), ("NIS", "ILS"), ("TL", "TRY"), ("Euro", "EUR")]
)
def test_an_old_or_common_name_of_a_currency_is_known(code: str, currency: str) -> None:
    found = only(f"Date,Text,Amount,Currency\n2026-01-31,A,-1.00,{code}\n")

    assert found.currency == currency
    assert amounts(found) == [-1]


@pytest.mark.parametrize(
    "header",
    [
        "Дата операции;Описание;Сумма операции;Валюта операции;Сумма платежа;Валюта платежа",
        "Data;Tytuł;Kwota operacji;Waluta operacji;Kwota w walucie rachunku;Waluta rachunku",
    ],
)
def test_the_amount_of_the_account_goes_before_that_of_the_shop(header: str) -> None:
    found = only(
        f"{header}\n31.01.2026;A;-10,00;USD;-45,10;EUR\n30.01.2026;B;-1,00;EUR;-1,00;EUR\n"
    )

    assert found.currency == "EUR"
    assert amounts(found) == [Decimal("-45.10"), -1]


def test_columns_without_a_name_behind_the_text_belong_to_it() -> None:
    found = only(
        '"Data operacji","Kwota","Opis transakcji","",""\n'
        '"2026-01-31","-1.00","Tytuł: Czynsz","Nazwa odbiorcy: SM","x"\n'
    )

    assert found.entries[0].text == "Tytuł: Czynsz Nazwa odbiorcy: SM x"


def amounts(statement: Statement) -> list[Decimal]:
    """Return the amounts in the file's order."""
    return [entry.amount for entry in statement.entries]
