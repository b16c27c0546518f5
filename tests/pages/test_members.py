"""The Members page: people, ownership, leaving, and what only some are shown."""

from streamlit.testing.v1 import AppTest

from fintrack.access.invitations import invite_member
from fintrack.access.join_requests import ask_to_join
from fintrack.access.memberships import members, remove_member, suspend_member
from fintrack.access.ownership import offer_ownership, ownership_offers
from fintrack.access.sessions import confirm_session
from fintrack.access.tenants import enter_tenant, my_tenants
from fintrack.context import Flag, Role, TenantContext
from tests.access.test_departures import PRIVATE, account, balances, owner_of
from tests.conftest import PASSWORD
from tests.databases import Database
from tests.pages.opening import open_dialog, open_page

INVITATIONS = {"section": "Invitations"}


def manage(dialog: str) -> None:
    """Open a dialog about the newest member."""
    from fintrack.access.memberships import members  # noqa: PLC0415 - a script of its own
    from fintrack.ui.departures import leave_dialog, remove_dialog  # noqa: PLC0415 - as above
    from fintrack.ui.ownership import offer_dialog  # noqa: PLC0415 - as above
    from fintrack.ui.people import _person, _role_dialog  # noqa: PLC0415 - as above
    from fintrack.ui.session import tenant_context  # noqa: PLC0415 - as above

    context = tenant_context()
    person = _person(members(context).to_dict("records")[-1])
    {
        "role": lambda: _role_dialog(context, person),
        "remove": lambda: remove_dialog(context, person.id, person.name),
        "offer": lambda: offer_dialog(context, person.id, person.name),
        "leave": lambda: leave_dialog(context),
    }[dialog]()


def about(context: TenantContext, dialog: str) -> AppTest:
    """Return the opened dialog about the newest member."""
    return open_dialog(context, manage, dialog)


def words(page: AppTest) -> str:
    """Return every word of a page's text."""
    parts = [*page.markdown, *page.subheader, *page.caption, *page.success, *page.info, *page.code]
    return "\n".join(str(each.value) for each in parts)


def press(page: AppTest, label: str) -> AppTest:
    """Press the first button of this label."""
    next(each for each in page.button if each.label == label).click()
    page.run()
    assert not page.exception
    return page


def errors(page: AppTest) -> list[str]:
    """Return the sentences that refuse something."""
    return [each.value.replace("\u2060", "") for each in page.error]


def shown(page: AppTest) -> dict[str, list[str]]:
    """Return what each member's menu offers, by the member's id."""
    return {
        str(each.key).removeprefix("about "): each.options
        for each in page.menu_button
        if str(each.key).startswith("about ")
    }


def test_people_are_shown_with_role_flags_and_times(
    ana: TenantContext, ben: TenantContext, eli: TenantContext
) -> None:
    suspend_member(ana, eli.user_id)
    page = open_page(ana, "members")
    seen = words(page)
    assert "3 people" in seen
    for word in ("Ana", "Owner", "Ben", "Viewer", "Eli", "Member", "Suspended", "Export"):
        assert word in seen
    assert "joined" in seen
    assert "not here yet" in seen


def test_opening_a_page_is_remembered_as_a_visit(ana: TenantContext, ben: TenantContext) -> None:
    open_page(ben, "")
    seen = dict(zip(members(ana)["name"], members(ana)["seen_at"].notna(), strict=True))
    assert seen == {"Ana": False, "Ben": True}


def test_a_name_is_shown_letter_for_letter(ana: TenantContext, cleo: TenantContext) -> None:
    ask_to_join(cleo.session, ana.slug, "**bold** [link](https://b.example)")
    assert r"\*\*bold\*\*" in words(open_page(ana, "members", **INVITATIONS))


def test_a_menu_offers_what_the_role_may_do(
    ana: TenantContext, dora: TenantContext, eli: TenantContext
) -> None:
    ids = {who.session.name: str(who.user_id) for who in (ana, dora, eli)}
    owners = ["See as this person", "Role and flags", "Suspend", "Offer the ownership", "Remove"]
    assert shown(open_page(ana, "members")) == {
        ids["Ana"]: ["Leave"],
        ids["Dora"]: owners,
        ids["Eli"]: owners,
    }
    assert shown(open_page(dora, "members")) == {
        ids["Dora"]: ["Leave"],
        ids["Eli"]: ["See as this person", "Role and flags", "Suspend", "Remove"],
    }
    assert shown(open_page(eli, "members")) == {ids["Eli"]: ["Leave"]}


def test_a_member_is_suspended_and_resumed_from_the_menu(
    ana: TenantContext, eli: TenantContext
) -> None:
    for action, status in (("Suspend", "SUSPENDED"), ("Resume", "ACTIVE")):
        page = open_page(ana, "members")
        page.menu_button(key=f"about {eli.user_id}").click(action)
        page.run()
        assert errors(page) == []
        assert members(ana)["status"].tolist() == ["ACTIVE", status]


def test_a_role_and_its_flags_are_changed(ana: TenantContext, ben: TenantContext) -> None:
    page = about(ana, "role")
    page.radio(key="change role").set_value(Role.MEMBER)
    page.run()
    page.pills(key="change flags MEMBER").set_value([Flag.INVITE])
    page.run()
    press(page, "Save")
    changed = enter_tenant(ben.session, ana.slug)
    assert (changed.role, changed.flags) == (Role.MEMBER, frozenset({Flag.INVITE}))


def test_flags_alone_are_changed(ana: TenantContext, ben: TenantContext) -> None:
    page = about(ana, "role")
    page.pills(key="change flags VIEWER").set_value([Flag.EXPORT])
    page.run()
    press(page, "Save")
    changed = enter_tenant(ben.session, ana.slug)
    assert (changed.role, changed.flags) == (Role.VIEWER, frozenset({Flag.EXPORT}))


def test_removal_shows_what_passes_on_and_hands_it_over(
    ana: TenantContext, dora: TenantContext, eli: TenantContext
) -> None:
    account(eli, "Card")
    account(eli, "Secret", PRIVATE)
    page = about(ana, "remove")
    assert "**Card**" in words(page)
    assert "Secret" not in str(page.main)
    page.selectbox(key="remove heir").set_value(dora.user_id)
    page.run()
    press(page, "Remove Eli")
    assert owner_of(ana, "Card") == dora.user_id
    assert members(ana)["name"].tolist() == ["Ana", "Dora"]


def test_leaving_asks_for_an_heir_and_about_private_accounts(
    ana: TenantContext, eli: TenantContext
) -> None:
    account(eli, "Card")
    account(eli, "Secret", PRIVATE)
    page = about(eli, "leave")
    assert "**Card**" in words(page)
    assert "**Secret**" in words(page)
    page.radio(key="leave private").set_value("Hand them over too")
    page.run()
    press(page, "Leave")
    assert balances(ana) == {"Card": 5783, "Secret": 5783}
    assert [tenant.name for tenant in my_tenants(eli.session)] == ["Eli's own"]


def test_the_last_owner_is_told_why_she_stays(ana: TenantContext) -> None:
    page = about(ana, "leave")
    assert errors(press(page, "Leave")) == [
        "A tenant keeps at least one active owner. Make somebody else an owner first."
    ]


def test_ownership_is_offered_with_the_password(ana: TenantContext, dora: TenantContext) -> None:
    page = about(ana, "offer")
    page.text_input(key="offer password").input("not it at all")
    assert errors(press(page, "Offer the ownership"))
    assert ownership_offers(ana).empty
    page.text_input(key="offer password").input(PASSWORD)
    assert errors(press(page, "Offer the ownership")) == []
    assert ownership_offers(dora)["is_shared"].tolist() == [True]


def test_an_offer_of_ownership_is_shown_to_both(ana: TenantContext, dora: TenantContext) -> None:
    confirm_session(ana.session, PASSWORD)
    offer_ownership(ana, dora.user_id)
    assert "Ownership offered to **Dora**" in words(open_page(ana, "members"))
    page = open_page(dora, "members")
    assert "Ana offers you the ownership" in words(page)
    press(page, "Decline")
    assert ownership_offers(ana).empty


def test_an_offer_is_withdrawn_on_the_page(ana: TenantContext, dora: TenantContext) -> None:
    confirm_session(ana.session, PASSWORD)
    offer_ownership(ana, dora.user_id)
    press(open_page(ana, "members"), "Withdraw")
    assert ownership_offers(dora).empty


def test_sections_are_those_that_the_member_may_see(
    ana: TenantContext, ben: TenantContext, eli: TenantContext
) -> None:
    offered = {
        who.session.name: open_page(who, "members").segmented_control(key="section").options
        for who in (ana, eli, ben)
    }
    assert offered == {
        "Ana": ["People", "Invitations", "Activity"],
        "Eli": ["People", "Activity"],
        "Ben": ["People"],
    }


def test_the_address_opens_no_section_that_is_not_for_the_role(
    ana: TenantContext, ben: TenantContext
) -> None:
    invite_member(ana, "guest@example.org", Role.VIEWER)
    page = open_page(ben, "members", **INVITATIONS)
    assert not page.exception
    assert "guest" not in str(page.main)
    assert "2 people" in words(page)


def test_many_people_are_searched_and_paged(ana: TenantContext, database: Database) -> None:
    with database.administrator() as admin:
        admin.execute(
            "insert into sec.users (id, email, name, password_hash) "
            "select gen_random_uuid(), 'p' || n || '@example.org', 'Person ' || n, '' "
            "from generate_series(1, 60) n"
        )
        admin.execute(
            "insert into app.membership (tenant_id, user_id, role) "
            "select %s, id, 'VIEWER' from sec.users where name like 'Person %%'",
            [ana.tenant_id],
        )
    page = open_page(ana, "members")
    assert len(shown(page)) == 25
    page.text_input(key="search people").input("person 60")
    page.run()
    assert "Person 60" in words(page)
    assert len(shown(page)) == 1


def test_whoever_was_removed_is_told_so_and_sees_nothing_more(
    ana: TenantContext, ben: TenantContext
) -> None:
    page = open_page(ben, "members")
    remove_member(ana, ben.user_id)
    page.run()
    assert errors(page) == [
        "You are no longer a member of Rivera family, or you are suspended. Ask one of its owners."
    ]
    assert "2 people" not in words(page)
    assert "Somebody gave you this link?" not in words(page)


def test_a_viewer_is_refused_what_the_address_names(ana: TenantContext, ben: TenantContext) -> None:
    for section, right in (("Invitations", "invite people"), ("Activity", "read the activity")):
        page = open_page(ben, "members", section=section)
        assert errors(page) == [f"In Rivera family you are VIEWER, who may not {right}."]
