"""QIF in every habit: what is written comes back, and any heap of letters is read or refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fintrack.errors import InvalidInput
from fintrack.statements.mapping import answered
from fintrack.statements.read import read_statements
from fintrack.statements.statement import Entry, Rejected, StatementFile


@dataclass(frozen=True)
class Habit:
    """How one program writes dates and amounts."""

    dates: str
    order: str
    mark: str
    thousands: str
    end: str
    line_end: str


HABITS = st.builds(
    lambda day, mark, end, line_end: Habit(day[0], day[1], mark[0], mark[1], end, line_end),
    st.sampled_from(
        [
            ("%m/%d/%Y", "mdy"),
            ("%d/%m/%Y", "dmy"),
            ("%m/%d'%y", "mdy"),
            ("%d.%m.%Y", "dmy"),
            ("%Y-%m-%d", "ymd"),
        ]
    ),
    st.sampled_from([(".", ","), (",", "."), (".", ""), (",", "")]),
    st.sampled_from(["^", "^^"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
WORDS = st.sampled_from(["Grocer", "Café, Sömmerda", "A & B", "1,5 kg", "[x]", "Rent"])
ROWS = st.lists(
    st.tuples(
        st.integers(0, 2000).map(lambda days: date(2021, 3, 1) + timedelta(days=days)),
        WORDS,
        st.lists(
            st.integers(-(10**7), 10**7).map(lambda cents: Decimal(cents).scaleb(-2)), max_size=4
        ).filter(lambda parts: len(parts) != 1),
        st.integers(-(10**8), 10**8).map(lambda cents: Decimal(cents).scaleb(-2)),
    ),
    min_size=1,
    max_size=12,
)
Row = tuple[date, str, list[Decimal], Decimal]


@given(HABITS, ROWS)
def test_a_written_register_returns_its_rows(habit: Habit, rows: list[Row]) -> None:
    found = answer_all(written(habit, rows), habit)

    (statement,) = found.statements
    assert not statement.rejected
    assert [row_of(entry) for entry in statement.entries] == [
        (day, words, parts, sum(parts, Decimal(0)) if parts else whole)
        for day, words, parts, whole in rows
    ]


def row_of(entry: Entry) -> Row:
    return entry.booked_on, entry.payee, [line.amount for line in entry.lines], entry.amount


def written(habit: Habit, rows: Sequence[Row]) -> bytes:
    def figure(amount: Decimal) -> str:
        point = f"{amount:,.2f}".replace(",", "T").replace(".", habit.mark)
        return point.replace("T", habit.thousands)

    lines = ["!Type:Bank"]
    for day, words, parts, whole in rows:
        amount = sum(parts, Decimal(0)) if parts else whole
        lines += [f"D{day:{habit.dates}}", f"T{figure(amount)}", f"P{words}"]
        for part in parts:
            lines += ["SFood", f"${figure(part)}"]
        lines.append(habit.end)
    return (habit.line_end.join(lines) + habit.line_end).encode()


def answer_all(content: bytes, habit: Habit) -> StatementFile:
    answers = {"date_order": habit.order, "decimal_mark": habit.mark}
    found = read_statements(content)
    while found.questions:
        question = found.questions[0]
        assert answers[question.field] in {choice.value for choice in question.choices}
        assert found.mapping is not None
        mapping = answered(found.mapping, question.field, answers[question.field])
        found = read_statements(content, mapping=mapping)
    return found


@given(
    st.lists(
        st.sampled_from(
            [
                *["!Type:Bank", "!Type:Invst", "!Account", "!Option:AutoSwitch", "!", "^", "^^"],
                *["D1/31/2026", "D1/31'26", "D", "T1.00", "T", "U1", "$1.00", "$", "SFood", "S"],
                *[
                    "L[A]",
                    "LFood:",
                    "L:",
                    "L/",
                    "NA",
                    "TBank",
                    "E",
                    "%50",
                    "Pä",
                    "\x1a",
                    "''",
                    "D'",
                ],
            ]
        ),
        max_size=25,
    )
)
def test_any_heap_of_letters_is_read_or_refused(lines: list[str]) -> None:
    try:
        found = read_statements(("!Type:Bank\n" + "\n".join(lines) + "\n").encode())
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017 - a refusal is as good as an answer
    else:
        rejected: list[Rejected] = [each for one in found.statements for each in one.rejected]
        assert all(each.reason.endswith(".") and each.line > 0 for each in rejected)
