"""The activity: who changed what, as what, from where, within one's sight, in an unbroken chain."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from fintrack.access.memberships import change_role, leave_tenant
from fintrack.audit import Change, record_many
from fintrack.context import Role, TenantContext
from fintrack.db import maintenance_transaction, tenant_transaction
from fintrack.errors import InvalidInput, PermissionDenied
from fintrack.ledger.accounts import delete_account
from fintrack.ledger.activity import ActivityFilter, activity
from fintrack.ledger.bulk import delete_transactions
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.tags import create_tag, rename_tag
from fintrack.ledger.transfers import NewTransfer, record_transfer
from fintrack.ledger.undo import undo
from fintrack.operations.operators import acting_for
from tests.databases import Database
from tests.ledger.conftest import MARCH, Record


def actions(context: TenantContext, **wanted: object) -> list[str]:
    """Return the actions that the member sees, newest first."""
    return activity(context, ActivityFilter(**wanted)).frame["action"].tolist()  # type: ignore[arg-type]


def test_an_event_says_who_as_what_from_where_and_what(ana: TenantContext) -> None:
    tag = create_tag(ana, "holiday")
    rename_tag(ana, tag, "summer")
    event = activity(ana).frame.iloc[0]
    assert (event["actor"], event["role"], event["source"]) == ("Ana", "OWNER", "PAGE")
    assert (event["action"], event["subject_id"]) == ("tag.renamed", str(tag))
    assert (json.loads(event["before"]), json.loads(event["after"])) == (
        {"name": "holiday"},
        {"name": "summer"},
    )


def test_the_newest_event_comes_first(ana: TenantContext) -> None:
    for name in ("one", "two", "three"):
        create_tag(ana, name)
    names = [json.loads(after)["name"] for after in activity(ana).frame["after"][:3]]
    assert names == ["three", "two", "one"]


def test_the_events_of_one_change_keep_its_order(ana: TenantContext) -> None:
    changes = [Change(None, None, None, {"number": number}) for number in range(20)]
    with tenant_transaction(ana) as db:
        record_many(db, "tag.renamed", changes)
    told = [json.loads(after)["number"] for after in activity(ana).frame["after"][:20]]
    assert told == list(reversed(range(20)))


def test_a_transfer_tells_first_where_the_money_came_from(
    ana: TenantContext, giro: UUID, savings: UUID
) -> None:
    for _ in range(8):
        record_transfer(ana, NewTransfer(giro, savings, 500, MARCH))
    told = [json.loads(after)["amount"] for after in activity(ana).frame["after"][:16]]
    assert told == [500, -500] * 8


def test_pages_of_events_meet_without_gap_or_repetition(ana: TenantContext) -> None:
    for number in range(7):
        create_tag(ana, f"tag {number}")
    whole = activity(ana).frame["id"].tolist()
    seen: list[str] = []
    cursor = None
    while True:
        page = activity(ana, cursor=cursor, limit=3)
        seen += page.frame["id"].tolist()
        cursor = page.next
        if cursor is None:
            break
    assert seen == whole


@pytest.mark.parametrize("cursor", ["x", "////", "MjAyNg"])
def test_a_made_up_cursor_is_refused(ana: TenantContext, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        activity(ana, cursor=cursor)


def test_a_viewer_may_not_read_the_activity(ben: TenantContext) -> None:
    with pytest.raises(PermissionDenied, match="read the activity"):
        activity(ben)


def test_events_of_a_private_account_are_seen_by_its_owner_alone(
    ana: TenantContext, dora: TenantContext, secret: UUID, record: Record
) -> None:
    record(1, -4200, account_id=secret)
    assert "account.created" in actions(ana, account_id=secret)
    assert actions(dora, account_id=secret) == []
    assert "transaction.recorded" not in actions(dora)


def test_the_page_of_another_tenant_holds_none_of_these_events(
    ana: TenantContext, cleo: TenantContext
) -> None:
    before = activity(cleo).frame["id"].tolist()
    create_tag(ana, "holiday")
    assert activity(cleo).frame["id"].tolist() == before != []


def test_events_are_filtered_by_person_kind_row_and_day(
    ana: TenantContext, eli: TenantContext, giro: UUID, record: Record
) -> None:
    row = record(1, -4200)
    change_transaction(eli, row, TransactionChange(note="bread"), 1)
    assert actions(ana, actor_id=eli.user_id) == ["transaction.changed", "member.joined"]
    assert actions(ana, kind="account") == ["account.created"]
    assert actions(ana, subject_id=row) == ["transaction.changed", "transaction.recorded"]
    assert actions(ana, since=date(2099, 1, 1)) == []
    assert actions(ana, until=MARCH) == []


def test_a_day_of_the_activity_begins_where_the_tenant_is(
    ana: TenantContext, database: Database
) -> None:
    create_tag(ana, "holiday")
    with database.administrator() as admin:
        admin.execute("set session_replication_role = replica")
        late = datetime(2026, 3, 1, 12, tzinfo=UTC)
        admin.execute("update app.audit_event set at = %s where action = 'tag.created'", [late])
    far = replace(ana, time_zone="Pacific/Kiritimati")
    next_day = date(2026, 3, 2)
    assert actions(far, until=next_day, kind="tag") == []
    assert actions(ana, until=next_day, kind="tag") == ["tag.created"]


def test_a_bulk_change_is_offered_for_undoing_until_it_is_undone(
    ana: TenantContext, record: Record
) -> None:
    row = record(1, -4200)
    change_set = delete_transactions(ana, [row])
    assert bool(activity(ana).frame["may_be_undone"].iloc[0])
    undo(ana, change_set)
    events = activity(ana, ActivityFilter(subject_id=row)).frame
    assert not events.loc[events["change_set_id"] == str(change_set), "may_be_undone"].any()


def test_the_deletion_of_a_shared_account_is_still_seen(
    ana: TenantContext, dora: TenantContext, giro: UUID
) -> None:
    delete_account(ana, giro)
    assert actions(dora, subject_id=giro) == ["account.deleted"]


def test_the_deletion_of_a_private_account_tells_nobody(
    ana: TenantContext, dora: TenantContext, secret: UUID
) -> None:
    delete_account(ana, secret)
    assert actions(dora, subject_id=secret) == []


def test_whoever_left_keeps_his_name_in_the_activity(
    ana: TenantContext, eli: TenantContext
) -> None:
    create_tag(eli, "holiday")
    leave_tenant(eli)
    assert activity(ana, ActivityFilter(kind="tag")).frame["actor"].tolist() == ["Eli"]


def test_a_command_says_that_it_is_one(ana: TenantContext) -> None:
    with acting_for(ana.session.email, "a test") as session:
        create_tag(replace(ana, session=session), "holiday")
    assert activity(ana).frame["source"].iloc[0] == "COMMAND"


def broken() -> list[tuple[str, int]]:
    """Return the broken chains as `doctor` asks for them."""
    with maintenance_transaction("a test") as db:
        return [tuple(row) for row in db.execute(text("select * from sec.broken_chains()"))]


def test_a_chain_that_nobody_touched_is_whole(
    ana: TenantContext, eli: TenantContext, cleo: TenantContext
) -> None:
    change_role(ana, eli.user_id, Role.VIEWER)
    assert broken() == []


@pytest.mark.parametrize(
    "tamper",
    [
        "update app.audit_event set actor_id = gen_random_uuid() where number = 3",
        'update app.audit_event set after = \'{"name": "other"}\' where number = 3',
        "update app.audit_event set at = at - interval '1 hour' where number = 3",
        "delete from app.audit_event where number = 3",
        "delete from app.audit_event where number = (select max(number) from app.audit_event)",
        "delete from app.audit_event",
    ],
)
def test_a_chain_that_a_superuser_touched_is_broken(
    ana: TenantContext, database: Database, tamper: str
) -> None:
    for number in range(5):
        create_tag(ana, f"tag {number}")
    with database.administrator() as admin:
        admin.execute(tamper)
    assert [slug for slug, _ in broken()] == [ana.slug]
