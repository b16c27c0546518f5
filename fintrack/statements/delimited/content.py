"""Which column is which by its cells alone, where names are missing or unknown."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise, permutations, product

from fintrack.statements.delimited.balances import is_running
from fintrack.statements.delimited.header import role_scores
from fintrack.statements.delimited.layout import Columns
from fintrack.statements.delimited.numbers import (
    currency_of,
    is_number,
    parse_figure,
    possible_marks,
)
from fintrack.statements.delimited.profile import MONEY, Profile
from fintrack.statements.mapping import DecimalMark, Role

_MOST, _SOME = 0.8, 0.3
_MOST_TEXTS = 8
_PROVING = 300
_FEW_WORDS = 6
_OTHER_SIDE = {
    Role.IGNORE: Role.IGNORE,
    Role.DEBIT: Role.CREDIT,
    Role.CREDIT: Role.DEBIT,
}


def roles_by_content(
    roles: Sequence[Role],
    names: Sequence[str],
    profiles: Sequence[Profile],
    columns: Columns,
) -> list[Role]:
    """Return the roles with the missing ones added where the cells leave no doubt."""
    found = _with_dates(list(roles), profiles)
    bare = not any(names)
    _undo_half_amount(found, columns)
    if not any(role in found for role in MONEY):
        found = _with_money(found, profiles, columns, bare=bare)
    if bare:
        found = _with_account(_with_currency(found, profiles, columns), profiles)
    return _with_text(_with_direction(found, names, profiles, columns), profiles, bare=bare)


def money_columns(roles: Sequence[Role], profiles: Sequence[Profile]) -> list[int]:
    """Return the free columns that hold amounts: with decimals or signs, else any numbers."""
    free = [
        index
        for index, column in enumerate(profiles)
        if roles[index] is Role.IGNORE and column.filled
        if column.numbers >= _MOST and column.dates < _MOST
    ]
    return [index for index in free if profiles[index].decimals >= _SOME] or free


def figures(cells: Iterable[str], mark: DecimalMark) -> list[Decimal | None]:
    """Return the cells' values, None for a cell that is no number."""
    found = [parse_figure(cell, mark) for cell in cells]
    return [None if each is None else each.marked for each in found]


def _with_dates(roles: list[Role], profiles: Sequence[Profile]) -> list[Role]:
    if Role.DATE in roles:
        return _with_whole_dates(roles, profiles)
    if Role.VALUE_DATE in roles:
        roles[roles.index(Role.VALUE_DATE)] = Role.DATE
        return roles
    wanted = [Role.VALUE_DATE, Role.DATE]
    for index, column in enumerate(profiles):
        is_free = roles[index] is Role.IGNORE and column.dates >= _MOST
        if wanted and is_free and column.coverage >= _SOME:
            roles[index] = wanted.pop()
    return roles


def _with_whole_dates(roles: list[Role], profiles: Sequence[Profile]) -> list[Role]:
    """Days that lack their year are no dates; the value dates beside them may be."""
    at = roles.index(Role.DATE)
    if profiles[at].dates == 0 and Role.VALUE_DATE in roles:
        value = roles.index(Role.VALUE_DATE)
        if profiles[value].dates >= _MOST:
            roles[at], roles[value] = Role.IGNORE, Role.DATE
    return roles


def _with_money(
    roles: list[Role],
    profiles: Sequence[Profile],
    columns: Columns,
    *,
    bare: bool,
) -> list[Role]:
    found = money_columns(roles, profiles)
    pair = next(iter(money_pairs(found, columns)), None)
    out_and_in = pair and _proven_pair(roles, pair, columns)
    if pair and (out_and_in or bare):
        # Without names only the custom remains: what goes out stands before what comes in.
        first, second = out_and_in or pair
        roles[first], roles[second] = Role.DEBIT, Role.CREDIT
    elif len(found) == 1:
        roles[found[0]] = Role.AMOUNT
        if bare and not _has_sign(columns[found[0]]):
            _split_by_blank_neighbour(roles, found[0], profiles)
    else:
        _with_running_balance(roles, found, columns)
    return roles


def money_pairs(found: Sequence[int], columns: Columns) -> list[tuple[int, int]]:
    """Return the neighbouring columns of which every row fills at most one."""
    return [pair for pair in pairwise(found) if _exclusive(columns, *pair)]


def _undo_half_amount(roles: list[Role], columns: Columns) -> None:
    """A column that is filled just where another is not is no amount but half of a pair.

    Where that one is named after a side, this is the other side; so is a column without a known
    name beside the only side.
    """
    if Role.AMOUNT not in roles:
        _find_other_side(roles, columns)
        return
    at = roles.index(Role.AMOUNT)
    for index, column in enumerate(columns):
        other = _OTHER_SIDE.get(roles[index])
        is_free = other is Role.IGNORE or other not in roles
        if other and is_free and _completes(columns[at], column):
            roles[at] = other
            return


def _find_other_side(roles: list[Role], columns: Columns) -> None:
    sides = [role for role in (Role.DEBIT, Role.CREDIT) if role in roles]
    if len(sides) != 1:
        return
    known = columns[roles.index(sides[0])]
    others = [
        index
        for index, column in enumerate(columns)
        if roles[index] is Role.IGNORE and _completes(known, column)
    ]
    if len(others) == 1:
        roles[others[0]] = _OTHER_SIDE[sides[0]]


def _completes(half: Sequence[str], other: Sequence[str]) -> bool:
    both = any(half) and any(other)
    parted = both and all(bool(a) != bool(b) for a, b in zip(half, other, strict=True))
    return parted and all(is_number(cell) for cell in other if cell)


def _proven_pair(
    roles: Sequence[Role],
    pair: tuple[int, int],
    columns: Columns,
) -> tuple[int, int] | None:
    """Return which column goes out and which comes in, if the running balance proves it."""
    if Role.BALANCE not in roles:
        return None
    balances = columns[roles.index(Role.BALANCE)][:_PROVING]
    for out, into in (pair, pair[::-1]):
        outs, ins = columns[out][:_PROVING], columns[into][:_PROVING]
        for mark, other in product(possible_marks({*outs, *ins}), possible_marks(balances)):
            amounts = [
                (b or Decimal(0)) - (a or Decimal(0))
                for a, b in zip(figures(outs, mark), figures(ins, mark), strict=True)
            ]
            if is_running(amounts, figures(balances, other)):
                return out, into
    return None


def _exclusive(columns: Columns, one: int, other: int) -> bool:
    return not any(a and b for a, b in zip(columns[one], columns[other], strict=True))


def _has_sign(cells: Sequence[str]) -> bool:
    return any(cell.strip("$€£ ")[:1] in {"-", "+", "(", "−"} or cell[-1:] == "-" for cell in cells)


def _split_by_blank_neighbour(roles: list[Role], at: int, profiles: Sequence[Profile]) -> None:
    """An unsigned amount beside a blank column is one half of an out-and-in pair."""
    has_words = any(c.directions == 1 and c.filled for i, c in enumerate(profiles) if i != at)
    if has_words:
        return
    if at + 1 < len(roles) and not profiles[at + 1].filled:
        roles[at], roles[at + 1] = Role.DEBIT, Role.CREDIT


def _with_running_balance(roles: list[Role], found: Sequence[int], columns: Columns) -> None:
    for amount, balance in permutations(found[:_MOST_TEXTS], 2):
        amounts, balances = columns[amount][:_PROVING], columns[balance][:_PROVING]
        for mark, other in product(possible_marks(amounts), possible_marks(balances)):
            if is_running(figures(amounts, mark), figures(balances, other)):
                roles[amount], roles[balance] = Role.AMOUNT, Role.BALANCE
                return


def _with_currency(roles: list[Role], profiles: Sequence[Profile], columns: Columns) -> list[Role]:
    """Three letters are a currency only if one of them is known."""
    for index, column in enumerate(profiles):
        is_code = column.filled > 0 and column.currencies == 1 and column.letters == 1
        is_known = is_code and any(currency_of(cell) for cell in columns[index])
        if is_known and roles[index] is Role.IGNORE and Role.CURRENCY not in roles:
            roles[index] = Role.CURRENCY
    return roles


def _with_direction(
    roles: list[Role], names: Sequence[str], profiles: Sequence[Profile], columns: Columns
) -> list[Role]:
    """A column of nothing but words such as debit and credit, beside one unsigned amount.

    Where its name promises it, a few words may be unknown: they are asked for.
    """
    if Role.DIRECTION in roles or Role.AMOUNT not in roles:
        return roles
    signed = _has_sign(columns[roles.index(Role.AMOUNT)])
    for index, column in enumerate(profiles):
        named = bool(index < len(names) and names[index])
        promised = not named or Role.DIRECTION in role_scores(names[index])
        is_free = roles[index] is Role.IGNORE and column.filled > 0
        is_known = column.directions == 1 and (promised or column.kinds == {1, -1})
        is_mixed = named and promised and not signed and 0 < column.directions < 1
        if is_free and (is_known or (is_mixed and column.distinct <= _FEW_WORDS)):
            roles[index] = Role.DIRECTION
            break
    return roles


def _with_account(roles: list[Role], profiles: Sequence[Profile]) -> list[Role]:
    """Without names, the last column that holds nothing but kinds of account names them."""
    for index in reversed(range(len(profiles))):
        column = profiles[index]
        if roles[index] is Role.IGNORE and column.own_accounts == 1 and column.coverage == 1:
            roles[index] = Role.ACCOUNT
            break
    return roles


def _with_text(roles: list[Role], profiles: Sequence[Profile], *, bare: bool) -> list[Role]:
    if not bare and (Role.TEXT in roles or Role.PAYEE in roles):
        return roles
    free = [
        index
        for index, column in enumerate(profiles)
        if roles[index] is Role.IGNORE and column.filled
        if column.letters >= _SOME and max(column.dates, column.currencies) < _MOST
    ]
    for index in free[:_MOST_TEXTS]:
        roles[index] = Role.TEXT
    return roles
