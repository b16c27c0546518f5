"""Registration on the screen: with an invitation's link, and where a mail finishes it."""

from fintrack.access.acceptance import preview_invitation
from fintrack.access.invitations import Terms, invite_member
from fintrack.access.tenants import enter_tenant, my_tenants
from fintrack.context import Role, TenantContext
from fintrack.limits import Limit
from fintrack.operations.tenants import set_limit
from fintrack.ui.text import escaped
from tests.conftest import PASSWORD, sign_in
from tests.databases import Database
from tests.mailing import Mailbox
from tests.operations.test_letters import is_user, query
from tests.pages.test_front_door import errors, fill, press, user_id, visit, words

ZOE = "zoe@example.org"


def test_whoever_has_a_link_registers_with_an_address_of_choice_and_joins(
    ana: TenantContext,
) -> None:
    page = visit(invitation=invite_member(ana, None, Role.VIEWER, Terms(most_uses=2)))
    assert "Ana invites you" in words(page)
    fill(page, register_name="Zoe", register_email=ZOE, register_password=PASSWORD)
    assert errors(press(page, "Create account and join")) == []
    assert enter_tenant(sign_in(user_id(ZOE)), ana.slug).role is Role.VIEWER


def test_a_full_tenant_leaves_a_new_account_with_its_invitation(ana: TenantContext) -> None:
    set_limit(ana.slug, Limit.MEMBERS, 1)
    page = visit(invitation=invite_member(ana, ZOE, Role.VIEWER))
    fill(page, register_name="Zoe", register_password=PASSWORD)
    assert errors(press(page, "Create account and join")) == []
    assert [tenant.name for tenant in my_tenants(sign_in(user_id(ZOE)))] == ["Zoe"]


def test_with_mail_the_screen_says_the_same_for_a_known_and_a_new_address(
    ana: TenantContext, mailbox: Mailbox
) -> None:
    said = []
    for email in (ana.session.email, ZOE):
        page = visit(register="yes")
        fill(page, register_name="Zoe", register_email=email, register_password=PASSWORD)
        page = press(page, "Create account")
        assert errors(page) == []
        said.append([each.value.replace(escaped(email), "") for each in page.success])
    assert said[0] == said[1] != []
    assert len(mailbox.letters) == 2
    assert not is_user(ZOE)


def test_the_mailed_link_finishes_with_the_password(mailbox: Mailbox) -> None:
    page = visit(register="yes")
    fill(page, register_name="Zoe", register_email=ZOE, register_password=PASSWORD)
    fill(page, register_tenant_name="Zoe Ltd")
    press(page, "Create account")
    page = visit(confirm=query(mailbox.link())["confirm"])
    fill(page, confirm_password="not it at all")
    assert errors(press(page, "Create account")) == [
        "This is not the password you chose when you registered. Type that one."
    ]
    fill(page, confirm_password=PASSWORD)
    assert errors(press(page, "Create account")) == []
    assert [tenant.name for tenant in my_tenants(sign_in(user_id(ZOE)))] == ["Zoe Ltd"]


def test_a_used_link_says_what_to_do(database: Database) -> None:
    page = visit(confirm="made up")
    fill(page, confirm_password=PASSWORD)
    assert errors(press(page, "Create account")) == [
        "This link was used already or is too old. Register again."
    ]


def test_an_invitation_is_declined_without_an_account(ana: TenantContext) -> None:
    token = invite_member(ana, ZOE, Role.VIEWER)
    page = visit(invitation=token)
    page.button(key="decline").click().run()
    assert not page.exception
    assert preview_invitation(token) is None


def test_a_link_for_whoever_has_it_is_not_declined(ana: TenantContext) -> None:
    page = visit(invitation=invite_member(ana, None, Role.VIEWER))
    assert "decline" not in {each.key for each in page.button}
