"""Saved pivots: each member's own, seen and changed by nobody else."""

from dataclasses import asdict, replace
from uuid import uuid4

import pytest

from fintrack.access.memberships import change_role, leave_tenant
from fintrack.access.sight import see_as
from fintrack.access.tenants import enter_tenant
from fintrack.analytics.dimensions import Dimension
from fintrack.analytics.pivots import Measure
from fintrack.analytics.saved_pivots import (
    PivotChange,
    View,
    change_pivot,
    remove_pivot,
    save_pivot,
    saved_pivots,
)
from fintrack.context import Role, TenantContext
from fintrack.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from fintrack.ledger.activity import activity
from tests.conftest import close
from tests.databases import Database

SHOPS = View(Dimension.PAYEE, Dimension.MONTH, Measure.SPENDING)
TRIPS = View(Dimension.TAG, Dimension.CATEGORY, Measure.ENTRIES)


def kept(context: TenantContext) -> list[tuple[str, str, str, str]]:
    frame = saved_pivots(context)
    columns = (frame[name] for name in ("name", "rows", "columns", "measure"))
    return list(zip(*columns, strict=True))


def test_a_viewer_keeps_pivots_by_name(ben: TenantContext) -> None:
    save_pivot(ben, " shops ", SHOPS)
    save_pivot(ben, "Ours", TRIPS)
    assert kept(ben) == [
        ("Ours", "tag", "category", "entries"), ("shops", "payee", "month", "spending")
    ]  # fmt: skip


def test_a_pivot_gets_another_name_and_another_view(ana: TenantContext) -> None:
    pivot_id = save_pivot(ana, "Shops", SHOPS)
    change_pivot(ana, pivot_id, PivotChange(name="Trips"))
    assert kept(ana) == [("Trips", "payee", "month", "spending")]
    answer = change_pivot(ana, pivot_id, PivotChange(**asdict(TRIPS)))
    assert kept(ana) == [("Trips", "tag", "category", "entries")]
    assert answer.equals(saved_pivots(ana))
    assert change_pivot(ana, pivot_id, PivotChange()).equals(answer)


def test_two_members_use_one_name_and_one_member_does_not(
    ana: TenantContext, ben: TenantContext
) -> None:
    save_pivot(ana, "Shops", SHOPS)
    save_pivot(ben, "Shops", SHOPS)
    other = save_pivot(ben, "Other", TRIPS)
    for attempt in (
        lambda: save_pivot(ben, "SHOPS", TRIPS),
        lambda: change_pivot(ben, other, PivotChange(name="shops")),
    ):
        with pytest.raises(Conflict, match="You have a pivot of this name already"):
            attempt()


@pytest.mark.parametrize("name", [" ", "x" * 61])
def test_a_pivot_has_a_name(ana: TenantContext, name: str) -> None:
    with pytest.raises(InvalidInput, match="name of the pivot"):
        save_pivot(ana, name, SHOPS)


def test_a_pivot_has_two_sides(ana: TenantContext) -> None:
    flat = replace(SHOPS, columns=Dimension.PAYEE)
    pivot_id = save_pivot(ana, "Shops", SHOPS)
    for attempt in (
        lambda: save_pivot(ana, "Flat", flat),
        lambda: change_pivot(ana, pivot_id, PivotChange(rows=Dimension.MONTH)),
    ):
        with pytest.raises(InvalidInput, match="two different"):
            attempt()


def test_an_owner_reaches_no_pivot_of_another_member(
    ana: TenantContext, ben: TenantContext
) -> None:
    pivot_id = save_pivot(ben, "Shops", SHOPS)
    assert saved_pivots(ana).empty
    for wanted in (pivot_id, uuid4()):
        with pytest.raises(NotFound, match="You have no such pivot"):
            change_pivot(ana, wanted, PivotChange(name="Mine"))
        with pytest.raises(NotFound, match="You have no such pivot"):
            remove_pivot(ana, wanted)
    assert kept(ben) == [("Shops", "payee", "month", "spending")]


def test_whoever_looks_with_other_eyes_neither_sees_nor_saves(
    ana: TenantContext, eli: TenantContext
) -> None:
    save_pivot(eli, "Shops", SHOPS)
    looking = see_as(ana, eli.user_id)
    assert saved_pivots(looking).empty
    with pytest.raises(PermissionDenied, match="You only look"):
        save_pivot(looking, "Mine", SHOPS)


def test_a_closing_tenant_keeps_pivots_as_they_are(ana: TenantContext) -> None:
    pivot_id = save_pivot(ana, "Shops", SHOPS)
    close(ana)
    closing = enter_tenant(ana.session, ana.slug)
    for attempt in (
        lambda: save_pivot(closing, "Other", SHOPS),
        lambda: remove_pivot(closing, pivot_id),
    ):
        with pytest.raises(PermissionDenied, match="nor while Rivera family closes"):
            attempt()
    assert len(saved_pivots(closing)) == 1


def test_what_became_of_a_pivot_is_told_to_its_owner_alone(
    ana: TenantContext, dora: TenantContext
) -> None:
    pivot_id = save_pivot(dora, "Shops", SHOPS)
    change_pivot(dora, pivot_id, PivotChange(name="Markets"))
    remove_pivot(dora, pivot_id)
    told = {
        each.user_id: [
            action for action in activity(each).frame["action"] if action.startswith("pivot.")
        ]
        for each in (ana, dora)
    }
    assert told == {
        ana.user_id: [],
        dora.user_id: ["pivot.removed", "pivot.changed", "pivot.saved"],
    }


def test_pivots_stay_with_another_role_and_go_with_whoever_leaves(
    ana: TenantContext, eli: TenantContext, database: Database
) -> None:
    save_pivot(eli, "Shops", SHOPS)
    change_role(ana, eli.user_id, Role.VIEWER)
    demoted = enter_tenant(eli.session, eli.slug)
    assert len(saved_pivots(demoted)) == 1
    leave_tenant(demoted)
    with database.administrator() as admin:
        assert admin.execute("select count(*) from app.saved_pivot").fetchone() == (0,)
