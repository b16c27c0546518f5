"""A category has one colour: in every chart, in every period, whatever else is shown."""

from datetime import date
from itertools import pairwise
from uuid import UUID

import plotly.graph_objects as go

from fintrack.analytics.cash_flow import EXPENSE
from fintrack.analytics.charts.comparison import change_chart
from fintrack.analytics.charts.drawing import Style, category_colours, dot
from fintrack.analytics.charts.flow import flow_chart
from fintrack.analytics.charts.overview import breakdown_chart, spending_chart
from fintrack.analytics.comparisons import comparison
from fintrack.analytics.dimensions import Dimension, breakdown
from fintrack.analytics.money_flow import money_flow
from fintrack.analytics.overview import overview
from fintrack.analytics.periods import Period, previous
from fintrack.analytics.places import category_places
from fintrack.analytics.spending import income, spending
from fintrack.context import TenantContext
from fintrack.ledger.categories import CategoryKind, create_category
from tests.analytics.by_hand import Move, Purse, write
from tests.analytics.test_charts import EUR, PALETTE

APRIL = Period(date(2026, 4, 1), date(2026, 5, 1))
MARCH = previous(APRIL)
Colours = dict[str, str]


def book(ana: TenantContext) -> dict[str, UUID]:
    mine = Purse("Current", opened_on=date(2026, 1, 1))
    moves = [
        Move(date(2026, 3, 2), mine, -9000, "Fun"),
        Move(date(2026, 3, 3), mine, -100, "Bread"),
        Move(date(2026, 4, 2), mine, -500, "Fun"),
        Move(date(2026, 4, 3), mine, -4000, "Bread"),
        Move(date(2026, 4, 4), mine, -4),
        Move(date(2026, 4, 5), mine, 90_000, "Bonus"),
    ]
    return write(ana, [mine], moves)


def placed(ana: TenantContext) -> Style:
    return Style("EUR", "en", PALETTE, category_places(ana))


def bars(figure: go.Figure) -> Colours:
    """Return the colours of the last series by key, those of a flow from both its sides."""
    return {
        point[0]: colour
        for trace in figure.data
        if not isinstance(trace.marker.color, str)
        for point, colour in zip(trace.customdata or (), trace.marker.color or (), strict=True)
    }


def test_a_category_has_the_same_colour_in_every_chart(ana: TenantContext) -> None:
    ids = {name: str(each) for name, each in book(ana).items()}
    style, span = placed(ana), (APRIL.since, APRIL.until)
    (living, fun, wages) = category_colours([ids["Living"], ids["Fun"], ids["Wages"]], style)
    assert len({living, fun, wages, PALETTE.muted}) == 4
    expected = {ids["Living"]: living, ids["Fun"]: fun}
    spent = spending(ana, *span)
    assert bars(spending_chart(spent, style)) == {**expected, "": PALETTE.muted}
    assert bars(spending_chart(income(ana, *span), style)) == {ids["Wages"]: wages}
    changes = bars(change_chart(comparison(ana, APRIL, MARCH), style, EXPENSE))
    assert changes == {**expected, "": PALETTE.muted}
    flow = bars(flow_chart(money_flow(ana, *span), style))
    assert flow.items() >= {**expected, ids["Wages"]: wages, "": PALETTE.muted}.items()
    assert flow["everything"] == PALETTE.accent
    names = breakdown_chart(breakdown(ana, *span, Dimension.CATEGORY), style).layout.yaxis.ticktext
    dots = [dot(each) for each in (wages, living, fun, PALETTE.muted)]
    assert [name.split("</span>")[0] + "</span>" for name in names] == dots


def test_home_gives_categories_the_colours_that_analytics_gives(ana: TenantContext) -> None:
    book(ana)
    assert overview(ana, date(2026, 4, 30)).places == category_places(ana)


def test_another_period_or_order_leaves_a_category_its_colour(ana: TenantContext) -> None:
    book(ana)
    style = placed(ana)
    now, before = (
        bars(spending_chart(spending(ana, each.since, each.until), style))
        for each in (APRIL, MARCH)
    )
    assert list(now)[:2] == list(before)[::-1]
    assert now.items() >= before.items()


def test_what_lies_below_a_category_has_its_colour(ana: TenantContext) -> None:
    living = book(ana)["Living"]
    frame, style = spending(ana, APRIL.since, APRIL.until, living), placed(ana)
    (colour,) = category_colours([str(living)], style)
    assert set(bars(spending_chart(frame, style, top_id=living)).values()) == {colour}


def test_a_new_category_leaves_the_others_their_colours(ana: TenantContext) -> None:
    before = category_places(ana)
    for kind in CategoryKind:
        create_category(ana, "Boats", kind)
    after = category_places(ana)
    assert after.items() > before.items()
    assert len(after) == len(before) + 2


def test_categories_side_by_side_differ_until_there_are_no_more_colours(
    ana: TenantContext,
) -> None:
    places = dict(category_places(ana))
    spent = sorted(place for place in places.values() if place >= 0)
    earned = sorted(place for place in places.values() if place < 0)
    assert spent == list(range(len(spent)))
    assert earned == list(range(-len(earned), 0))
    keys = sorted(places, key=places.__getitem__)[-len(spent) :]
    colours = category_colours(keys, Style("EUR", "en", PALETTE, places))
    assert all(one != other for one, other in pairwise(colours))


def test_without_places_nothing_has_a_colour_of_its_own() -> None:
    assert category_colours(["a", "", None], EUR) == [PALETTE.muted] * 3
