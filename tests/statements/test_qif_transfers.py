"""Transfers between the registers of one QIF file, whole and within splits."""

from decimal import Decimal

from fintrack.ledger.accounts import AccountKind
from tests.statements.reading import only, read

BANK = "!Type:Bank\n"
TWO_REGISTERS = """!Option:AutoSwitch
!Account
NGiro
TBank
^
NCard
TCCard
^
!Clear:AutoSwitch
!Account
NGiro
TBank
^
!Type:Bank
D1/31/2026
T-100.00
L[Card]
^
D1/31/2026
T-100.00
L[Card]
^
D1/30/2026
T-7.00
L[Savings]
^
D1/1/2026
T500.00
POpening Balance
L[Giro]
^
!Account
NCard
TCCard
^
!Type:CCard
D1/31/2026
T100.00
L[Giro]
^
"""

SPLIT_TRANSFER = """!Account
NGiro
TBank
^
!Type:Bank
D1/31/2026
T-100.00
PLender
MRate
L[Card]
S[Card]
Epaid back
$-90.00
SInterest
$-7.00
SFees
$-3.00
^
!Account
NCard
TCCard
^
!Type:CCard
D1/31/2026
T90.00
L[Giro]
^
"""


def test_both_sides_of_a_transfer_have_one_key_and_lonely_ones_are_told() -> None:
    giro, card = read(TWO_REGISTERS).statements

    first, second, third, opening = giro.entries
    assert (giro.account, card.account, card.kind) == ("Giro", "Card", AccountKind.CREDIT_CARD)
    assert first.transfer
    assert first.transfer == card.entries[0].transfer
    assert [each.transfer for each in (second, third, opening)] == [None, None, None]
    assert [each.note for each in (second, third, opening)] == [
        "Transfer: Card",
        "Transfer: Savings",
        "",
    ]
    assert giro.notes == ("2 transfers have no other side in this file and can be linked later.",)


def test_an_opening_balance_tells_whose_register_has_no_name() -> None:
    found = only(f"{BANK}D1/1/2026\nT500.00\nPOpening Balance\nL[Giro]\n^\n")

    assert (found.entries[0].note, found.notes) == ("", ())


def test_a_part_that_is_a_transfer_stays_in_its_split_without_its_other_side() -> None:
    found = only(
        f"{BANK}D1/31/2026\nT-10.00\nL--Split--\nS[Savings]\nEkept\n$-9.00\nSFood\n$-1.00\n^\n"
    )

    (entry,) = found.entries
    lines = [(line.category, line.amount, line.memo, line.transfer) for line in entry.lines]
    assert lines == [
        (None, Decimal(-9), "Transfer: Savings · kept", None),
        ("Food", Decimal(-1), "", None),
    ]
    assert entry.transfer is None
    assert found.notes == (
        "1 part of a split names another account and stays in the split: Savings -9.00.",
    )


def test_a_split_stays_one_movement_although_the_other_side_of_a_part_is_in_the_file() -> None:
    giro, card = read(SPLIT_TRANSFER).statements

    (entry,), (other,) = giro.entries, card.entries
    assert (entry.amount, entry.transfer, other.transfer) == (Decimal(-100), None, None)
    assert [(line.amount, line.memo, line.transfer) for line in entry.lines] == [
        (Decimal(-90), "Transfer: Card · paid back", None),
        (Decimal(-7), "", None),
        (Decimal(-3), "", None),
    ]
    assert other.note == "Transfer: Giro"
    assert giro.notes == (
        "1 part of a split names another account and stays in the split: Card -90.00.",
    )
    assert card.notes == (
        "1 transfer is the other side of a part of a split, and not linked with it.",
    )
