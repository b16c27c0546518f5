"""What several pages share: the choice of a period, money as it is read, headlines and rows."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import streamlit as st
from babel.dates import format_date, format_interval, format_skeleton
from streamlit.elements.lib.grid_container import GridContainer

from fintrack.analytics.headlines import Headline
from fintrack.analytics.periods import (
    DAY,
    EARLIEST,
    LATEST,
    Period,
    PeriodChoice,
    chosen_period,
    custom_period,
    today_of,
)
from fintrack.context import TenantContext
from fintrack.ledger.filters import TransactionFilter
from fintrack.money import decimal_amount, format_money, spoken_locale
from fintrack.ui.session import download_link
from fintrack.ui.text import escaped

CURRENCY = "currency"
PERIOD_NAMES = {
    PeriodChoice.THIS_MONTH: "This month",
    PeriodChoice.LAST_MONTH: "Last month",
    PeriodChoice.THIS_YEAR: "This year",
    PeriodChoice.LAST_12_MONTHS: "12 months",
    PeriodChoice.CUSTOM: "Custom",
}

# What Unicode writes of a day: years, days, and text between apostrophes.
DAY_PART = re.compile(r"y+|d+|'[^']*'")
# In pixels, of a metric's figure; two of the narrowest stand abreast in a card on a phone.
NARROWEST_FIGURE, FIGURE_PADDING, DIGIT, MARK = 150, 30, 14.2, 6.5
Look = tuple[Literal["blue", "green", "red"], Literal["area", "bar"]]
WORTH: Look = ("blue", "area")
IN: Look = ("green", "bar")
OUT: Look = ("red", "bar")
KEPT: Look = ("blue", "bar")
Choice = TypeVar("Choice", bound=str)


def period_input(context: TenantContext) -> Period:
    """Draw the choice of a period, kept in the address, and return it.

    "This year" is the tenant's fiscal year.

    Raises:
        InvalidInput: a custom period is not one.
    """
    today = today_of(context)
    # Pills, because they may stand in two rows on a phone.
    chosen = st.pills(
        "Period",
        list(PERIOD_NAMES),
        default=PeriodChoice.LAST_12_MONTHS,
        format_func=PERIOD_NAMES.__getitem__,
        required=True,
        key="period",
        bind="query-params",
        label_visibility="collapsed",
    )
    choice = PeriodChoice(chosen or PeriodChoice.LAST_12_MONTHS)
    if choice is not PeriodChoice.CUSTOM:
        return chosen_period(choice, today, context.fiscal_year_start)
    days: Any = st.date_input(
        "First and last day",
        (today.replace(day=1), today),
        EARLIEST,
        LATEST,
        format="YYYY-MM-DD",
        key="days",
        bind="query-params",
        width=280,
        label_visibility="collapsed",
    )
    # While only the first day is chosen, it is the last one too.
    return custom_period(days[0], days[-1])


def currency_choice(currencies: tuple[str, ...]) -> str:
    """Draw the choice of a currency when there is one, kept in the address, and return it."""
    if len(currencies) == 1:
        # What was chosen in another tenant stays until this run ends.
        st.session_state.pop(CURRENCY, None)
        return currencies[0]
    return address_choice("Currency", currencies, currencies[0], key=CURRENCY)


def shown_currency() -> str:
    """Return the currency that was chosen for the charts, empty where there is one alone."""
    return st.session_state.get(CURRENCY) or ""


def address_choice(
    label: str,
    options: Sequence[Choice],
    usual: Choice,
    *,
    key: str,
    names: Mapping[Choice, str] | None = None,
) -> Choice:
    """Draw the choice of one of a few, kept in the address, and return it; `usual` at first."""
    chosen = st.segmented_control(
        label,
        options,
        default=usual,
        format_func=names.__getitem__ if names else str,
        required=True,
        key=key,
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen or usual


def money(context: TenantContext, minor: int, currency: str, *, sign: bool = False) -> str:
    """Return the amount as plain text in the tenant's way of writing; `sign` marks inflows."""
    return format_money(int(minor), currency, context.locale, sign=sign)


def day_text(context: TenantContext, day: date) -> str:
    """Return the day as the tenant writes it: 24 Nov 2026."""
    return format_date(day, "medium", locale=context.locale)


def moment_text(context: TenantContext, moment: datetime) -> str:
    """Return the day on which the moment falls where the tenant is: 24 Nov 2026."""
    return day_text(context, moment.astimezone(ZoneInfo(context.time_zone)).date())


def short_day_text(context: TenantContext, day: date) -> str:
    """Return the day without its year, for narrow places: 24 Nov."""
    return format_skeleton("MMMd", day, locale=context.locale)


def span_text(context: TenantContext, period: Period) -> str:
    """Return the first and the last day of the period: 1 – 24 Nov 2026."""
    return format_interval(period.since, period.until - DAY, "yMMMd", locale=context.locale)


def money_column(label: str, width: int | None = None) -> Any:  # noqa: ANN401 - the type is Streamlit's own secret
    """Return a table's column for amounts that are text already: aligned right."""
    return st.column_config.TextColumn(label, width=width, alignment="right")


def day_column(context: TenantContext) -> Any:  # noqa: ANN401 - as above
    """Return a table's column for days as the tenant writes them, as narrow as a phone needs."""
    return st.column_config.DateColumn("Date", format=day_format(context.locale), width=84)


def day_format(locale: str) -> str:
    """Return the locale's order of day, month and year, as Streamlit's tables are told it.

    English has the month in letters, for its numbers are read in two ways.
    """
    spoken = spoken_locale(locale)
    pattern = spoken.datetime_skeletons["yMMMd" if spoken.language == "en" else "yMd"].pattern
    return DAY_PART.sub(lambda found: _day_token(found[0]), pattern)


def _day_token(part: str) -> str:
    if part.startswith("'"):
        return f"[{part[1:-1]}]"
    return "YY" if part.startswith("y") else part.upper()


def metric(
    context: TenantContext,
    label: str,
    headline: Headline,
    currency: str,
    look: Look,
    *,
    span: str | None = None,
    border: bool = True,
) -> None:
    """Draw a headline: the figure, its change against an earlier one, and its course.

    `span` says in words how far back the earlier one lies.
    """
    colour, chart = look
    arrow: Literal["up", "down"] = "up" if headline.change > 0 else "down"
    points = [decimal_amount(each, currency) for each in headline.course]
    changed = escaped(money(context, headline.change, currency, sign=True))
    st.metric(
        label,
        money(context, headline.amount, currency),
        changed if headline.change else "No change",
        # The colour says which figure it is, here as in every chart; the arrow, where it went.
        delta_color=colour,
        delta_arrow=arrow if headline.change else "off",
        chart_data=points if len(points) > 1 else None,
        chart_type=chart,
        delta_description=span,
        border=border,
        height="stretch" if border else "content",
    )


def figure_grid(figures: Iterable[str]) -> GridContainer:
    """Return a grid with a column for each figure, and fewer where the longest would be cut."""
    widths = [_figure_width(figure) for figure in figures]
    return st.grid(len(widths), min_column_width=max(NARROWEST_FIGURE, *widths))


def _figure_width(figure: str) -> int:
    marks = sum(figure.count(mark) for mark in ".,’ ")
    return int(FIGURE_PADDING + DIGIT * (len(figure) - marks) + MARK * marks)


def headline_row(
    context: TenantContext, currency: str, drawn: Sequence[tuple[str, Headline, Look]]
) -> None:
    """Draw headlines side by side, as far as there is room for the longest figure."""
    grid = figure_grid(money(context, headline.amount, currency) for _, headline, _ in drawn)
    for label, headline, look in drawn:
        with grid.cell():
            metric(context, label, headline, currency, look)


def row(left: str, right: str, below: str = "") -> None:
    """Draw a line of a list: words left, a figure right, both Markdown; `below` is small."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.markdown(f"{left}  \n:small[:gray[{below}]]" if below else left, width="stretch")
        st.markdown(right, width="content", text_alignment="right")


def link_row(label: str, right: str, below: str, *, key: str) -> bool:
    """Draw a line of a list whose `label` can be pressed, and return whether it was."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        with st.container(gap=None):
            pressed = st.button(f"**{label}**", type="tertiary", key=key, wrap=False)
            st.caption(below)
        st.markdown(right, width="content", text_alignment="right")
    return pressed


def period_query(period: Period) -> dict[str, str]:
    """Return the address's filters for the days of the period, in the currency that is shown."""
    return period_filter(period).to_query()


def period_filter(period: Period) -> TransactionFilter:
    """Return what a chart of the period adds up, in the currency that is shown."""
    return TransactionFilter(since=period.since, until=period.until, currency=shown_currency())


def category_query(category_id: str, period: Period) -> dict[str, str]:
    """Return the address's filters for a category of the period; "" asks for those without one."""
    wanted = period_filter(period)
    if not category_id:
        return replace(wanted, uncategorised=True).to_query()
    return replace(wanted, category_id=UUID(category_id)).to_query()


@contextmanager
def card(
    title: str,
    *,
    stretch: bool = False,
    width: int | None = None,
    csv: Mapping[str, str] | None = None,
    key: str | None = None,
) -> Iterator[None]:
    """Draw a bordered card with a title, and what follows inside.

    `csv` says what `chart_csv` is asked when somebody wants the figures as a file; where two cards
    offer the same, `key` tells them apart.
    """
    height: Literal["stretch", "content"] = "stretch" if stretch else "content"
    with st.container(border=True, height=height, width=width or "stretch"):
        if csv is None:
            st.subheader(title, anchor=False)
        else:
            with st.container(
                horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
            ):
                st.subheader(title, anchor=False, width="content")
                download_link("CSV", {"kind": "chart", **csv}, key=f"csv {key or csv['chart']}")
        yield
