"""Places: where each category at the top of the tree stands, from which it has its colour."""

from collections.abc import Mapping

from sqlalchemy import BigInteger, ScalarSelect, Text, case, cast, func, select

from fintrack.analytics.cash_flow import INCOME
from fintrack.cache import built_once, kept
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.schema import Category

Places = Mapping[str, int]
"""The top categories by id: expenses are numbered from 0 upwards, income from -1 downwards."""


@kept
def category_places(context: TenantContext) -> Places:
    """Return where each top category stands, by the age of its id.

    No period or filter moves it, and a new category moves no older one.
    """
    context.require(Permission.READ)
    with tenant_transaction(context) as db:
        return db.scalar(select(places())) or {}


@built_once
def places() -> ScalarSelect[dict[str, int] | None]:
    """Return `Places` as one value of a statement; null without categories."""
    number = func.row_number().over(partition_by=Category.kind, order_by=Category.id)
    # As PostgreSQL's JSON has whole numbers, and from the end of the colours upwards.
    place = cast(case((Category.kind == INCOME, -number), else_=number - 1), BigInteger)
    tops = (
        select(cast(Category.id, Text).label("id"), place.label("place"))
        .where(Category.parent_id.is_(None))
        .subquery("tops")
    )
    return select(func.jsonb_object_agg(tops.c.id, tops.c.place)).scalar_subquery()
