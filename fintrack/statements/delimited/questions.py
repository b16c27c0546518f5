"""What a table leaves open, asked in one sentence each; nothing is guessed."""

from collections.abc import Iterator, Sequence

from fintrack.statements.delimited.cells import ways_of
from fintrack.statements.delimited.content import money_columns, money_pairs
from fintrack.statements.delimited.dates import ORDER_WORDS
from fintrack.statements.delimited.guess import cells_of, date_orders
from fintrack.statements.delimited.header_words import normalised
from fintrack.statements.delimited.layout import Table
from fintrack.statements.delimited.profile import MONEY, profile
from fintrack.statements.mapping import (
    DIRECTION_OF,
    Choice,
    DateOrder,
    DecimalMark,
    Mapping,
    Question,
    Role,
)

_EXAMPLE = 40
_MOST_WORDS = 6
_KEPT = MONEY | {Role.DATE}


def open_questions(mapping: Mapping, table: Table) -> tuple[Question, ...]:
    """Return what the member must answer before the rows can be read."""
    asked = (
        _column_question(mapping, table, Role.DATE),
        _column_question(mapping, table, Role.AMOUNT),
        _order_question(mapping, table),
        _mark_question(mapping, table),
    )
    found = tuple(question for question in asked if question is not None)
    return (*found, *_direction_questions(mapping, table))


def order_question(orders: Sequence[DateOrder], example: str) -> Question:
    """Return the question which of these orders the dates are written in."""
    return Question(
        "date_order",
        f"In which order are dates such as {example[:_EXAMPLE]} written?",
        tuple(Choice(order.value, ORDER_WORDS[order].capitalize()) for order in orders),
    )


def mark_question(example: str) -> Question:
    """Return the question which mark stands before the decimals."""
    return Question(
        "decimal_mark",
        f"Which mark stands before the decimals in amounts such as {example[:_EXAMPLE]}?",
        (Choice(DecimalMark.POINT, "A point: 1.50"), Choice(DecimalMark.COMMA, "A comma: 1,50")),
    )


def _order_question(mapping: Mapping, table: Table) -> Question | None:
    orders = date_orders(mapping, table) if mapping.date_order is None else []
    if len(orders) <= 1:
        return None
    return order_question(orders, min(cells_of(mapping, table.columns, Role.DATE)))


def _mark_question(mapping: Mapping, table: Table) -> Question | None:
    """Ask only for what is open: columns that decide by themselves have their own mark."""
    if mapping.decimal_mark is not None:
        return None
    cells = {
        cell
        for at, role in enumerate(mapping.roles)
        if role in MONEY and not any(mapping.decimal_marks[at : at + 1])
        for cell in table.cells(at)
        if set(cell) & set(DecimalMark)
    }
    return mark_question(max(sorted(cells), key=len)) if cells else None


def _direction_questions(mapping: Mapping, table: Table) -> Iterator[Question]:
    """Ask what a few unknown words beside unsigned amounts mean; of many, each row says it."""
    words = set(table.cells(mapping.column(Role.DIRECTION)))
    unknown = sorted({normalised(word) for word, way in ways_of(mapping, words).items() if not way})
    if len(unknown) > _MOST_WORDS:
        return
    choices = (Choice("out", "Money out"), Choice("in", "Money in"))
    for word in unknown:
        sentence = f"Does the word {word[:_EXAMPLE]!r} mean money in or money out?"
        yield Question(f"{DIRECTION_OF}{word}", sentence, choices)


def _column_question(mapping: Mapping, table: Table, role: Role) -> Question | None:
    wanted = MONEY if role is Role.AMOUNT else {role}
    if wanted & set(mapping.roles):
        return None
    profiles = [profile(column) for column in table.columns]
    if role is Role.AMOUNT:
        offered = money_columns(mapping.roles, profiles)
    else:
        offered = [at for at, column in enumerate(profiles) if column.dates > 0]
    free = [at for at in range(len(profiles)) if not _KEPT & {*mapping.roles[at : at + 1]}]
    offered = offered or free or list(range(len(profiles)))
    word = "amount" if role is Role.AMOUNT else "date"
    choices = tuple(Choice(str(at), _label(table, at)) for at in offered)
    if role is Role.AMOUNT:
        choices = _pair_choices(offered, table) + choices
    return Question(role.value, f"Which column holds the {word} of each transaction?", choices)


def _pair_choices(offered: Sequence[int], table: Table) -> tuple[Choice, ...]:
    return tuple(
        Choice(f"{out}:{into}", f"Money out: {_label(table, out)}; money in: {_label(table, into)}")
        for pair in money_pairs(offered, table.columns)
        for out, into in (pair, pair[::-1])
    )


def _label(table: Table, at: int) -> str:
    example = next((cell for cell in table.columns[at] if cell), "")
    return f"{table.name(at)} ({example[:_EXAMPLE]})" if example else table.name(at)
