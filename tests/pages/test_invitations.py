"""Invitations and requests to join on the screen: made, shown once, seen, answered."""

from fintrack.access.acceptance import preview_invitation
from fintrack.access.invitations import Terms, invitations, invite_member
from fintrack.access.join_requests import ASKED, ask_to_join, join_requests
from fintrack.access.sharing import ShareLevel
from fintrack.access.tenants import enter_tenant, my_tenants
from fintrack.context import Role, TenantContext
from tests.access.test_departures import PRIVATE, account
from tests.access.test_invitations import expire
from tests.databases import Database
from tests.mailing import Mailbox
from tests.pages.opening import open_dialog, open_page
from tests.pages.test_members import INVITATIONS, errors, press, words


def invite() -> None:
    """Open the dialog of an invitation."""
    from fintrack.ui.invitation_forms import invite_dialog  # noqa: PLC0415 - a script of its own
    from fintrack.ui.session import tenant_context  # noqa: PLC0415 - as above

    invite_dialog(tenant_context())


def resend() -> None:
    """Open the dialog that sends the newest invitation again."""
    from uuid import UUID  # noqa: PLC0415 - a script of its own

    from fintrack.access.invitations import invitations  # noqa: PLC0415 - as above
    from fintrack.ui.invitation_forms import resend_dialog  # noqa: PLC0415 - as above
    from fintrack.ui.session import tenant_context  # noqa: PLC0415 - as above

    newest = invitations(tenant_context()).iloc[0]
    resend_dialog(tenant_context(), UUID(newest["id"]), newest["email"])


def test_an_invitation_by_address_shows_its_link_once(ana: TenantContext) -> None:
    page = open_dialog(ana, invite)
    page.text_input(key="invite email").input("guest@example.org")
    page.run()
    page.text_area(key="invite message").input("Welcome.")
    page.slider(key="invite days").set_value(3)
    press(page, "Invite")
    (link,) = page.code
    token = str(link.value).partition("invitation=")[2]
    offer = preview_invitation(token)
    assert offer is not None
    assert (offer.email, offer.message) == ("guest@example.org", "Welcome.")
    assert "Copy the link and send it yourself." in words(page)
    page.run()
    assert token not in str(page.main)


def test_an_invitation_by_link_says_how_often(ana: TenantContext) -> None:
    page = open_dialog(ana, invite)
    page.segmented_control(key="invite way").set_value("By link")
    page.run()
    page.number_input(key="invite uses").set_value(5)
    page.radio(key="invite role").set_value(Role.MEMBER)
    page.run()
    press(page, "Make the link")
    row = invitations(ana).iloc[0]
    assert (row["email"], row["most_uses"], row["role"]) == ("", 5, "MEMBER")


def test_an_invitation_shares_own_private_accounts(ana: TenantContext) -> None:
    secret = account(ana, "Secret", PRIVATE)
    page = open_dialog(ana, invite)
    page.text_input(key="invite email").input("guest@example.org")
    page.multiselect(key="invite accounts").set_value([str(secret)])
    page.run()
    page.segmented_control(key="invite level").set_value(ShareLevel.BALANCE)
    press(page, "Invite")
    offer = preview_invitation(str(page.code[0].value).partition("invitation=")[2])
    assert offer is not None
    assert offer.accounts == (("Secret", "BALANCE"),)


def test_with_mail_the_outcome_is_shown(ana: TenantContext, mailbox: Mailbox) -> None:
    page = open_dialog(ana, invite)
    page.text_input(key="invite email").input("guest@example.org")
    press(page, "Invite")
    assert "The mail is on its way." in words(page)
    assert mailbox.link() == str(page.code[0].value)


def test_a_refused_invitation_says_why_and_keeps_what_was_typed(ana: TenantContext) -> None:
    page = open_dialog(ana, invite)
    page.text_input(key="invite email").input("nonsense")
    assert errors(press(page, "Invite")) == ["Type an e-mail address such as ana@example.org."]
    assert page.text_input(key="invite email").value == "nonsense"


def test_pending_invitations_are_marked_and_sent_again(
    ana: TenantContext, database: Database
) -> None:
    old = invite_member(ana, "guest@example.org", Role.VIEWER)
    expire(database)
    seen = words(open_page(ana, "members", **INVITATIONS))
    assert "guest" in seen
    assert "Expired" in seen
    page = press(open_dialog(ana, resend), "Make a new link")
    new = str(page.code[0].value).partition("invitation=")[2]
    assert preview_invitation(old) is None
    assert preview_invitation(new) is not None


def test_an_invitation_is_revoked_on_the_page(ana: TenantContext) -> None:
    token = invite_member(ana, None, Role.VIEWER, Terms(most_uses=3))
    page = open_page(ana, "members", **INVITATIONS)
    assert "used 0 of 3 times" in words(page)
    press(page, "Revoke")
    assert preview_invitation(token) is None


def test_an_invited_person_sees_everything_before_joining(
    ana: TenantContext, cleo: TenantContext
) -> None:
    account(ana, "Giro")
    token = invite_member(ana, cleo.session.email, Role.MEMBER, Terms(message="Hello Cleo."))
    page = open_page(cleo, "", invitation=token)
    seen = words(page)
    for word in ("Ana invites you", "Rivera family", "as member", "Hello Cleo", "Giro", "Import"):
        assert word in seen
    press(page, "Decline")
    assert preview_invitation(token) is None


def test_an_invitation_of_somebody_else_says_so(ana: TenantContext, cleo: TenantContext) -> None:
    page = open_page(cleo, "", invitation=invite_member(ana, "zoe@example.org", Role.VIEWER))
    labels = [button.label for button in page.button]
    assert "Join" not in labels
    assert "Sign out to use another account" in labels


def test_a_link_of_a_domain_asks_for_a_proof(
    ana: TenantContext, cleo: TenantContext, mailbox: Mailbox
) -> None:
    token = invite_member(ana, None, Role.VIEWER, Terms(mail_domain="example.org"))
    page = press(open_page(cleo, "", invitation=token), "Send me the mail")
    assert "on its way" in words(page)
    proof = mailbox.link().partition("address=")[2].partition("&")[0]
    page = open_page(cleo, "", invitation=token, address=proof)
    press(page, "Join")
    assert enter_tenant(cleo.session, ana.slug).role is Role.VIEWER


def test_asking_to_join_looks_the_same_whether_or_not_there_is_a_tenant(
    ana: TenantContext, cleo: TenantContext
) -> None:
    answers = []
    for slug in (ana.slug, "no-such-tenant"):
        page = open_page(cleo, "", tenant=slug)
        page.text_area(key="join message").input("It is Cleo.")
        answers.append(words(press(page, "Ask to join")))
    assert answers[0] == answers[1]
    assert ASKED in answers[0]
    assert join_requests(ana)["message"].tolist() == ["It is Cleo."]


def test_an_admin_turns_somebody_down_on_the_page(dora: TenantContext, cleo: TenantContext) -> None:
    ask_to_join(cleo.session, dora.slug, "It is Cleo.")
    page = open_page(dora, "members", **INVITATIONS)
    assert "**Cleo** asks to join" in words(page)
    press(page, "Turn down")
    assert join_requests(dora).empty
    assert len(my_tenants(cleo.session)) == 1
