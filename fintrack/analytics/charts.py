"""Charts: frames become Plotly figures. The only place where money is a float.

A chart shows one currency of its frame. One colour has one meaning: inflow, outflow, and the accent
for what remains. Each point carries [key, label, amount] as `customdata`, so that a click on it
leads to the transactions behind it and a screen reader hears its figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_date, format_skeleton

from fintrack.analytics.axes import day_axis, money_marks, month_axis
from fintrack.analytics.periods import Period
from fintrack.money import decimal_amount, format_money, spoken_locale

MOST_BARS = 8
MOST_LETTERS = 20
HEIGHT = 320
NARROW = 290
LETTER = 7
SPOKEN_POINTS = 12
BEFORE = "Period before"


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
    return _area(rows["on"], rows["net"], style, "Net worth", "linear")


def balance_chart(frame: pd.DataFrame, style: Style) -> go.Figure:
    """Draw one account's balance, the columns `on` and `balance`, oldest first; keys are dates."""
    rows = _of_currency(frame, style)
    return _area(rows["on"], rows["balance"], style, "Balance", "hv")


def cash_flow_chart(frame: pd.DataFrame, style: Style, period: Period | None = None) -> go.Figure:
    """Draw `CASH_FLOW` as inflow up, outflow down and the line of what remained; keys are months.

    Months of the period in which nothing moved are drawn as nothing; without a period it lasts from
    the first month that moved to the last.
    """
    rows = _every_month(_of_currency(frame, style), period)
    months, palette = [day.date() for day in rows["month"]], style.palette
    inflow, outflow = rows["inflow"].tolist(), (-rows["outflow"]).tolist()
    net = (rows["inflow"] - rows["outflow"]).tolist()
    line = {"color": palette.accent, "width": 2.5}
    dot = {"color": palette.accent, "size": 7, "line": {"color": palette.surface, "width": 1.5}}
    income = _by_month(months, inflow, style, "Income")
    expenses = _by_month(months, outflow, style, "Expenses")
    remained = _by_month(months, net, style, "Net")
    figure = go.Figure()
    figure.add_bar(**income, marker_color=palette.inflow)
    figure.add_bar(**expenses, marker_color=palette.outflow)
    figure.add_scatter(**remained, mode="lines+markers", line=line, marker=dot)
    # Few months are thin bars, not blocks.
    gap = max(0.4, 1 - len(months) / 10)
    figure.update_layout(barmode="relative", bargap=gap, hovermode="x unified", height=HEIGHT)
    figure.update_xaxes(type="category", **month_axis(months, style.locale))
    _write_money_axis(figure, [*inflow, *outflow, *net], style)
    return polish(figure, palette)


def spending_chart(
    frame: pd.DataFrame, style: Style, previous: pd.DataFrame | None = None
) -> go.Figure:
    """Draw `SPENDING` as bars, most first, beside those of the `previous` period; keys are ids.

    What does not fit is one last bar without a key (None); uncategorised money has the key "".
    """
    return _categories(frame, style, style.palette.outflow, previous)


def income_chart(
    frame: pd.DataFrame, style: Style, previous: pd.DataFrame | None = None
) -> go.Figure:
    """Draw `SPENDING` rows of income, as `spending_chart` draws expenses."""
    return _categories(frame, style, style.palette.inflow, previous)


def top_payees_chart(frame: pd.DataFrame, style: Style) -> go.Figure:
    """Draw `TOP_PAYEES` as bars, most first; keys are payees as they are stored."""
    rows = _of_currency(frame, style)
    names = rows["payee"].mask(rows["payee"] == "", "No payee")
    table = _largest(rows["payee"], names, rows["amount"])
    figure = go.Figure(_row_bars(table, style, "Spent", style.palette.outflow))
    return _rows(figure, table, style)


def polish(figure: go.Figure, palette: Palette) -> go.Figure:
    """Give the figure the look that all share, and return it."""
    letters = {"family": "Inter, sans-serif", "size": 12}
    figure.update_layout(
        template="none",
        colorway=list(palette.series),
        font={**letters, "color": palette.muted},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 8, "r": 16, "t": 8, "b": 8},
        hoverlabel={
            "bgcolor": palette.surface,
            "bordercolor": palette.grid,
            "font": {**letters, "color": palette.text},
        },
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        dragmode=False,
        barcornerradius=4,
    )
    axis = {"automargin": True, "fixedrange": True, "ticks": "", "ticklabelstandoff": 6}
    figure.update_xaxes(showgrid=False, zeroline=False, ticklabeloverflow="allow", **axis)
    figure.update_yaxes(gridcolor=palette.grid, zerolinecolor=palette.grid, **axis)
    return figure


def alt_text(title: str, figure: go.Figure) -> str:
    """Return the chart in words: its title and the figures of its first points, by series."""
    series = [
        f"{trace.name}: "
        + ", ".join(f"{label} {amount}" for _, label, amount in trace.customdata[:SPOKEN_POINTS])
        for trace in figure.data
        if trace.customdata
    ]
    return f"{title}. " + ("; ".join(series) or "Nothing to show") + "."


def plain(text: str) -> str:
    """Return the text without the signs that Plotly would read as markup."""
    return text.replace("<", "(").replace(">", ")")


def _of_currency(frame: pd.DataFrame, style: Style) -> pd.DataFrame:
    return frame[frame["currency"] == style.currency].reset_index(drop=True)


def _floats(amounts: Sequence[int], style: Style) -> list[float]:
    return [float(decimal_amount(int(amount), style.currency)) for amount in amounts]


def _written(amounts: Sequence[int], style: Style) -> list[str]:
    return [format_money(int(amount), style.currency, style.locale) for amount in amounts]


def _points(
    keys: Sequence[str | None], labels: Sequence[str], amounts: Sequence[int], style: Style
) -> list[list[str | None]]:
    written = _written(amounts, style)
    return [list(point) for point in zip(keys, map(plain, labels), written, strict=True)]


def _area(
    days: "pd.Series[pd.Timestamp]", amounts: "pd.Series[int]", style: Style, name: str, shape: str
) -> go.Figure:
    dates, accent = [day.date() for day in days], style.palette.accent
    keys = [day.isoformat() for day in dates]
    labels = [format_date(day, "medium", spoken_locale(style.locale)) for day in dates]
    figure = go.Figure()
    figure.add_scatter(
        x=keys,
        y=_floats(amounts.tolist(), style),
        name=name,
        mode="lines+markers" if len(keys) > 1 else "markers",
        # Nobody sees the points of a line, but only points can be clicked.
        marker={"size": 10, "opacity": 0 if len(keys) > 1 else 1},
        line={"color": accent, "width": 2.5, "shape": shape},
        fill="tozeroy",
        cliponaxis=False,
        fillcolor=_faint(accent, 0.14),
        customdata=_points(keys, labels, amounts.tolist(), style),
        hovertemplate="%{customdata[1]}  <b>%{customdata[2]}</b><extra></extra>",
    )
    figure.update_layout(hovermode="x", showlegend=False, height=HEIGHT)
    figure.update_xaxes(type="date", **day_axis(dates, style.locale))
    _write_money_axis(figure, amounts.tolist(), style)
    return polish(figure, style.palette)


def _faint(colour: str, share: float) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


def _every_month(rows: pd.DataFrame, period: Period | None) -> pd.DataFrame:
    if rows.empty:
        return rows
    first, last = rows["month"].min(), rows["month"].max()
    if period is not None:
        first, last = period.since.replace(day=1), period.last_day
    months = pd.date_range(first, last, freq="MS")
    filled = rows.set_index("month")[["inflow", "outflow"]].reindex(months, fill_value=0)
    return filled.rename_axis("month").reset_index()


def _by_month(months: list[date], amounts: list[int], style: Style, name: str) -> dict[str, object]:
    keys = [month.isoformat() for month in months]
    labels = [
        format_skeleton("yMMMM", month, locale=spoken_locale(style.locale)) for month in months
    ]
    return {
        "x": keys,
        "y": _floats(amounts, style),
        "name": name,
        "customdata": _points(keys, labels, amounts, style),
        "hovertemplate": "%{customdata[2]}",
    }


def _categories(
    frame: pd.DataFrame, style: Style, colour: str, previous: pd.DataFrame | None
) -> go.Figure:
    rows = _of_currency(frame, style)
    figure = go.Figure()
    if previous is None:
        table = _largest(rows["category_id"], rows["category"], rows["amount"])
    else:
        table = _compared(rows, _of_currency(previous, style))
        faint = _faint(style.palette.muted, 0.45)
        figure.add_trace(_row_bars(table.assign(amount=table["before"]), style, BEFORE, faint))
    figure.add_trace(_row_bars(table, style, "This period", colour))
    return _rows(figure, table, style)


def _compared(rows: pd.DataFrame, previous: pd.DataFrame) -> pd.DataFrame:
    """Return the largest of either period, with what each was in the period before."""
    both = pd.concat([rows.assign(before=0), previous.assign(before=previous["amount"], amount=0)])
    sums = both.groupby("category_id", sort=False, as_index=False).agg(
        category=("category", "first"), amount=("amount", "sum"), before=("before", "sum")
    )
    return _largest(sums["category_id"], sums["category"], sums["amount"], sums["before"])


def _largest(
    keys: "pd.Series[str]", labels: "pd.Series[str]", *amounts: "pd.Series[int]"
) -> pd.DataFrame:
    """Return key, label and amounts of the largest, the rest added up in one without a key."""
    figures = dict(zip(("amount", "before"), amounts, strict=False))
    table = pd.DataFrame({"key": keys.astype(object), "label": labels, **figures})
    table = table.sort_values(list(figures), ascending=False, kind="stable", ignore_index=True)
    if len(table) <= MOST_BARS:
        return table
    rest = table.iloc[MOST_BARS - 1 :]
    others = {"key": None, "label": f"{len(rest)} others", **rest[list(figures)].sum()}
    last = pd.DataFrame([others]).astype({"key": object})
    return pd.concat([table.head(MOST_BARS - 1), last], ignore_index=True)


def _row_bars(table: pd.DataFrame, style: Style, name: str, colour: str) -> go.Bar:
    amounts = table["amount"].tolist()
    return go.Bar(
        x=_floats(amounts, style),
        y=list(range(len(table))),
        orientation="h",
        name=name,
        marker={"color": colour},
        text=_written(amounts, style),
        textposition="outside",
        textfont={"color": style.palette.text},
        cliponaxis=False,
        customdata=_points(table["key"].tolist(), table["label"].tolist(), amounts, style),
        hovertemplate="%{customdata[1]}  <b>%{customdata[2]}</b><extra></extra>",
    )


def _rows(figure: go.Figure, table: pd.DataFrame, style: Style) -> go.Figure:
    """Finish a chart of horizontal bars: names at the left, room for the figures at the right."""
    ends = [0.0, *(end for trace in figure.data for end in trace.x)]
    low, high = min(ends), max(ends)
    room = (high - low or 1.0) * _share_of_figures(figure, table)
    figure.update_xaxes(range=[low - room * (low < 0), high + room], showticklabels=False)
    names = [plain(_shortened(label)) for label in table["label"]]
    figure.update_yaxes(tickvals=list(range(len(names))), ticktext=names, autorange="reversed")
    series = len(figure.data)
    height = max(1, len(names)) * (16 + 16 * series) + 40
    figure.update_layout(height=height, bargap=0.35, showlegend=series > 1, hovermode="closest")
    polish(figure, style.palette).update_yaxes(showgrid=False, zeroline=False)
    return figure.update_layout(legend_traceorder="reversed")


def _share_of_figures(figure: go.Figure, table: pd.DataFrame) -> float:
    """Return the room of the longest figure in a narrow card, as a share of the longest bar."""
    figures = max([len(text) for trace in figure.data for text in trace.text], default=0) * LETTER
    names = min(max(map(len, table["label"]), default=0), MOST_LETTERS) * LETTER
    return figures / max(figures, NARROW - names - figures)


def _shortened(label: str) -> str:
    return label if len(label) <= MOST_LETTERS else label[: MOST_LETTERS - 1].rstrip() + "…"


def _write_money_axis(figure: go.Figure, amounts: Sequence[int], style: Style) -> None:
    """Put round amounts, written as everywhere else, beside the chart."""
    marks = money_marks(amounts, style.currency, style.locale)
    places = _floats(list(marks), style)
    # Lines at the very edge would not be drawn.
    edge = (places[-1] - places[0] or 1.0) / 200
    ends = [places[0] - edge, max(places[-1], places[0] + edge) + edge]
    figure.update_yaxes(tickvals=places, ticktext=list(marks.values()), range=ends)
