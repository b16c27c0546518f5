"""The theme: what `.streamlit/config.toml` says of the one a visitor sees, for charts."""

import plotly.graph_objects as go
import streamlit as st

from fintrack.analytics.charts.drawing import Palette, Style, alt_text
from fintrack.analytics.places import Places
from fintrack.context import TenantContext

LIGHT, DARK = "light", "dark"


def is_dark() -> bool:
    """Return whether the visitor's browser shows the dark theme."""
    return st.context.theme.type == DARK


def palette() -> Palette:
    """Return the colours of the theme that the visitor's browser shows."""
    shown = DARK if is_dark() else LIGHT
    accent, inflow, outflow, *categories = st.get_option(f"theme.{shown}.chartCategoricalColors")
    return Palette(
        text=st.get_option(f"theme.{shown}.textColor"),
        muted=st.get_option(f"theme.{shown}.grayTextColor"),
        grid=st.get_option(f"theme.{shown}.borderColor"),
        surface=st.get_option(f"theme.{shown}.backgroundColor"),
        inflow=inflow,
        outflow=outflow,
        accent=accent,
        categories=tuple(categories),
    )


def chart_style(
    context: TenantContext, currency: str | None = None, places: Places | None = None
) -> Style:
    """Return how charts of the tenant look, in its own currency unless another is named.

    With `places` categories have their own colours.
    """
    return Style(currency or context.currency, context.locale, palette(), places)


def show_chart(figure: go.Figure, title: str, key: str) -> None:
    """Draw the figure with its title and figures as the words of a screen reader."""
    st.plotly_chart(
        figure, key=key, theme=None, config={"displayModeBar": False}, alt=alt_text(title, figure)
    )


def clicked_in_chart(figure: go.Figure, title: str, key: str) -> str | None:
    """Draw the figure and return the key of the point that was clicked, None when none was."""
    chosen = st.plotly_chart(
        figure,
        key=key,
        theme=None,
        config={"displayModeBar": False},
        alt=alt_text(title, figure),
        on_select="rerun",
        selection_mode="points",
    )
    keys = [point["customdata"][0] for point in chosen["selection"]["points"]]
    return next((key for key in keys if key is not None), None)
