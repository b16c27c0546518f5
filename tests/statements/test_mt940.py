"""MT940 and MT942: envelopes, signs, dates, the dialects of :86:, balances and what is refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fintrack.errors import InvalidInput
from fintrack.statements.read import read_statements
from fintrack.statements.statement import Entry, Statement, StatementError
from tests.statements.reading import read

GERMAN = "166?00TRANSFER?20{}?32{}?33{}?34000"
LETTERS = st.characters(codec="cp1252", categories=["L", "N"])
WORDS = st.text(LETTERS, min_size=1, max_size=27)
HEAP = [
    *[":20:A", ":25:77", ":28C:1/1", ":60F:C260301EUR1,", ":60M:D9EUR", ":62F:C260301EUR1,"],
    *[":61:260314C1,NTRFNONREF//1", ":61:", ":61:2603140230RD9.9N", ":86:", ":86:020?20a?32b"],
    *[":86:/NAME/", ":86:?", ":86:NAAM:", ":86:999?", ":NS:01a", ":NS:", ":34F:EUR1,", ":13D:1"],
    *[":90C:1EUR1,", ":90D:", "{1:F01}{4:", "-}", "-", "{4:", "\x01", "\x1a", "", "?20", "\u2028"],
    *["1" * 200, ":61:260314C" + "9" * 60 + ",N", ":62F:" + "C" * 90, "٣", ":86:123?٣٣", ":61:٣"],
]


@pytest.mark.parametrize(
    ("mark", "amount"),
    [("C", 5), ("D", -5), ("RC", -5), ("RD", 5), ("CR", 5), ("DR", -5), ("RCR", -5), ("RDR", 5)],
)
def test_a_reversed_credit_is_money_out(mark: str, amount: int) -> None:
    assert [each.amount for each in entries(f":61:2603140314{mark}5,00NTRFNONREF")] == [amount]


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("500,", "500"),
        ("500", "500"),
        ("79,7", "79.7"),
        ("000000000025,00", "25"),
        ("1,234", "1.234"),
        ("1.234,56", "1234.56"),
        ("1,234,567.8", "1234567.8"),
        ("12.50", "12.5"),
    ],
)
def test_an_amount_is_read_exactly(written: str, amount: str) -> None:
    assert [each.amount for each in entries(f":61:260314C{written}NTRF")] == [Decimal(amount)]


@pytest.mark.parametrize("written", ["1.234", "1.2.3", "1,2,3", ",5", "1.23,45", "9" * 30])
def test_an_ambiguous_amount_is_rejected_with_its_row(written: str) -> None:
    only = statement(f":61:260314C{written}NTRF\n:86:x\n:61:260314C2,NTRF")

    assert [each.reason for each in only.rejected] == [f"{written!r} is not an amount."]
    assert only.rejected[0].raw == f":61:260314C{written}NTRF\n:86:x"
    assert [each.amount for each in only.entries] == [2]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("260314", date(2026, 3, 14)),
        ("2603140315", date(2026, 3, 14)),
        ("2512310102", date(2025, 12, 31)),
        ("2601011231", date(2026, 1, 1)),
        ("160230", date(2016, 2, 29)),
        ("150229", date(2015, 2, 28)),
        ("991231", date(1999, 12, 31)),
    ],
)
def test_the_day_is_the_value_date_whatever_the_entry_date_says(written: str, day: date) -> None:
    (entry,) = entries(f":61:{written}C1,NTRFNONREF")

    assert (entry.booked_on, entry.valued_on) == (day, day)


@pytest.mark.parametrize("written", ["260431", "261301", "260001", "000000"])
def test_a_day_that_never_was_is_rejected(written: str) -> None:
    only = statement(f":61:{written}C1,NTRFNONREF")

    assert [each.reason for each in only.rejected] == [f"{written!r} is not a date."]


def test_what_is_no_movement_at_all_is_rejected_with_a_reason() -> None:
    only = statement(":61:hello")

    assert [each.reason for each in only.rejected] == [
        "'hello' is not a movement with date, sign and amount."
    ]


@pytest.mark.parametrize(
    ("written", "reference"),
    [
        ("NTRFNONREF//B4E07XM00J000023", "B4E07XM00J000023"),
        ("NTRFKREF+//072471\n/TRCD/00100/", "072471"),
        ("NTRFNONREF", None),
        ("NTRF12345", None),
        ("FMSC01916//NONREF\n2013120900", None),
    ],
)
def test_the_banks_reference_is_what_follows_the_slashes(
    written: str, reference: str | None
) -> None:
    assert [each.reference for each in entries(f":61:260314C1,{written}")] == [reference]


@pytest.mark.parametrize("written", ["/PL61109010140000", "PL61109010140000EUR"])
def test_the_account_is_its_number_without_what_a_bank_writes_around_it(written: str) -> None:
    (only,) = read(f":20:1\n:25:{written}\n:60F:C260301EUR0,\n:62F:C260331EUR0,\n").statements

    assert only.account == "PL61109010140000"


def test_a_message_that_stands_twice_in_a_file_comes_once() -> None:
    row = ":61:260314C1,NTRFNONREF//7\n:61:260314C1,NTRFNONREF//8"
    again = message(row, closing="11,")

    (only,) = read(again + again).statements

    assert [each.amount for each in only.entries] == [1, 1]
    assert [each.reference for each in only.entries] == ["7", "8"]
    assert only.notes == ("A statement stands twice in the file and came once.",)


def test_equal_messages_without_telling_balances_are_two() -> None:
    again = message(":61:260314C1,NTRFNONREF", closing="9,")

    (only,) = read(again + again).statements

    assert [each.amount for each in only.entries] == [1, 1]


def test_a_reference_that_names_two_movements_is_none() -> None:
    found = entries(":61:260314C1,NTRFNONREF//55555\n:61:260315C2,NTRFNONREF//55555")

    assert [each.reference for each in found] == [None, None]


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "\r\n{}-\r\n",
        "{{1:F01BANKFRPPAXXX0000000000}}\n{{2:I940BANKFRPPXXXXN}}\n{{4:\n{}-}}\n",
        "{{1:F01KNABNL2HAXXX0000000000}}{{2:I940KNABNL2HXXXXN3020}}{{4:\n{}-}}{{5:{{CHK:1}}}}",
        "\x01{{1:F01BANK}}{{4:\n{}-}}\x03",
        "ABNANL2A\n940\nABNANL2A\n{}-\n",
        "0000 01INGBNL2AXXXX00001\n940 00\n{}-XXX\n",
        ":940:\n{}",
        "\ufeff{}",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_message_is_found_in_what_banks_wrap_around_it(around: str, encoding: str) -> None:
    content = around.format(message(":61:260314C1,NTRFNONREF\n:86:Ana"))

    (only,) = read_statements(content.encode(encoding)).statements

    assert [(each.amount, each.text) for each in only.entries] == [(Decimal(1), "Ana")]
    assert only.closing_balance == 10


def test_the_pages_of_a_statement_are_one_statement() -> None:
    pages = (
        ":20:A\n:25:77\n:28C:9/1\n:60F:C260301EUR10,\n:61:260302C5,NTRF\n:62M:C260302EUR15,\n-\n"
        ":20:A\n:25:77\n:28C:9/2\n:60M:C260302EUR15,\n:61:260303D1,NTRF\n:62F:C260303EUR14,\n-\n"
    )

    (only,) = read(pages).statements

    assert [each.amount for each in only.entries] == [5, -1]
    assert (only.opening_balance, only.closing_balance) == (Decimal(10), Decimal(14))
    assert (only.closing_on, only.notes) == (date(2026, 3, 3), ())


def test_accounts_and_currencies_are_statements_of_their_own() -> None:
    found = read(
        ":20:A\n:25:77EUR\n:60F:C260301EUR0,\n:62F:C260301EUR0,\n"
        ":20:A\n:25:77 USD\n:60F:C260301USD0,\n:62F:D260301USD3,\n"
        ":25:88\n:60F:C260301EUR0,\n:62F:C260301EUR0,\n",
    )

    assert [(each.account, each.currency) for each in found.statements] == [
        ("77", "EUR"),
        ("77", "USD"),
        ("88", "EUR"),
    ]
    assert found.statements[1].closing_balance == -3


def test_balances_without_a_currency_are_read() -> None:
    only = read(":20:A\n:25:77\n:60F:C020315DEM0,00\n:62F:D020315105000,00\n").statements[0]

    assert (only.currency, only.closing_balance) == ("DEM", Decimal(-105000))


def test_balances_that_contradict_the_rows_are_noted() -> None:
    only = statement(":61:260314C1,NTRF", closing="13,")

    assert only.notes == ("The rows add up to 1, but the balances in the file differ by 4.",)


def test_a_page_that_is_missing_is_noted() -> None:
    only = read(
        ":20:A\n:25:77\n:60F:C260301EUR1,\n:62F:C260301EUR1,\n"
        ":20:A\n:25:77\n:60F:C260303EUR2,\n:62F:C260303EUR2,\n"
    ).statements[0]

    assert only.notes == ("Statements seem to be missing: once the balances do not join.",)


INTERIM = (
    ":20:A\n:25:77\n:28C:1/1\n:34F:PLN0\n:13D:1701191815+0100\n"
    ":61:1701190119CN0,01NTRFNONREF//1\n:86:a\n:61:1701190119ED0,05NTRFNONREF//2\n:86:b\n"
)


def test_an_interim_report_has_no_balances_and_leaves_out_what_is_expected() -> None:
    found = read(INTERIM + ":90D:1PLN0,05\n:90C:1PLN0,01\n-\n")

    (only,) = found.statements
    assert (found.format, only.currency, only.closing_balance) == ("mt942", "PLN", None)
    assert [each.amount for each in only.entries] == [Decimal("0.01")]
    assert only.notes == ("1 row is only expected by the bank and left out.",)


def test_an_interim_report_that_counts_other_rows_is_noted() -> None:
    body = ":20:A\n:25:77\n:34F:PLN0\n:61:1701190119C0,01NTRF\n:90D:0PLN0,\n:90C:2PLN0,03\n"

    (only,) = read(body).statements

    assert only.notes == ("The bank counts 2 credits of 0.03; 1 of 0.01 were read.",)


@pytest.mark.parametrize(
    "content",
    [
        ":20:A\n:25:77\n:60F:C260301EUR10,\n:61:260302C5,NTRF\n:86:x",
        ":20:A\n:25:77\n:60F:C260301EUR10,\n:61:260302C5,NTRF\n:62F:C2603",
        ":20:A\n:25:77\n:60F:C260301EUR10,\n:62F:C260301EUR10,\n:20:A\n:25:77\n",
        "{4:\n:20:A\n:25:77\n:60F:C260301EUR10,\n:62F:C260301EUR10,\n",
        ":20:A\n:28C:1\n",
    ],
)
def test_a_file_that_breaks_off_is_refused(content: str) -> None:
    with pytest.raises(StatementError, match="again"):
        read(content)


def test_a_line_beyond_all_measure_is_refused() -> None:
    with pytest.raises(StatementError, match="Line 6 is too long"):
        statement(":61:260314C1,NTRF\n:86:" + "x" * 10_000_000)


def test_zeros_among_the_text_are_refused() -> None:
    with pytest.raises(StatementError, match="not text"):
        statement(":61:260314C1,NTRF\n:86:Ana\x00Rivera")


ROWS = st.lists(
    st.tuples(
        st.dates(date(1981, 1, 1), date(2079, 12, 31)),
        st.decimals(Decimal("0.01"), 10**12, places=2),
        st.sampled_from(["C", "D", "RC", "RD"]),
        WORDS,
        WORDS,
    ),
    max_size=12,
)


@given(ROWS, st.sampled_from(["utf-8", "cp1252"]), st.sampled_from(["\n", "\r\n"]))
def test_a_written_statement_returns_its_rows(
    rows: list[tuple[date, Decimal, str, str, str]], encoding: str, end: str
) -> None:
    body = "\n".join(
        f":61:{day:%y%m%d}{day:%m%d}{mark}{str(amount).replace('.', ',')}NTRFNONREF//{number}\n"
        f":86:{GERMAN.format(text, payee, '')}"
        for number, (day, amount, mark, payee, text) in enumerate(rows)
    )

    content = message(body).replace("\n", end).encode(encoding)
    (only,) = read_statements(content).statements

    signs = {"C": 1, "RD": 1, "D": -1, "RC": -1}
    assert [(each.booked_on, each.amount, each.reference) for each in only.entries] == [
        (day, amount * signs[mark], str(number))
        for number, (day, amount, mark, _, _) in enumerate(rows)
    ]
    if encoding == "utf-8":
        assert [(each.payee, each.text) for each in only.entries] == [row[3:] for row in rows]


@given(st.lists(st.sampled_from(HEAP), max_size=25))
def test_any_heap_of_fields_is_read_or_refused(heap: list[str]) -> None:
    is_read_or_refused("\n".join([":20:A", ":25:77", *heap]))


def test_what_goes_on_without_end_is_cut() -> None:
    many = ":86:more text\n" * 50_000 + ":90C:1EUR1,\n" * 50_000 + ":60F:x\n" * 50_000

    only = statement(f":61:260314C1,NTRFNONREF\n{many}")

    assert len(only.entries[0].text) < 1_000
    assert len(only.notes) < 5


@pytest.mark.parametrize("unit", [":61:", ":86:?", "?20", "/NAME/", "NAAM:", "-", "{4:", "1' "])
def test_hostile_repetition_is_read_or_refused_in_linear_time(unit: str) -> None:
    is_read_or_refused(":20:A\n:25:77\n:61:260314C1,N\n:86:" + unit * 2_000)
    is_read_or_refused(":20:A\n:25:77\n:61:260314C1,N\n:86:" + f"{unit}\n" * 60_000)
    is_read_or_refused(f":20:A\n:25:77\n:61:260314C{unit * 2_000}\n:62F:C260301EUR1,")


def message(body: str, *, closing: str = "10,") -> str:
    return f":20:STARTUMS\n:25:77\n:28C:1/1\n:60F:C260301EUR9,\n{body}\n:62F:C260331EUR{closing}\n"


def statement(body: str, *, closing: str = "10,") -> Statement:
    (only,) = read(message(body, closing=closing)).statements
    return only


def entries(body: str) -> tuple[Entry, ...]:
    return statement(body).entries


def is_read_or_refused(text: str) -> None:
    try:
        found = read(text)
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017 - a refusal is as good as an answer
    else:
        assert found.questions or found.statements
