"""QIF to statements: one a register, with categories, splits and transfers between registers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from fintrack.ledger.accounts import AccountKind
from fintrack.statements.delimited.dates import possible_orders
from fintrack.statements.delimited.marks import whole_mark
from fintrack.statements.delimited.numbers import possible_marks
from fintrack.statements.delimited.questions import mark_question, order_question
from fintrack.statements.mapping import DateOrder, DecimalMark, Mapping, Question
from fintrack.statements.qif.entries import Habits
from fintrack.statements.qif.register import plain_date
from fintrack.statements.qif.registers import Register, Registers
from fintrack.statements.qif.transfers import linked
from fintrack.statements.statement import (
    Certainty,
    Statement,
    StatementError,
    StatementFile,
)
from fintrack.statements.text import decode, encoding_certainty, unified
from fintrack.texts import counted

_FORMAT = "qif"
_OPTION = re.compile(r"^[ \t]*!option:(mdy|dmy|ymd)\b", re.IGNORECASE | re.MULTILINE)
_NOTHING = "This QIF file holds no register; export the transactions of an account."
_KIND_NAMES = {
    AccountKind.CHECKING: "Bank",
    AccountKind.CASH: "Cash",
    AccountKind.CREDIT_CARD: "Credit card",
    AccountKind.OTHER: "Other assets",
    AccountKind.LOAN: "Liabilities",
    AccountKind.INVESTMENT: "Investments",
}


def read_qif(content: bytes, mapping: Mapping | None, currency: str | None) -> StatementFile:
    """Return one statement a register, or the questions that must be answered first.

    The order of dates and the decimal mark are decided over the whole file; then it is read again.

    Raises:
        StatementError: it holds no register, or its end is missing.
    """
    given = mapping or Mapping()
    text, encoding = decode(content, given.encoding)
    text = unified(text)
    written = _written(text)
    used = replace(given, encoding=encoding, header_fingerprint=_FORMAT)
    used, order = _with_order(used, written.dates, _option(text))
    used, mark = _with_mark(used, written.amounts, currency)
    questions = tuple(question for question in (order, mark) if question is not None)
    categories = written.categories
    # The dates and amounts as written are many, and decided.
    del written
    statements = () if questions else _statements(text, used, categories)
    certainty = Certainty(
        encoding=100 if given.encoding else encoding_certainty(content, encoding),
        date_order=0 if order else 100,
        decimal_mark=0 if mark else 100,
    )
    return StatementFile(_FORMAT, statements, used, questions, certainty=certainty)


@dataclass(frozen=True, slots=True)
class _Written:
    """The different dates, plain and as written, and amounts of a file; kinds by category."""

    dates: dict[str, str]
    amounts: set[str]
    categories: dict[str, str | None]


def _written(text: str) -> _Written:
    registers = Registers()
    found = _Written({}, set(), registers.categories)
    for _, draft in registers.transactions(text):
        if draft.date:
            found.dates[plain_date(draft.date)] = draft.date
        found.amounts.update(filter(None, (draft.amount, *(part.amount for part in draft.parts))))
    if not (registers.found or registers.investments or registers.left_out):
        raise StatementError(_NOTHING)
    return found


def _option(text: str) -> DateOrder | None:
    """Return the order of dates that a line such as `!Option:MDY` says."""
    found = _OPTION.search(text)
    return DateOrder(found[1].lower()) if found else None


def _with_order(
    mapping: Mapping, written: dict[str, str], option: DateOrder | None
) -> tuple[Mapping, Question | None]:
    if mapping.date_order is not None:
        return mapping, None
    orders = possible_orders(written)
    if option in orders:
        return replace(mapping, date_order=option), None
    if len(orders) > 1:
        return mapping, order_question(orders, written[min(written)])
    return replace(mapping, date_order=next(iter(orders), None)), None


def _with_mark(
    mapping: Mapping, amounts: set[str], currency: str | None
) -> tuple[Mapping, Question | None]:
    if mapping.decimal_mark is not None:
        return mapping, None
    marks = possible_marks(amounts)
    if len(marks) > 1 and (whole := whole_mark(amounts, currency)):
        marks = [whole]
    if len(marks) > 1:
        marked = {amount for amount in amounts if set(amount) & set(DecimalMark)}
        return mapping, mark_question(max(sorted(marked or amounts), key=len))
    return replace(mapping, decimal_mark=next(iter(marks), None)), None


def _statements(
    text: str, mapping: Mapping, categories: dict[str, str | None]
) -> tuple[Statement, ...]:
    habits = Habits(mapping.date_order, mapping.decimal_mark or DecimalMark.POINT, categories)
    registers = Registers()
    for register, draft in registers.transactions(text):
        register.take(draft, habits)
    unnamed = sum(each.account is None for each in registers.found.values())
    found = [_statement(each, by_kind=unnamed > 1) for each in registers.found.values()] or [
        Statement(account, None, (), kind=AccountKind.INVESTMENT)
        for account in registers.investments or (None,)
    ]
    notes = (*found[0].notes, *_file_notes(registers))
    return linked([replace(found[0], notes=notes), *found[1:]])


def _statement(register: Register, *, by_kind: bool) -> Statement:
    kind_name = _KIND_NAMES[register.kind] if by_kind and register.kind else None
    return Statement(
        register.account or kind_name,
        None,
        tuple(register.entries),
        tuple(register.rejected),
        notes=tuple(_notes(register)),
        kind=register.kind,
    )


def _notes(register: Register) -> Iterator[str]:
    if count := register.unequal:
        said = counted(count, "split does", "splits do")
        yield f"{said} not add up to the amount; the amount was taken without its parts."


def _file_notes(registers: Registers) -> Iterator[str]:
    if count := registers.investments.total():
        one, many = (
            "investment entry is not a cash movement and was",
            "investment entries are not cash movements and were",
        )
        yield f"{counted(count, one, many)} left out."
    for name, count in registers.left_out.items():
        yield f"The section {name[:40]!r} is no register and was left out ({count})."
    if registers.endless:
        yield "A record has no end; the file may be incomplete."
