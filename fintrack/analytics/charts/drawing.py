"""Drawing: what all charts share, from the palette to the words of a screen reader.

The only place where money is a float. Each point carries [key, label, amount] as `customdata`, so
that a click on it leads to the transactions behind it and a screen reader hears its figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio
from babel.dates import format_skeleton

from fintrack.analytics.axes import money_marks
from fintrack.analytics.places import Places
from fintrack.money import decimal_amount, exponent, format_money, short_money, spoken_locale

MOST_BARS = 8
MOST_LETTERS = 24
HEIGHT = 320
NARROW = 290
LETTER = 7
SPOKEN_POINTS = 12
HOVER = "%{customdata[1]}  <b>%{customdata[2]}</b><extra></extra>"
AXIS = {"automargin": True, "fixedrange": True, "ticks": "", "ticklabelstandoff": 6}
DOWNWARDS = {"autorange": "reversed", "showgrid": False, "zeroline": False}
NO_TEMPLATE = pio.templates["none"].to_plotly_json()
LEGEND = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}

# Plotly checks each property of a figure, which takes four times as long as building it. The tests
# let it; a page has no property that they have not seen.
CHECKS = {"_validate": False}

Part = Mapping[str, object]
"""A trace or an axis as Plotly's JSON has it."""

Point = Sequence[str | None]
"""Key, label and amount of what can be clicked and heard."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, each with its one meaning; `categories` have one by place."""

    text: str
    muted: str
    grid: str
    surface: str
    inflow: str
    outflow: str
    accent: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """How the figures of a chart are written and coloured; `places` are those of categories."""

    currency: str
    locale: str
    palette: Palette
    places: Places | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """A series of horizontal bars: a column of the table that `row_chart` draws.

    All have one colour, or each its own.
    """

    column: str
    name: str
    colour: str | Sequence[str]


class Chart(go.Figure):  # type: ignore[misc]  # Plotly has no types.
    """A figure that is sent as it is.

    Plotly copies each one, and looks in it for arrays, before it is written as JSON; that takes as
    long as drawing it, and ours hold lists alone.
    """

    def to_dict(self) -> dict[str, object]:
        """Return traces and layout as the figure itself holds them: not to be changed."""
        return {"data": self._data, "layout": self._layout}


def chart(traces: Sequence[Part], style: Style, x: Part, y: Part, **layout: object) -> go.Figure:
    """Return a figure of the traces with the look that all share, between the axes `x` and `y`."""
    palette = style.palette
    letters = {"family": "Inter, sans-serif", "size": 12}
    look = {
        "template": NO_TEMPLATE,
        "colorway": list(palette.categories),
        "font": {**letters, "color": palette.muted},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "hoverlabel": {
            "bgcolor": palette.surface,
            "bordercolor": palette.grid,
            "font": {**letters, "color": palette.text},
        },
        "legend": LEGEND,
        "dragmode": False,
        "barcornerradius": 4,
        "xaxis": {**AXIS, "showgrid": False, "zeroline": False, "ticklabeloverflow": "allow", **x},
        "yaxis": {**AXIS, "gridcolor": palette.grid, "zerolinecolor": palette.grid, **y},
    }
    return Chart({"data": traces, "layout": {**look, **layout}}, **CHECKS)


def alt_text(title: str, figure: go.Figure) -> str:
    """Return the chart in words: its title and the figures of some points, by series.

    Of days or months they lie evenly from the first to the last; of all else they are the first.
    """
    spoken = _evenly if figure.layout.xaxis.type else _first
    series = [
        f"{trace.name}: " + ", ".join(f"{label} {amount}" for _, label, amount in points)
        for trace in figure.data
        if (points := spoken(trace.customdata or ()))
    ]
    return f"{title}. " + ("; ".join(series) or "Nothing to show") + "."


def _first(told: Sequence[Point]) -> Sequence[Point]:
    return told[:SPOKEN_POINTS]


def _evenly(told: Sequence[Point]) -> Sequence[Point]:
    if len(told) <= SPOKEN_POINTS:
        return told
    last = len(told) - 1
    return [told[last * step // (SPOKEN_POINTS - 1)] for step in range(SPOKEN_POINTS)]


def plain(text: str) -> str:
    """Return the text without the signs that Plotly would read as markup."""
    return text.replace("<", "(").replace(">", ")")


def of_currency(frame: pd.DataFrame, style: Style) -> pd.DataFrame:
    """Return the rows of the currency that the chart shows."""
    return frame[frame["currency"] == style.currency].reset_index(drop=True)


def floats(amounts: Sequence[int], style: Style) -> list[float]:
    """Return the amounts in major units, as only a chart takes them."""
    return [float(decimal_amount(int(amount), style.currency)) for amount in amounts]


def written(amounts: Sequence[int], style: Style) -> list[str]:
    """Return the amounts as every screen writes them."""
    return [format_money(int(amount), style.currency, style.locale) for amount in amounts]


def rough_money(amount: int, style: Style) -> str:
    """Return the amount in whole units, as short as an axis has it: €17.7K."""
    unit = int(10 ** exponent(style.currency))
    return short_money(round(amount / unit) * unit, style.currency, style.locale)


def points(
    keys: Sequence[str | None], labels: Sequence[str], amounts: Sequence[int], style: Style
) -> list[list[str | None]]:
    """Return the points as `customdata`: key, label, amount."""
    figures = written(amounts, style)
    return [list(point) for point in zip(keys, map(plain, labels), figures, strict=True)]


def monthly(months: list[date], amounts: list[int], style: Style, name: str) -> dict[str, object]:
    """Return the figures of a trace of months; their first days are the keys."""
    days = [month.isoformat() for month in months]
    labels = [month_text(month, style) for month in months]
    return {
        "x": days,
        "y": floats(amounts, style),
        "name": name,
        "customdata": points(days, labels, amounts, style),
        "hovertemplate": "%{customdata[2]}",
    }


def month_text(month: date, style: Style) -> str:
    """Return the month in words: March 2026."""
    return format_skeleton("yMMMM", month, locale=spoken_locale(style.locale))


def faint(colour: str, share: float) -> str:
    """Return the colour, seen through."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


def category_colours(keys: Sequence[str | None], style: Style) -> list[str]:
    """Return the colour of each top category, the same in every chart.

    What has no category, and the rest that is added up, is gray.
    """
    colours = style.palette.categories
    places = [(style.places or {}).get(key or "") for key in keys]
    return [
        style.palette.muted if place is None else colours[place % len(colours)] for place in places
    ]


def largest(rows: pd.DataFrame, **columns: str) -> pd.DataFrame:
    """Return key, label, amount and perhaps before of the largest; the rest is one without a key.

    `columns` says which columns of `rows` they are; the largest are so by size where it is one.
    """
    figures = [name for name in ("size", "amount", "before") if name in columns]
    by = [columns[name] for name in figures]
    ordered = rows.sort_values(by, ascending=False, kind="stable")
    table = {name: ordered[column].tolist() for name, column in columns.items()}
    if len(rows) > MOST_BARS:
        others: dict[str, object] = {"label": f"{len(rows) - MOST_BARS + 1} others"}
        others |= {name: sum(table[name][MOST_BARS - 1 :]) for name in figures}
        table = {name: [*found[: MOST_BARS - 1], others.get(name)] for name, found in table.items()}
    # What has no key has None, also among text.
    return pd.DataFrame({**table, "key": pd.Series(table["key"], dtype=object)})


def row_chart(
    table: pd.DataFrame, style: Style, *series: Bars, dots: Sequence[str] = ()
) -> go.Figure:
    """Draw a table of `largest` as bars: names at the left, room for the figures at the right.

    `dots` are the colours of the names, where those of the bars mean something else.
    """
    names = [plain(shortened(label)) for label in table["label"]]
    if dots:
        names = [f"{dot(each)} {name}" for each, name in zip(dots, names, strict=True)]
    amounts = [table[bars.column].tolist() for bars in series]
    texts = [_figures(each, style) for each in amounts]
    ends = [0.0, *(end for each in amounts for end in floats(each, style))]
    low, high = min(ends), max(ends)
    room = (high - low or 1.0) * _share_of_figures(texts, table, sides=1 + (low < 0))
    return chart(
        [_row_bars(table, style, *each) for each in zip(series, texts, strict=True)],
        style,
        {"range": [low - room * (low < 0), high + room], "showticklabels": False},
        {"tickvals": list(range(len(names))), "ticktext": names, **DOWNWARDS},
        height=max(1, len(names)) * (16 + 16 * len(series)) + 40,
        bargap=0.35,
        showlegend=len(series) > 1,
        hovermode="closest",
        legend={**LEGEND, "traceorder": "reversed"},
    )


def money_axis(amounts: Sequence[int], style: Style, *, zero: bool = True) -> dict[str, object]:
    """Return an axis of round amounts, written as everywhere else; `zero` is among them."""
    marks = money_marks(amounts, style.currency, style.locale, zero=zero)
    places = floats(list(marks), style)
    # Lines at the very edge would not be drawn.
    edge = (places[-1] - places[0] or 1.0) / 200
    ends = [places[0] - edge, max(places[-1], places[0] + edge) + edge]
    return {"tickvals": places, "ticktext": list(marks.values()), "range": ends}


def _row_bars(table: pd.DataFrame, style: Style, bars: Bars, texts: Sequence[str]) -> Part:
    amounts = table[bars.column].tolist()
    return {
        "type": "bar",
        "x": floats(amounts, style),
        "y": list(range(len(table))),
        "orientation": "h",
        "name": bars.name,
        "marker": {"color": bars.colour},
        "text": texts,
        "textposition": "outside",
        "textfont": {"color": style.palette.text},
        "cliponaxis": False,
        "customdata": points(table["key"].tolist(), table["label"].tolist(), amounts, style),
        "hovertemplate": HOVER,
    }


def _figures(amounts: Sequence[int], style: Style) -> list[str]:
    """Return what stands beside the bars; one of nothing says nothing."""
    figures = written(amounts, style)
    return [figure if amount else "" for figure, amount in zip(figures, amounts, strict=True)]


def _share_of_figures(texts: Sequence[Sequence[str]], table: pd.DataFrame, sides: int) -> float:
    """Return the room of the longest figure in a narrow card, as a share of the longest bar.

    It stands at the right of the bars, or at both sides of them.
    """
    figures = max((len(text) for each in texts for text in each), default=0) * LETTER
    names = min(max(map(len, table["label"]), default=0), MOST_LETTERS) * LETTER
    return figures / max(figures / sides, NARROW - names - sides * figures)


def dot(colour: str) -> str:
    """Return a dot in the colour, as Plotly's text has it."""
    return f'<span style="color:{colour}">●</span>'


def shortened(label: str, most: int = MOST_LETTERS) -> str:
    """Return a name as far as a chart has room for it."""
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"
