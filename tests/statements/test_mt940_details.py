"""What a movement of MT940 is about: the dialects of field :86: and the German field :NS:."""

import pytest

from fintrack.statements.read import read_statements
from fintrack.statements.statement import Entry


@pytest.mark.parametrize(
    ("written", "payee", "text"),
    [
        ("166?00TRANSFER?20Invoice 7?32Ana Rivera?33 and sons", "Ana Rivera and sons", "Invoice 7"),
        ("166?00TRAN\nSFER?2\n0Invo\nice 7?32Ana", "Ana", "Invoice 7"),
        ("106?00CARD?20EREF+77?21SVWZ+Rent of?22March?32Ana", "Ana", "Rent of March"),
        ("106?00CARD?20EREF+77?21MREF+3?32Ana", "Ana", "EREF+77 MREF+3"),
        ("020?20one?60two?63three?32Ana", "Ana", "one two three"),
        ("020?20abcdefghijklmnopqrstuvwxyz1?2123?32Ana", "Ana", "abcdefghijklmnopqrstuvwxyz123"),
        ("020?20Why? Because?32Ana", "Ana", "Why? Because"),
        ("805?00CHARGES?106666?20Flat rate", "", "CHARGES Flat rate"),
        ("805?00CHARGES", "", "CHARGES"),
        ("000>100987654321\n>20RENT OF>21 MARCH>32ANA", "ANA", "RENT OF MARCH"),
        ("020~00VE02\n~20Faktura~32Jan Nowak", "Jan Nowak", "Faktura"),
        ("/TRTP/SEPA/IBAN/FR14/BIC/PSST/NAME/Ana/REMI/Invoice 7", "Ana", "Invoice 7"),
        ("/EREF/01-01 12:00/BENM//NAME/ANA RIV\nERA/REMI/Rent/ISDT/2013", "ANA RIVERA", "Rent"),
        ("/CNTP/NL57/ABNANL2A/B Bert///REMI/USTD//22-08\n-2014 a/", "B Bert", "22-08-2014 a"),
        ("/ORDP//NAME/Ana/REMI/USTD//a/b", "Ana", "a/b"),
        ("/ORDP/NAME/Ana/ID/1/REMI/Rent", "Ana", "Rent"),
        ("/EREF/77/CRED/DE9/SVWZ/Rent/ABWA/Z", "", "/EREF/77/CRED/DE9/SVWZ/Rent/ABWA/Z"),
        ("/VS/123/KS/0308\nCard Shop", "", "/VS/123/KS/0308 Card Shop"),
        ("/ORDP//NAME/Ana/ADRL/Street 1/REMI/Rent", "Ana", "Rent"),
        ("EREF+77 KREF+1 SVWZ+Rent ABWA+Z", "", "Rent"),
        ("944 Przelew; na rach.: 35; dla: PHU Test; tyt.: fv 1; TNR: 1", "PHU Test", "fv 1"),
        ("Invoice 7, 8\nREK: NL65INGB0123456789/NAAM: PICQER", "PICQER", "Invoice 7, 8"),
        ("SEPA    IBAN: FR12\nBIC: GEFR     NAAM: ANA\nOMSCHRIJVING: RENT  7", "ANA", "RENT 7"),
        ("911 Z RACH.: \n56; OD: JAN  \nUL. 1; TYT.: ZWROT; \nTNR: 1", "JAN UL. 1", "ZWROT"),
        ("CASH MACHINE\n16:26:37 PORTO", "", "CASH MACHINE 16:26:37 PORTO"),
        ("x" * 65 + "\nyz", "", "x" * 65 + "yz"),
        ("A44?Librairie\nVirement", "", "Librairie Virement"),
        ("999PN5477CHEQUE 7", "", "CHEQUE 7"),
    ],
)  # fmt: skip
def test_every_dialect_says_who_and_what_for(written: str, payee: str, text: str) -> None:
    (entry,) = entries(f":61:260314C1,NTRFNONREF\n:86:{written}")

    assert (entry.payee, entry.text) == (payee, text)


def test_a_line_that_looks_like_a_time_begins_no_field() -> None:
    (entry,) = entries(":61:260314C1,NTRFNONREF\n:86:PAID AT 16\n:26:37 IN PORTO")

    assert entry.text == "PAID AT 16 :26:37 IN PORTO"


def test_several_fields_86_belong_to_the_same_movement() -> None:
    (entry,) = entries(":61:260314D1,NTRFNONREF\n:86:Returned\n:86:No funds")

    assert entry.text == "Returned No funds"


def test_the_name_behind_the_owners_reference_is_the_payee() -> None:
    (entry,) = entries(":61:260314D1,N0440121470966      W.P. Jansen")

    assert entry.payee == "W.P. Jansen"


def test_the_text_beneath_a_movement_is_kept_where_there_is_no_field_86() -> None:
    (entry,) = entries(":61:260314D1,NTRFNONREF//7\nCard transaction")

    assert entry.text == "Card transaction"


def test_the_german_field_ns_says_who_and_what_for() -> None:
    (entry,) = entries(":61:260314C1,S051\n:NS:01Rent\n02of March\n15Ana\n16Rivera\n17BOOKED")

    assert (entry.payee, entry.text) == ("Ana Rivera", "Rent of March")


def test_what_is_said_about_the_whole_statement_belongs_to_no_movement() -> None:
    (entry,) = entries(":61:260314C1,NTRFNONREF\n:86:Rent\n:62F:C260331EUR10,\n:86:/SUM/1/1/")

    assert entry.text == "Rent"


def entries(body: str) -> tuple[Entry, ...]:
    content = f":20:A\n:25:77\n:60F:C260301EUR9,\n{body}\n:62F:C260331EUR10,\n"
    (only,) = read_statements(content.encode()).statements
    return only.entries
