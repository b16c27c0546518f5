"""The flow of a period's money: bands from where it came, through one sum, to where it went.

Plotly's own Sankey has nodes that cannot be clicked; here they are bars.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from fintrack.analytics.charts.drawing import (
    HOVER,
    Part,
    Style,
    category_colours,
    chart,
    faint,
    largest,
    of_currency,
    plain,
    points,
    rough_money,
    shortened,
)
from fintrack.analytics.money_flow import IN, OUT, SAVINGS

EVERYTHING = "everything"
# On a phone both sides share a line.
LETTERS = 20
# In pixels: of the whole sum, and between two nodes, where a label has to fit.
SUM, GAP, MARGIN = 260, 20, 60
THICK, STEPS, BAND = 0.03, 24, 0.28
MIDDLE = 0.5


@dataclass(frozen=True, slots=True)
class Node:
    """Where a part begins, as a share of the sum from the bottom, and how much it is of it."""

    bottom: float
    height: float
    inner: float
    colour: str

    @property
    def top(self) -> float:
        """Return where it ends."""
        return self.bottom + self.height


def flow_chart(frame: pd.DataFrame, style: Style) -> go.Figure:
    """Draw `MONEY_FLOW` from the left to the right; keys are ids, or `EVERYTHING`.

    The sum in the middle and savings have the latter. What does not fit is added up without a key.
    Each category has its own colour.
    """
    rows = of_currency(frame, style)
    sides = {side: _table(rows[rows["side"] == side]) for side in (IN, OUT)}
    total = int(sides[IN]["amount"].sum())
    most = max(len(table) for table in sides.values())
    traces: list[Part] = []
    labels: list[Part] = []
    for side, table in sides.items():
        nodes = _nodes(table, total, most, style)
        traces += [_band(node, side) for node in nodes]
        traces.append(_bars(table, nodes, side, style))
        labels += _labels(table, nodes, side, style)
    if total:
        traces.append(_sum(total, most, style))
    return chart(
        traces,
        style,
        {"range": [-0.01, 1.01], "visible": False},
        {"range": [-0.02, 1 + _gaps(most) + 0.08], "visible": False},
        height=SUM + GAP * max(most - 1, 0) + MARGIN,
        showlegend=False,
        hovermode="closest",
        barmode="overlay",
        barcornerradius=2,
        annotations=labels,
    )


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    keys = rows["category_id"].mask(rows["kind"] == SAVINGS, EVERYTHING)
    return largest(rows.assign(key=keys), key="key", label="category", amount="amount")


def _gaps(nodes: int) -> float:
    return GAP / SUM * max(nodes - 1, 0)


def _nodes(table: pd.DataFrame, total: int, most: int, style: Style) -> list[Node]:
    """Stack the parts from the top, apart from each other, and at the sum without a gap."""
    spread = 1 + _gaps(len(table))
    edge = (1 + _gaps(most) + spread) / 2
    inner = 1 + _gaps(most) / 2
    nodes = []
    keys = table["key"].tolist()
    for amount, key, own in zip(table["amount"], keys, category_colours(keys, style), strict=True):
        height, colour = float(amount) / total, style.palette.accent if key == EVERYTHING else own
        edge, inner = edge - height, inner - height
        nodes.append(Node(edge, height, inner, colour))
        edge -= GAP / SUM
    return nodes


def _band(node: Node, side: str) -> dict[str, object]:
    outer, inner = (THICK, MIDDLE - THICK / 2) if side == IN else (1 - THICK, MIDDLE + THICK / 2)
    shares = [step / STEPS for step in range(STEPS + 1)]
    across = [outer + (inner - outer) * share for share in shares]
    lower = [
        node.bottom + (node.inner - node.bottom) * (3 * share**2 - 2 * share**3) for share in shares
    ]
    upper = [low + node.height for low in lower]
    return {
        "type": "scatter",
        "x": [*across, *reversed(across)],
        "y": [*lower, *reversed(upper)],
        "fill": "toself",
        "fillcolor": faint(node.colour, BAND),
        "mode": "none",
        "hoverinfo": "skip",
    }


def _bars(table: pd.DataFrame, nodes: Sequence[Node], side: str, style: Style) -> dict[str, object]:
    keys, labels, amounts = (table[name].tolist() for name in ("key", "label", "amount"))
    return {
        "type": "bar",
        "x": [THICK / 2 if side == IN else 1 - THICK / 2] * len(nodes),
        "y": [node.height for node in nodes],
        "base": [node.bottom for node in nodes],
        "width": THICK,
        "name": "Money in" if side == IN else "Money out",
        "marker": {"color": [node.colour for node in nodes]},
        "customdata": points(keys, labels, amounts, style),
        "hovertemplate": HOVER,
    }


def _labels(
    table: pd.DataFrame, nodes: Sequence[Node], side: str, style: Style
) -> list[dict[str, object]]:
    return [
        {
            "x": THICK if side == IN else 1 - THICK,
            "y": (node.bottom + node.top) / 2,
            "text": f"{plain(shortened(name, LETTERS))} <b>{rough_money(int(amount), style)}</b>",
            "xanchor": "left" if side == IN else "right",
            "showarrow": False,
            "font": {"color": style.palette.text},
        }
        for node, name, amount in zip(nodes, table["label"], table["amount"], strict=True)
    ]


def _sum(total: int, most: int, style: Style) -> dict[str, object]:
    return {
        "type": "bar",
        "x": [MIDDLE],
        "y": [1.0],
        "base": [_gaps(most) / 2],
        "width": THICK,
        "name": "In all",
        "marker": {"color": style.palette.muted},
        "customdata": points([EVERYTHING], ["In all"], [total], style),
        "hovertemplate": HOVER,
    }
