"""The mapping that a file suggests by itself, and the questions that it leaves open."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice

from fintrack.money import CURRENCIES
from fintrack.statements.delimited.columns import roles_by_name
from fintrack.statements.delimited.content import (
    Columns,
    money_columns,
    money_pairs,
    roles_by_content,
)
from fintrack.statements.delimited.dates import date_readings, possible_orders
from fintrack.statements.delimited.header import first_movement, header_currency, header_position
from fintrack.statements.delimited.header_words import HEADERS, normalised
from fintrack.statements.delimited.numbers import possible_marks
from fintrack.statements.delimited.profile import profile
from fintrack.statements.delimited.settle import Evidence, has_purchases_positive, settled_roles
from fintrack.statements.delimited.table import Row
from fintrack.statements.mapping import (
    Choice,
    DateOrder,
    DecimalMark,
    Mapping,
    Question,
    Role,
)

_MONEY = (Role.AMOUNT, Role.DEBIT, Role.CREDIT)
_WIDEST = 400
_ACCOUNT_ID = re.compile(
    r"(?<![\w])(?:[A-Z]{2}\d{2}[ A-Z0-9]{8,32}|[\dX*][\dX*\-./ ]{5,32}[\dX*])(?![\w])"
)
_DIGITS = 6
_TWO_DECIMALS = 2
_SEARCHED_ABOVE = 40
_ORDER_WORDS = {
    DateOrder.DMY: "day, month, year",
    DateOrder.MDY: "month, day, year",
    DateOrder.YMD: "year, month, day",
    DateOrder.YDM: "year, day, month",
    DateOrder.MYD: "month, year, day",
    DateOrder.DYM: "day, year, month",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows, parted: what stands above, the header if there is one, and the rest."""

    above: Sequence[Row]
    header: Row | None
    data: Sequence[Row]
    columns: Columns

    @property
    def names(self) -> Sequence[str]:
        """The header's cells, none without a header."""
        return self.header.cells if self.header else ()


def parted(rows: Sequence[Row], mapping: Mapping) -> Table:
    """Return the table as the mapping says, else as the rows suggest."""
    if mapping.header_row is None and mapping.first_row is None:
        at = header_position(rows)
        first = at + 1 if at is not None else first_movement(rows) or 0
        header = None if at is None else rows[at]
    else:
        header = next((row for row in rows if row.line == mapping.header_row), None)
        first = _first_data(rows, header, mapping)
    above = [row for row in rows[:first] if row is not header]
    data = rows[first:]
    return Table(above, header, data, _transposed(header.cells if header else (), data))


def completed(mapping: Mapping, table: Table, currency: str | None) -> Mapping:
    """Return the mapping with every field filled that the rows decide.

    A mapping with roles is somebody's choice: then only date order and decimal mark are added,
    unless the file falls into other columns than those that the roles were chosen for.
    """
    columns = table.columns
    shape = fingerprint(table.names, len(columns))
    is_other = mapping.header_fingerprint not in {"", shape} and len(mapping.roles) != len(columns)
    if is_other or not mapping.roles:
        mapping = _with_roles(mapping, table, columns)
    mapping = _with_orders(mapping, columns, mapping.currency or currency)
    return replace(
        mapping,
        header_row=table.header.line if table.header else 0,
        first_row=table.data[0].line if table.data else None,
        header_fingerprint=shape,
    )


def fingerprint(names: Sequence[str], width: int) -> str:
    """Return a short hash that equal layouts share, whatever rows they hold."""
    words = "|".join(map(normalised, names)) or f"{width} columns"
    return sha256(words.encode()).hexdigest()[:16]


def open_questions(mapping: Mapping, table: Table) -> tuple[Question, ...]:
    """Return what the member must answer before the rows can be read."""
    columns = table.columns
    return tuple(
        question
        for question in (
            _column_question(mapping, table, columns, Role.DATE),
            _column_question(mapping, table, columns, Role.AMOUNT),
            _order_question(mapping, columns),
            _mark_question(mapping, columns),
        )
        if question is not None
    )


def date_words(order: DateOrder | None) -> str:
    """Return the order as a member reads it."""
    return _ORDER_WORDS[order or DateOrder.YMD]


def _first_data(rows: Sequence[Row], header: Row | None, mapping: Mapping) -> int:
    line = header.line + 1 if header else mapping.first_row
    if line is None:
        return first_movement(rows) or 0
    return next((at for at, row in enumerate(rows) if row.line >= line), len(rows))


def _transposed(names: Sequence[str], data: Sequence[Row]) -> Columns:
    """Return the cells by column; short rows are filled up with blanks."""
    width = min(max([len(names), *(len(row.cells) for row in data)], default=0), _WIDEST)
    padded = [(*row.cells[:width], *[""] * (width - len(row.cells))) for row in data]
    return list(zip(*padded, strict=True)) or [()] * width


def _with_roles(mapping: Mapping, table: Table, columns: Columns) -> Mapping:
    profiles = [profile(column) for column in columns]
    roles = roles_by_content(roles_by_name(table.names, profiles), table.names, profiles, columns)
    marks = possible_marks(_money_cells(replace(mapping, roles=tuple(roles)), columns))
    evidence = Evidence(table.names, columns, marks[0] if marks else DecimalMark.POINT)
    roles = settled_roles(roles, evidence)
    named = _currency_by_name(roles, table.names)
    if named and Role.CURRENCY in roles:
        roles[roles.index(Role.CURRENCY)] = Role.IGNORE
    return replace(
        mapping,
        roles=tuple(roles),
        inverted=mapping.inverted or has_purchases_positive(roles, evidence),
        currency=mapping.currency or named or _currency_above(roles, table),
        account=mapping.account or _account_above(roles, table),
    )


def _with_orders(mapping: Mapping, columns: Columns, currency: str | None) -> Mapping:
    if mapping.date_order is None:
        orders = _orders(mapping, columns)
        mapping = replace(mapping, date_order=orders[0] if len(orders) == 1 else None)
    if mapping.decimal_mark is None:
        marks = _marks(mapping, columns, currency)
        mapping = replace(mapping, decimal_mark=marks[0] if len(marks) == 1 else None)
    return mapping


def _orders(mapping: Mapping, columns: Columns) -> list[DateOrder]:
    """The booking dates decide; where they do not, the other dates of the file may."""
    orders = possible_orders(_cells(mapping, columns, Role.DATE))
    if len(orders) > 1:
        both = possible_orders(_cells(mapping, columns, Role.DATE, Role.VALUE_DATE))
        orders = both if len(both) == 1 and both[0] in orders else orders
    return orders


def _marks(mapping: Mapping, columns: Columns, currency: str | None) -> list[DecimalMark]:
    """The amounts decide, then the balances, then a currency that has no third decimal."""
    cells = _money_cells(mapping, columns)
    marks = possible_marks(cells)
    if len(marks) > 1:
        more = possible_marks(cells | _cells(mapping, columns, Role.BALANCE, Role.FEE))
        marks = more if len(more) == 1 else marks
    known = _only_currency(mapping, columns) or currency
    if len(marks) > 1 and CURRENCIES.get(known or "", _TWO_DECIMALS + 1) <= _TWO_DECIMALS:
        used = {mark for mark in DecimalMark for cell in cells if mark in cell}
        return [mark for mark in DecimalMark if mark not in used] or marks
    return marks


def _cells(mapping: Mapping, columns: Columns, *roles: Role) -> set[str]:
    indexes = (index for role in roles for index in mapping.columns(role))
    return {cell for i in indexes if i < len(columns) for cell in columns[i] if cell}


def _money_cells(mapping: Mapping, columns: Columns) -> set[str]:
    return _cells(mapping, columns, *_MONEY)


def _only_currency(mapping: Mapping, columns: Columns) -> str | None:
    found = {cell.upper() for cell in _cells(mapping, columns, Role.CURRENCY)}
    return found.pop() if len(found) == 1 else None


def _currency_by_name(roles: Sequence[Role], names: Sequence[str]) -> str | None:
    for role in _MONEY:
        if role in roles and roles.index(role) < len(names):
            found = header_currency(names[roles.index(role)])
            if found:
                return found
    return None


def _currency_above(roles: Sequence[Role], table: Table) -> str | None:
    if Role.CURRENCY in roles:
        return None
    found = {cell for row in table.above for cell in row.cells if cell in CURRENCIES}
    return found.pop() if len(found) == 1 else None


def _account_above(roles: Sequence[Role], table: Table) -> str | None:
    """The first cell that speaks of an account, or its neighbour, holds a number or a name."""
    if Role.ACCOUNT in roles:
        return None
    words = {word for word in HEADERS[Role.ACCOUNT] if " " not in word} - {"product", "produit"}
    for row in islice(table.above, _SEARCHED_ABOVE):
        line = " ".join(row.cells)
        spoken = normalised(line).split()
        if words.isdisjoint(spoken):
            continue
        for match in _ACCOUNT_ID.finditer(line):
            number = match[0].strip()
            is_date = any(date_readings(part) for part in number.split())
            if sum(letter.isalnum() for letter in number) >= _DIGITS and not is_date:
                return number
        if named := re.search(r"\baccount\s+([A-Z][\w-]{1,30})\b", line):
            return named[1]
    return None


def _column_question(
    mapping: Mapping, table: Table, columns: Columns, role: Role
) -> Question | None:
    wanted = _MONEY if role is Role.AMOUNT else (role,)
    if any(each in mapping.roles for each in wanted):
        return None
    profiles = [profile(column) for column in columns]
    offered = (
        money_columns(mapping.roles, profiles)
        if role is Role.AMOUNT
        else [at for at, column in enumerate(profiles) if column.dates > 0]
    ) or list(range(len(columns)))
    word = "amount" if role is Role.AMOUNT else "date"
    choices = tuple(Choice(str(at), _label(table, columns, at)) for at in offered)
    if role is Role.AMOUNT:
        choices = _pair_choices(offered, table, columns) + choices
    return Question(role.value, f"Which column holds the {word} of each transaction?", choices)


def _pair_choices(offered: Sequence[int], table: Table, columns: Columns) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            f"{out}:{into}",
            f"Money out: {_label(table, columns, out)}; money in: {_label(table, columns, into)}",
        )
        for pair in money_pairs(offered, columns)
        for out, into in (pair, pair[::-1])
    )


def _label(table: Table, columns: Columns, at: int) -> str:
    name = table.names[at] if at < len(table.names) and table.names[at] else f"Column {at + 1}"
    example = next((cell for cell in columns[at] if cell), "")
    return f"{name} ({example[:40]})" if example else name


def _order_question(mapping: Mapping, columns: Columns) -> Question | None:
    if mapping.date_order is not None:
        return None
    orders = _orders(mapping, columns)
    if len(orders) <= 1:
        return None
    example = next(iter(sorted(_cells(mapping, columns, Role.DATE))))[:40]
    return Question(
        "date_order",
        f"In which order are dates such as {example} written?",
        tuple(Choice(order.value, date_words(order).capitalize()) for order in orders),
    )


def _mark_question(mapping: Mapping, columns: Columns) -> Question | None:
    cells = _money_cells(mapping, columns)
    if mapping.decimal_mark is not None or len(possible_marks(cells)) <= 1:
        return None
    example = next(cell for cell in sorted(cells, key=len, reverse=True) if set(cell) & set(".,"))
    return Question(
        "decimal_mark",
        f"Which mark stands before the decimals in amounts such as {example[:40]}?",
        (Choice(DecimalMark.POINT, "A point: 1.50"), Choice(DecimalMark.COMMA, "A comma: 1,50")),
    )
