"""The mapping that a file suggests by itself."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import repeat

from fintrack.statements.delimited.columns import rivals_of, roles_by_name
from fintrack.statements.delimited.content import roles_by_content
from fintrack.statements.delimited.dates import order_named, possible_orders
from fintrack.statements.delimited.header import header_currency
from fintrack.statements.delimited.layout import Columns, Table, fingerprint
from fintrack.statements.delimited.marks import Marks, column_marks, likely_marks, with_marks
from fintrack.statements.delimited.preamble import account_named, currency_named
from fintrack.statements.delimited.profile import MONEY, Profile, profile
from fintrack.statements.delimited.settle import Evidence, has_purchases_positive, settled_roles
from fintrack.statements.mapping import DateOrder, Mapping, Role


def completed(mapping: Mapping, table: Table, currency: str | None) -> Mapping:
    """Return the mapping with every field filled that the rows decide.

    A mapping with roles is somebody's choice: then only date order and decimal marks are added,
    unless the file falls into other columns than those that the roles were chosen for.
    """
    columns = table.columns
    profiles = [profile(column) for column in columns]
    marks = column_marks(columns, profiles)
    shape = fingerprint(table.names, profiles)
    is_other = mapping.header_fingerprint not in {"", shape} and len(mapping.roles) != len(columns)
    if is_other or not mapping.roles:
        mapping = _with_roles(mapping, table, profiles, marks, currency)
    elif mapping.currency is None and Role.CURRENCY not in mapping.roles:
        mapping = replace(mapping, currency=_currency_by_name(mapping.roles, table.names))
    if mapping.date_order is None:
        orders = date_orders(mapping, table)
        mapping = replace(mapping, date_order=orders[0] if len(orders) == 1 else None)
    mapping = with_marks(mapping, columns, marks, mapping.currency or currency)
    return replace(
        mapping,
        header_row=table.header.line if table.header else 0,
        first_row=table.data[0].line if table.data else None,
        header_fingerprint=shape,
    )


def date_orders(mapping: Mapping, table: Table) -> list[DateOrder]:
    """Return the orders that the booking dates allow.

    Where they do not decide, the other dates may, or a header such as `Date (DD/MM/YYYY)`.
    """
    columns = table.columns
    orders = possible_orders(cells_of(mapping, columns, Role.DATE))
    if len(orders) > 1:
        both = possible_orders(cells_of(mapping, columns, Role.DATE, Role.VALUE_DATE))
        orders = both if len(both) == 1 and both[0] in orders else orders
    at = mapping.column(Role.DATE)
    named = order_named(table.name(at)) if len(orders) > 1 and at is not None else None
    return [named] if named in orders and named else orders


def cells_of(mapping: Mapping, columns: Columns, *roles: Role) -> set[str]:
    """Return the different cells of the columns with these roles."""
    indexes = (index for role in roles for index in mapping.columns(role))
    return {cell for i in indexes if i < len(columns) for cell in columns[i] if cell}


def _with_roles(
    mapping: Mapping,
    table: Table,
    profiles: Sequence[Profile],
    marks: Marks,
    currency: str | None,
) -> Mapping:
    names, columns = table.names, table.columns
    roles = roles_by_content(roles_by_name(names, profiles), names, profiles, columns)
    evidence = Evidence(names, columns, likely_marks(marks))
    roles = settled_roles(roles, evidence)
    _choose_currency(roles, names, profiles, currency)
    named = _currency_by_name(roles, names)
    if named and Role.CURRENCY in roles:
        roles[roles.index(Role.CURRENCY)] = Role.IGNORE
    above = None if Role.CURRENCY in roles else currency_named(table.above)
    account = account_named(table.above)
    if account and _is_of_others(roles, account, profiles, columns):
        roles[roles.index(Role.ACCOUNT)] = Role.IGNORE
    return replace(
        mapping,
        roles=tuple(roles),
        inverted=mapping.inverted or has_purchases_positive(roles, evidence),
        currency=mapping.currency or named or above,
        account=mapping.account or (None if Role.ACCOUNT in roles else account),
    )


def _choose_currency(
    roles: list[Role], names: Sequence[str], profiles: Sequence[Profile], currency: str | None
) -> None:
    """Of amounts in several currencies the balance's or the account's count; else none do."""
    sides = {role: roles.index(role) for role in MONEY if role in roles}
    rivals = {role: rivals_of(role, roles, names, profiles) for role in sides}
    if not any(rivals.values()):
        return
    said = [*map(header_currency, names), *repeat(None, len(roles) - len(names))]
    if Role.BALANCE in roles:
        currency = said[roles.index(Role.BALANCE)] or currency
    for role in (*sides, Role.CURRENCY):
        if role in roles:
            roles[roles.index(role)] = Role.IGNORE
    for role, at in sides.items():
        for rival in rivals[role] or [at]:
            if said[rival] == currency:
                roles[rival] = role


def _is_of_others(
    roles: Sequence[Role], account: str, profiles: Sequence[Profile], columns: Columns
) -> bool:
    """Numbers in the rows are the payees' where the lines above name another account."""
    if Role.ACCOUNT not in roles:
        return False
    at = roles.index(Role.ACCOUNT)
    return profiles[at].numbered > 0 and account not in columns[at]


def _currency_by_name(roles: Sequence[Role], names: Sequence[str]) -> str | None:
    found = [
        header_currency(names[at])
        for at, role in enumerate(roles)
        if role in MONEY and at < len(names)
    ]
    return next((currency for currency in found if currency), None)
