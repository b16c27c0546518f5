"""The charts of Home, Accounts and the overview, one currency of a frame at a time.

One colour has one meaning: inflow, outflow, and the accent for what remains.
"""

from uuid import UUID

import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_date

from fintrack.analytics.axes import day_axis, month_axis
from fintrack.analytics.charts.drawing import (
    HEIGHT,
    HOVER,
    Bars,
    Style,
    category_colours,
    chart,
    faint,
    floats,
    largest,
    money_axis,
    monthly,
    of_currency,
    points,
    row_chart,
)
from fintrack.analytics.periods import Period
from fintrack.money import spoken_locale

BEFORE = "Period before"


def net_worth_chart(frame: pd.DataFrame, style: Style) -> go.Figure:
    """Draw `NET_WORTH` as an area of what is owned less what is owed; keys are dates."""
    rows = of_currency(frame, style)
    return _area(rows["on"], rows["net"], style, "Net worth", "linear")


def balance_chart(frame: pd.DataFrame, style: Style) -> go.Figure:
    """Draw one account's balance, the columns `on` and `balance`, oldest first; keys are dates."""
    rows = of_currency(frame, style)
    return _area(rows["on"], rows["balance"], style, "Balance", "hv")


def cash_flow_chart(frame: pd.DataFrame, style: Style, period: Period | None = None) -> go.Figure:
    """Draw `CASH_FLOW` as inflow up, outflow down and the line of what remained; keys are months.

    Months of the period in which nothing moved are drawn as nothing; without a period it lasts from
    the first month that moved to the last.
    """
    rows = _every_month(of_currency(frame, style), period)
    months, palette = [day.date() for day in rows["month"]], style.palette
    inflow, outflow = rows["inflow"].tolist(), (-rows["outflow"]).tolist()
    net = (rows["inflow"] - rows["outflow"]).tolist()
    line = {"color": palette.accent, "width": 2.5}
    dot = {"color": palette.accent, "size": 7, "line": {"color": palette.surface, "width": 1.5}}
    income = monthly(months, inflow, style, "Income")
    expenses = monthly(months, outflow, style, "Expenses")
    remained = monthly(months, net, style, "Net")
    traces = [
        {"type": "bar", **income, "marker": {"color": palette.inflow}},
        {"type": "bar", **expenses, "marker": {"color": palette.outflow}},
        {"type": "scatter", **remained, "mode": "lines+markers", "line": line, "marker": dot},
    ]
    return chart(
        traces,
        style,
        {"type": "category", **month_axis(months, style.locale)},
        money_axis([*inflow, *outflow, *net], style),
        barmode="relative",
        # Few months are thin bars, not blocks.
        bargap=max(0.4, 1 - len(months) / 10),
        hovermode="x unified",
        height=HEIGHT,
    )


def spending_chart(
    frame: pd.DataFrame,
    style: Style,
    previous: pd.DataFrame | None = None,
    top_id: UUID | None = None,
) -> go.Figure:
    """Draw `SPENDING` as bars, most first, beside those of the `previous` period; keys are ids.

    What does not fit is one last bar without a key (None); uncategorised money has the key "".
    Each category has its own colour, and what lies below `top_id` that of this one.
    """
    rows = of_currency(frame, style)
    if previous is None:
        table = largest(rows, key="category_id", label="category", amount="amount")
        return row_chart(table, style, _this_period(table, style, top_id))
    table = _compared(rows, of_currency(previous, style))
    past = Bars("before", BEFORE, faint(style.palette.muted, 0.45))
    return row_chart(table, style, past, _this_period(table, style, top_id))


def breakdown_chart(frame: pd.DataFrame, style: Style) -> go.Figure:
    """Draw `BREAKDOWN` as bars of spending and, where there is any, income; keys are part_ids.

    What moved most comes first, whichever way. Where the style has places, the parts are
    categories, and a dot of their colour stands before each.
    """
    rows, palette = of_currency(frame, style), style.palette
    moved = rows.assign(moved=rows["income"].abs() + rows["spending"].abs())
    columns = {"amount": "spending", "before": "income"}
    table = largest(moved, key="part_id", label="part", size="moved", **columns)
    income, spent = (
        Bars("before", "Income", palette.inflow),
        Bars("amount", "Expenses", palette.outflow),
    )
    dots = category_colours(table["key"].tolist(), style) if style.places else ()
    shown = [income, spent] if table["before"].any() else [spent]
    return row_chart(table, style, *shown, dots=dots)


def top_payees_chart(frame: pd.DataFrame, style: Style) -> go.Figure:
    """Draw `TOP_PAYEES` as bars, most first; keys are payees as they are stored."""
    rows = of_currency(frame, style)
    named = rows.assign(name=rows["payee"].mask(rows["payee"] == "", "No payee"))
    table = largest(named, key="payee", label="name", amount="amount")
    return row_chart(table, style, Bars("amount", "Spent", style.palette.outflow))


def _area(
    days: "pd.Series[pd.Timestamp]", amounts: "pd.Series[int]", style: Style, name: str, shape: str
) -> go.Figure:
    dates, accent = [day.date() for day in days], style.palette.accent
    keys = [day.isoformat() for day in dates]
    labels = [format_date(day, "medium", spoken_locale(style.locale)) for day in dates]
    line = {
        "type": "scatter",
        "x": keys,
        "y": floats(amounts.tolist(), style),
        "name": name,
        "mode": "lines+markers" if len(keys) > 1 else "markers",
        # Nobody sees the points of a line, but only points can be clicked.
        "marker": {"size": 10, "opacity": 0 if len(keys) > 1 else 1},
        "line": {"color": accent, "width": 2.5, "shape": shape},
        "fill": "tozeroy",
        "cliponaxis": False,
        "fillcolor": faint(accent, 0.14),
        "customdata": points(keys, labels, amounts.tolist(), style),
        "hovertemplate": HOVER,
    }
    return chart(
        [line],
        style,
        {"type": "date", **day_axis(dates, style.locale)},
        money_axis(amounts.tolist(), style),
        hovermode="x",
        showlegend=False,
        height=HEIGHT,
    )


def _every_month(rows: pd.DataFrame, period: Period | None) -> pd.DataFrame:
    if rows.empty:
        return rows
    first, last = rows["month"].min(), rows["month"].max()
    if period is not None:
        first, last = period.since.replace(day=1), period.last_day
    months = pd.date_range(first, last, freq="MS")
    filled = rows.set_index("month")[["inflow", "outflow"]].reindex(months, fill_value=0)
    return filled.rename_axis("month").reset_index()


def _this_period(table: pd.DataFrame, style: Style, top_id: UUID | None) -> Bars:
    keys = table["key"].tolist()
    tops = keys if top_id is None else [key and str(top_id) for key in keys]
    return Bars("amount", "This period", category_colours(tops, style))


def _compared(rows: pd.DataFrame, previous: pd.DataFrame) -> pd.DataFrame:
    """Return the largest of either period, with what each was in the period before."""
    now, before = (
        dict(zip(each["category_id"], each["amount"], strict=True)) for each in (rows, previous)
    )
    names = {
        key: name
        for each in (rows, previous)
        for key, name in zip(each["category_id"], each["category"], strict=True)
    }
    sums = pd.DataFrame(
        {
            "category_id": list(names),
            "category": list(names.values()),
            "amount": [int(now.get(key, 0)) for key in names],
            "before": [int(before.get(key, 0)) for key in names],
        }
    )
    return largest(sums, key="category_id", label="category", amount="amount", before="before")
