"""Money flow: from where the money of a period came, and where it went, to the last cent."""

from datetime import date

import pandas as pd

from fintrack.analytics.cash_flow import INCOME
from fintrack.analytics.statements import income_statement
from fintrack.cache import kept
from fintrack.context import TenantContext
from fintrack.frames import Shape

MONEY_FLOW: Shape = {
    "side": "str",
    "kind": "str",
    "category_id": "str",
    "category": "str",
    "currency": "str",
    "amount": "int64",
}
IN, OUT = "IN", "OUT"
SAVINGS = "SAVINGS"
KEPT, DRAWN = "Kept", "From savings"


@kept
def money_flow(context: TenantContext, since: date, until: date) -> pd.DataFrame:
    """Return what flowed in, then what flowed out, by category, most first: `MONEY_FLOW`.

    Amounts are positive, and both sides of a currency add up to the same: what was kept is a row of
    the kind "SAVINGS" that flowed out, what was missing one that flowed in. A category of expenses
    that refunds more than it cost is on the side of what flowed in, and so the other way round.
    """
    statement = income_statement(context, since, until)
    signs = statement["kind"].map({INCOME: 1}).fillna(-1).astype("int64")
    moved = statement.assign(amount=statement["amount"] * signs)
    rows = pd.concat([moved, _rest(moved)], ignore_index=True)
    sides = rows["amount"].gt(0).map({True: IN, False: OUT})
    flow = rows.assign(side=sides, amount=rows["amount"].abs())
    ordered = flow.sort_values(
        ["currency", "side", "amount"], ascending=[True, True, False], kind="stable"
    )
    return ordered[list(MONEY_FLOW)].reset_index(drop=True).astype(MONEY_FLOW)


def _rest(moved: pd.DataFrame) -> pd.DataFrame:
    """Return the row of each currency that makes both its sides the same."""
    sums = moved.groupby("currency", as_index=False)["amount"].sum()
    rest: pd.DataFrame = sums[sums["amount"] != 0].assign(kind=SAVINGS, category_id="")
    names = rest["amount"].gt(0).map({True: KEPT, False: DRAWN})
    return rest.assign(category=names, amount=-rest["amount"])
