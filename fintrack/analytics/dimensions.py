"""Dimensions: by what income and spending can be taken apart, alone or crossed with each other."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import CTE, BigInteger, Select, Subquery, cast, func, select
from sqlalchemy.orm import aliased

from fintrack.analytics.cash_flow import EXPENSE, INCOME, amount, kinds_of_categories
from fintrack.analytics.flows import flows, flows_by_payee, flows_by_tag
from fintrack.analytics.spending import UNCATEGORISED, category_rows
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.frames import Shape, read_frame
from fintrack.schema import Account, Category, Tag

BREAKDOWN: Shape = {
    "part_id": "str",
    "part": "str",
    "currency": "str",
    "income": "int64",
    "spending": "int64",
    "entries": "int64",
}
NO_PAYEE, NO_TAG, FORMER = "No payee", "No tag", "Former member"
# The types of columns and of their labels have nothing in common that has a label.
Parts = tuple[Select[Any], Any, Any]


class Dimension(StrEnum):
    """By what amounts are sorted."""

    MONTH = "month"
    CATEGORY = "category"
    PAYEE = "payee"
    TAG = "tag"
    ACCOUNT = "account"
    MEMBER = "member"


def breakdown(
    context: TenantContext,
    since: date,
    until: date,
    by: Dimension,
    account_id: UUID | None = None,
    owner_id: UUID | None = None,
    parent_id: UUID | None = None,
) -> pd.DataFrame:
    """Return income, spending and how many entries each part has in [since, until): `BREAKDOWN`.

    Both sums are positive and those of `cash_flow`; in each currency the part that moved most comes
    first. A category is a top one with all below it. What has several tags counts for each of them.
    A member is the owner of the account, whoever recorded the transaction. What belongs to no part
    is a row with the part_id "". Lines of a split are an entry each. With `account_id` only that
    account is looked at, with `owner_id` only those of this member, with `parent_id` only that
    branch of the categories: its children, each with all below it, and what was booked on itself.
    """
    context.require(Permission.READ)
    apart = taken_apart(since, until, [by], account_id, owner_id, parent_id).subquery("apart")
    statement = select(apart).order_by(
        apart.c.currency,
        (func.abs(apart.c.income) + func.abs(apart.c.spending)).desc(),
        func.lower(apart.c.part_1),
        apart.c.id_1,
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, BREAKDOWN)


def taken_apart(
    since: date,
    until: date,
    by: Sequence[Dimension],
    account_id: UUID | None = None,
    owner_id: UUID | None = None,
    parent_id: UUID | None = None,
) -> Select[Any]:
    """Return the statement: id_1, part_1, id_2 … currency, income, spending, entries."""
    moved, kinds, keys = _moved(since, until, by), kinds_of_categories(), []
    tree = category_rows(parent_id)
    statement = (
        select()
        .join_from(moved, Account, Account.id == moved.c.account_id)
        .outerjoin(kinds, kinds.c.id == moved.c.category_id)
    )
    for number, dimension in enumerate(by, start=1):
        statement, part_id, name = _parts(statement, moved, dimension, tree)
        keys += [part_id.label(f"id_{number}"), name.label(f"part_{number}")]
    if account_id is not None:
        statement = statement.where(Account.id == account_id)
    if owner_id is not None:
        statement = statement.where(Account.owner_id == owner_id)
    if parent_id is not None:
        statement = statement.where(moved.c.category_id.in_(select(tree.c.id)))
    entries = func.sum(moved.c.entries)
    sums = {
        "income": amount(INCOME, moved, kinds),
        "spending": amount(EXPENSE, moved, kinds),
        "entries": cast(entries, BigInteger),
    }
    return (
        statement.add_columns(*keys, Account.currency)
        .add_columns(*(each.label(name) for name, each in sums.items()))
        .group_by(*keys, Account.currency)
        .having(entries > 0)
    )


def _moved(since: date, until: date, by: Sequence[Dimension]) -> Subquery:
    ask = flows_by_payee if Dimension.PAYEE in by else flows
    moved = ask(since, until)
    return flows_by_tag(moved, since, until) if Dimension.TAG in by else moved


def _parts(statement: Select[Any], moved: Subquery, dimension: Dimension, tree: CTE) -> Parts:
    """Return the statement with what the dimension needs, the id of a part and its name."""
    match dimension:
        case Dimension.MONTH:
            return statement, moved.c.month, func.to_char(moved.c.month, "YYYY-MM")
        case Dimension.CATEGORY:
            shown = aliased(Category)
            joined = statement.outerjoin(tree, tree.c.id == moved.c.category_id)
            joined = joined.outerjoin(shown, shown.id == tree.c.shown_id)
            return joined, shown.id, func.coalesce(shown.name, UNCATEGORISED)
        case Dimension.PAYEE:
            payee = moved.c.payee
            return statement, payee, func.coalesce(func.nullif(payee, ""), NO_PAYEE)
        case Dimension.TAG:
            joined = statement.outerjoin(Tag, Tag.id == moved.c.tag_id)
            return joined, Tag.id, func.coalesce(Tag.name, NO_TAG)
        case Dimension.ACCOUNT:
            return statement, Account.id, Account.name
        case Dimension.MEMBER:
            members = func.sec.members().table_valued("user_id", "name")
            joined = statement.outerjoin(members, members.c.user_id == Account.owner_id)
            return joined, Account.owner_id, func.coalesce(members.c.name, FORMER)
