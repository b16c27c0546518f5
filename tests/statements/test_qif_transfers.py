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
    (note,) = found.notes
    assert note == (
        "1 part of a split is a transfer with the other side not in this file, and stayed with "
        "the rest: Savings -9.00."
    )


def test_a_part_that_is_a_transfer_is_one_of_its_own_beside_its_other_side() -> None:
    giro, card = read(SPLIT_TRANSFER).statements

    rest, moved = giro.entries
    (other,) = card.entries
    assert (rest.amount, rest.transfer, moved.amount) == (Decimal(-10), None, Decimal("-90.00"))
    assert [(line.category, line.amount) for line in rest.lines] == [
        ("Interest", Decimal(-7)),
        ("Fees", Decimal(-3)),
    ]
    assert moved.transfer
    assert moved.transfer == other.transfer
    assert (moved.payee, moved.text, moved.lines) == ("Lender", "Rate · paid back", ())
    assert (rest.text, rest.line, rest.raw) == ("Rate", moved.line, moved.raw)
    assert card.notes == ()
    (note,) = giro.notes
    assert note == (
        "1 part of a split is a transfer with the other side in this file, and came apart from "
        "the rest: Card -90.00."
    )


def test_what_is_left_of_a_split_in_one_part_is_no_split() -> None:
    text = SPLIT_TRANSFER.replace("T-100.00", "T-97.00").replace("SFees\n$-3.00\n", "")

    rest, moved = read(text).statements[0].entries

    assert [rest.amount, moved.amount] == [-7, -90]
    assert (rest.category, rest.text, rest.lines) == ("Interest", "Rate", ())


def test_a_split_of_transfers_alone_leaves_no_rest() -> None:
    card = "D1/31/2026\nT90.00\nL[Giro]\n^\n"
    text = SPLIT_TRANSFER.replace("T-100.00", "T-180.00").replace(card, card * 2)
    parts = "SInterest\n$-7.00\nSFees\n$-3.00\n"

    giro, other = read(text.replace(parts, "S[Card]\n$-90.00\n")).statements

    assert [each.amount for each in giro.entries] == [-90, -90]
    assert len({each.transfer for each in giro.entries}) == 2
    assert {each.transfer for each in giro.entries} == {each.transfer for each in other.entries}
