"""Charts: frames become Plotly figures. The only place where money is a float.

A chart shows one currency of its frame. One colour has one meaning: inflow, outflow, and the accent
for what remains. Each point carries [key, label, amount] as `customdata`, so that a click on it
leads to the transactions behind it and a screen reader hears its figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_date

from fintrack.money import decimal_amount, format_money, short_money

MOST_BARS = 8
MOST_MONTH_NAMES = 7
MOST_LETTERS = 24
STEPS = 4
MONTH = "MMM"
SPOKEN_POINTS = 12


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, each with its one meaning; `series` is for parts of a whole."""

    text: str
    muted: str
    grid: str
    surface: str
    inflow: str
    outflow: str
    accent: str
    series: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """How the figures of a chart are written and coloured."""

    currency: str
    locale: str
    palette: Palette


def net_worth_chart(frame: pd.DataFrame, style: Style) -> go.Figure:
    """Draw `NET_WORTH` as an area of what is owned less what is owed; keys are dates."""
    rows = _of_currency(frame, style)
    return _area(rows["on"], rows["net"], style, "Net worth")


def balance_chart(frame: pd.DataFrame, style: Style) -> go.Figure:
    """Draw one account's balance, the columns `on` and `balance`; keys are dates."""
    rows = _of_currency(frame, style)
    return _area(rows["on"], rows["balance"], style, "Balance", shape="hv")


def cash_flow_chart(frame: pd.DataFrame, style: Style) -> go.Figure:
    """Draw `CASH_FLOW` as inflow up, outflow down and the line of what remained; keys are months.

    Months between the first and the last in which nothing moved are drawn as nothing.
    """
    rows = _every_month(_of_currency(frame, style))
    months = [day.date() for day in rows["month"]]
    inflow, outflow = rows["inflow"].tolist(), rows["outflow"].tolist()
    net = [came - went for came, went in zip(inflow, outflow, strict=True)]
    palette = style.palette
    figure = go.Figure(
        [
            _month_bars(months, inflow, style, "Income", palette.inflow),
            _month_bars(
                months, [-amount for amount in outflow], style, "Expenses", palette.outflow
            ),
            _month_line(months, net, style),
        ]
    )
    figure.update_layout(barmode="relative", bargap=0.4, hovermode="x unified")
    figure.update_xaxes(type="category", **_month_names(months, style.locale))
    _write_money_axis(figure, [*inflow, *(-amount for amount in outflow), *net], style)
    return polish(figure, palette)


def spending_chart(
    frame: pd.DataFrame, style: Style, previous: pd.DataFrame | None = None
) -> go.Figure:
    """Draw `SPENDING` as bars, most first, beside those of the `previous` period; keys are ids.

    What does not fit is one last bar without a key (None); uncategorised money has the key "".
    """
    rows = _largest(_of_currency(frame, style), "category_id", "category")
    before = None if previous is None else _of_currency(previous, style)
    return _bars(rows, style, before)


def income_chart(
    frame: pd.DataFrame, style: Style, previous: pd.DataFrame | None = None
) -> go.Figure:
    """Draw income by category as `spending_chart` draws spending."""
    figure = spending_chart(frame, style, previous)
    return figure.update_traces(marker_color=style.palette.inflow, selector={"name": "This period"})


def top_payees_chart(frame: pd.DataFrame, style: Style) -> go.Figure:
    """Draw `TOP_PAYEES` as bars, most first; keys are payees as they are stored."""
    rows = _of_currency(frame, style).assign(label=lambda table: table["payee"])
    rows["label"] = rows["label"].mask(rows["label"] == "", "No payee")
    return _bars(_largest(rows, "payee", "label"), style)


def comparison_chart(
    frame: pd.DataFrame, style: Style, names: tuple[str, str] = ("Previous", "Current")
) -> go.Figure:
    """Draw the first two rows of `CASH_FLOW`, a period and the one before, side by side."""
    rows = _of_currency(frame, style).head(2)
    figure = go.Figure()
    for column, name, colour in (
        ("inflow", "Income", style.palette.inflow),
        ("outflow", "Expenses", style.palette.outflow),
    ):
        amounts = rows[column].tolist()
        labels = list(names[: len(amounts)])
        figure.add_bar(
            x=labels, y=_floats(amounts, style), name=name, marker_color=colour,
            **_spoken(labels, labels, amounts, style),
        )  # fmt: skip
    figure.update_layout(barmode="group", bargap=0.4)
    _write_money_axis(figure, [*rows["inflow"], *rows["outflow"]], style)
    return polish(figure, style.palette)


def polish(figure: go.Figure, palette: Palette) -> go.Figure:
    """Give the figure the look that all share, and return it."""
    figure.update_layout(
        template="none",
        colorway=list(palette.series),
        font={"family": "Inter, sans-serif", "size": 12, "color": palette.muted},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        hoverlabel={
            "bgcolor": palette.surface,
            "bordercolor": palette.grid,
            "font": {"family": "Inter, sans-serif", "size": 12, "color": palette.text},
        },
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "title": None},
        dragmode=False,
        barcornerradius=4,
    )
    axis = {"automargin": True, "fixedrange": True, "linecolor": palette.grid, "ticks": ""}
    figure.update_xaxes(showgrid=False, zeroline=False, **axis)
    figure.update_yaxes(gridcolor=palette.grid, zerolinecolor=palette.grid, **axis)
    return figure


def alt_text(title: str, figure: go.Figure) -> str:
    """Return the chart in words: its title and the figures of its first points, by series."""
    series = [
        f"{trace.name or title}: "
        + ", ".join(f"{label} {amount}" for _, label, amount in trace.customdata[:SPOKEN_POINTS])
        for trace in figure.data
        if trace.customdata is not None and len(trace.customdata)
    ]
    return f"{title}. " + ("; ".join(series) + "." if series else "Nothing to show.")


def plain(text: str) -> str:
    """Return the text without the signs that Plotly would read as markup."""
    return text.translate(str.maketrans("<>&", "‹›+"))


def _of_currency(frame: pd.DataFrame, style: Style) -> pd.DataFrame:
    return frame[frame["currency"] == style.currency].reset_index(drop=True)


def _floats(amounts: Sequence[int], style: Style) -> list[float]:
    return [float(decimal_amount(int(amount), style.currency)) for amount in amounts]


def _spoken(
    keys: Sequence[str | None], labels: Sequence[str], amounts: Sequence[int], style: Style
) -> dict[str, object]:
    shown = [format_money(int(amount), style.currency, style.locale) for amount in amounts]
    points = [list(point) for point in zip(keys, map(plain, labels), shown, strict=True)]
    return {"customdata": points, "hovertemplate": "%{customdata[1]}  <b>%{customdata[2]}</b>"}


def _area(
    days: "pd.Series[pd.Timestamp]",
    amounts: "pd.Series[int]",
    style: Style,
    name: str,
    shape: str = "linear",
) -> go.Figure:
    keys = [day.date().isoformat() for day in days]
    labels = [format_date(day.date(), "medium", style.locale) for day in days]
    accent = style.palette.accent
    figure = go.Figure(
        go.Scatter(
            x=keys,
            y=_floats(amounts.tolist(), style),
            name=name,
            mode="lines" if len(keys) > 1 else "markers",
            line={"color": accent, "width": 2.5, "shape": shape},
            fill="tozeroy",
            fillcolor=_faint(accent),
            **_spoken(keys, labels, amounts.tolist(), style),
        )
    )
    figure.update_layout(hovermode="x", showlegend=False)
    figure.update_xaxes(type="date", **_day_names(keys, style.locale))
    _write_money_axis(figure, amounts.tolist(), style)
    return polish(figure, style.palette).update_traces(hovertemplate=_hover(name))


def _hover(name: str) -> str:
    return f"%{{customdata[1]}}  <b>%{{customdata[2]}}</b><extra>{name}</extra>"


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.14)"


def _every_month(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return rows
    months = pd.date_range(rows["month"].min(), rows["month"].max(), freq="MS", unit="s")
    filled = rows.set_index("month")[["inflow", "outflow"]].reindex(months, fill_value=0)
    return filled.rename_axis("month").reset_index()


def _month_bars(
    months: list[date], amounts: list[int], style: Style, name: str, colour: str
) -> go.Bar:
    keys = [month.isoformat() for month in months]
    spoken = _spoken(keys, _long_months(months, style.locale), amounts, style)
    hover = {"hovertemplate": "%{customdata[2]}<extra>" + name + "</extra>"}
    return go.Bar(
        x=keys, y=_floats(amounts, style), name=name, marker={"color": colour}, **spoken | hover
    )


def _month_line(months: list[date], amounts: list[int], style: Style) -> go.Scatter:
    keys = [month.isoformat() for month in months]
    spoken = _spoken(keys, _long_months(months, style.locale), amounts, style)
    hover = {"hovertemplate": "%{customdata[2]}<extra>Net</extra>"}
    accent = style.palette.accent
    return go.Scatter(
        x=keys,
        y=_floats(amounts, style),
        name="Net",
        mode="lines+markers",
        line={"color": accent, "width": 2.5},
        marker={"color": accent, "size": 7, "line": {"color": style.palette.surface, "width": 1.5}},
        **spoken | hover,
    )


def _long_months(months: list[date], locale: str) -> list[str]:
    return [format_date(month, "LLLL y", locale) for month in months]


def _month_names(months: list[date], locale: str) -> dict[str, object]:
    """Return as many names as fit beneath a phone's chart; January says its year."""
    stride = max(1, -(-len(months) // MOST_MONTH_NAMES))
    shown = months[::-1][::stride][::-1]
    names = []
    for month, before in zip(shown, [None, *shown], strict=False):
        is_new_year = before is None or before.year != month.year
        names.append(
            format_date(month, "LLL", locale) + (f"<br>{month.year}" if is_new_year else "")
        )
    return {"tickvals": [month.isoformat() for month in shown], "ticktext": names, "tickangle": 0}


def _day_names(keys: list[str], locale: str) -> dict[str, object]:
    days = [date.fromisoformat(key) for key in keys]
    stride = max(1, -(-len(days) // (MOST_MONTH_NAMES - 2)))
    shown = days[::-1][::stride][::-1]
    is_long = bool(days) and (days[-1] - days[0]).days > 366  # noqa: PLR2004 - a year
    form = "LLL y" if is_long else "d MMM"
    names = [format_date(day, form, locale) for day in shown]
    return {"tickvals": [day.isoformat() for day in shown], "ticktext": names, "tickangle": 0}


def _largest(rows: pd.DataFrame, key: str, label: str) -> pd.DataFrame:
    """Return key, label and amount of the largest rows, the rest added up in one without a key."""
    table = rows.rename(columns={key: "key", label: "label"})[["key", "label", "amount"]]
    table = table.sort_values("amount", ascending=False, kind="stable")
    if len(table) <= MOST_BARS:
        return table.astype({"key": object})
    top, rest = table.head(MOST_BARS - 1), table.iloc[MOST_BARS - 1 :]
    last = {"key": [None], "label": [f"{len(rest)} others"], "amount": [rest["amount"].sum()]}
    return pd.concat([top.astype({"key": object}), pd.DataFrame(last)], ignore_index=True)


def _bars(rows: pd.DataFrame, style: Style, previous: pd.DataFrame | None = None) -> go.Figure:
    keys, labels = rows["key"].tolist(), rows["label"].tolist()
    amounts = rows["amount"].tolist()
    figure = go.Figure()
    if previous is not None:
        earlier = dict(zip(previous["category_id"], previous["amount"], strict=True))
        before = [int(earlier.get(key, 0)) if key is not None else 0 for key in keys]
        figure.add_trace(_row_bars(keys, labels, before, style, "Previous", style.palette.grid))
    colour = style.palette.outflow
    figure.add_trace(_row_bars(keys, labels, amounts, style, "This period", colour))
    _leave_room(figure, style)
    rows_tall = 30 if previous is None else 44
    figure.update_layout(
        height=max(1, len(keys)) * rows_tall + 40,
        bargap=0.35,
        showlegend=previous is not None,
        hovermode="closest",
    )
    figure.update_yaxes(
        tickvals=list(range(len(keys))),
        ticktext=[plain(_shortened(label)) for label in labels],
        autorange="reversed",
    )
    figure = polish(figure, style.palette).update_yaxes(showgrid=False, zeroline=False)
    return figure.update_legends(traceorder="reversed")


def _row_bars(
    keys: list[str | None], labels: list[str], amounts: list[int], style: Style,
    name: str, colour: str,
) -> go.Bar:  # fmt: skip
    spoken = _spoken(keys, labels, amounts, style)
    return go.Bar(
        x=_floats(amounts, style),
        y=list(range(len(keys))),
        orientation="h",
        name=name,
        marker={"color": colour},
        text=[format_money(int(amount), style.currency, style.locale) for amount in amounts],
        textposition="outside",
        textfont={"color": style.palette.text},
        cliponaxis=False,
        **spoken | {"hovertemplate": _hover(name)},
    )


def _leave_room(figure: go.Figure, style: Style) -> None:
    """Widen the axis so that the figure behind the longest bar stays inside the chart."""
    ends = [value for trace in figure.data for value in trace.x]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    room = (high - low or 1.0) * 0.35
    figure.update_xaxes(range=[low - (room if low else 0.0), high + room], showticklabels=False)
    figure.update_layout(meta={"currency": style.currency})


def _shortened(label: str) -> str:
    return label if len(label) <= MOST_LETTERS else label[: MOST_LETTERS - 1].rstrip() + "…"


def _write_money_axis(figure: go.Figure, amounts: Sequence[int], style: Style) -> None:
    """Put round amounts, written as everywhere else, beside the chart."""
    low, high = min([0, *amounts]), max([0, *amounts])
    step = _round_step(int(high - low))
    marks = list(range(int(low // step) * step, int(-(-high // step)) * step + 1, step))
    figure.update_yaxes(
        tickvals=_floats(marks, style),
        ticktext=[short_money(mark, style.currency, style.locale) for mark in marks],
        range=[_floats(marks, style)[0], _floats(marks, style)[-1]] if len(marks) > 1 else None,
    )


def _round_step(span: int) -> int:
    """Return the smallest of 1, 2, 5, 10, 20 … that needs no more than a few steps."""
    return next(
        step
        for power in count()
        for step in (10**power, 2 * 10**power, 5 * 10**power)
        if span <= step * STEPS
    )
