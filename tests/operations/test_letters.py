"""What FinTrack writes, and what its links do: invite, finish a registration, prove an address."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from fintrack.access import registrations
from fintrack.access.acceptance import accept_invitation, preview_invitation
from fintrack.access.invitations import Terms, invitations, invite_member
from fintrack.access.passwords import hash_password
from fintrack.access.registrations import finish_registration, prove_address
from fintrack.access.sessions import check_credentials
from fintrack.access.tenants import NewTenant, my_tenants
from fintrack.access.users import NewUser, register
from fintrack.config import settings
from fintrack.context import Role, TenantContext, TenantType
from fintrack.db import sign_in_transaction
from fintrack.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    NotSignedIn,
    PermissionDenied,
    Unavailable,
)
from fintrack.operations.letters import mail_invitation, mail_proof, sign_up
from fintrack.operations.mail import Delivery
from fintrack.security_schema import User
from tests.access.test_departures import account
from tests.conftest import PASSWORD, sign_in
from tests.databases import Database
from tests.isolation.capture import captured
from tests.mailing import REFUSED, Mailbox

ZOE = NewUser("zoe@example.org", "Zoe", PASSWORD)
BOOKS = NewTenant("Zoe Ltd", TenantType.BUSINESS, "EUR", "ES")


def query(link: str) -> dict[str, str]:
    """Return what the link's address asks for."""
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://money.example.org/"
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def is_user(email: str) -> bool:
    """Return whether the address has an account."""
    with sign_in_transaction() as db:
        return db.scalar(select(User.id).where(User.email == email)) is not None


def test_an_invitation_is_mailed_with_its_link(ana: TenantContext, mailbox: Mailbox) -> None:
    token = invite_member(ana, "ben@example.org", Role.VIEWER, Terms(message="See you there."))
    assert mail_invitation(token) is Delivery.SENT
    (letter,) = mailbox.letters
    assert letter["To"] == "ben@example.org"
    assert letter["Subject"] == "Ana invites you to Rivera family"
    assert "as viewer" in mailbox.text()
    assert "See you there." in mailbox.text()
    assert query(mailbox.link()) == {"invitation": token}


def test_a_letter_tells_nothing_of_the_books(ana: TenantContext, mailbox: Mailbox) -> None:
    account(ana, "Giro at the bank")
    mail_invitation(invite_member(ana, "ben@example.org", Role.MEMBER))
    assert "Giro" not in mailbox.text()


def test_known_and_unknown_addresses_get_the_same_invitation(
    ana: TenantContext, cleo: TenantContext, mailbox: Mailbox
) -> None:
    for email in (cleo.session.email, "nobody@example.com"):
        mail_invitation(invite_member(ana, email, Role.VIEWER))
    known, unknown = (
        re.sub(r"invitation=\S+|\S+@\S+|\d\d:\d\d", "", str(letter.get_content()))
        for letter in mailbox.letters
    )
    assert known == unknown


def test_a_link_is_mailed_to_nobody(ana: TenantContext, mailbox: Mailbox) -> None:
    assert mail_invitation(invite_member(ana, None, Role.VIEWER)) is Delivery.NO_SERVER
    assert mailbox.letters == []


def test_a_mail_that_fails_leaves_the_invitation(ana: TenantContext, mailbox: Mailbox) -> None:
    token = invite_member(ana, REFUSED, Role.VIEWER)
    assert mail_invitation(token) is Delivery.FAILED
    assert preview_invitation(token) is not None
    assert len(invitations(ana)) == 1


def test_without_mail_open_registration_answers_at_once(database: Database) -> None:
    user_id = sign_up(ZOE, BOOKS)
    assert user_id is not None
    assert my_tenants(sign_in(user_id))[0].name == "Zoe Ltd"
    with pytest.raises(Conflict):
        sign_up(ZOE, BOOKS)


def test_with_mail_a_link_finishes_an_open_registration(mailbox: Mailbox) -> None:
    assert sign_up(ZOE, BOOKS) is None
    assert not is_user(ZOE.email)
    user_id = finish_registration(query(mailbox.link())["confirm"], PASSWORD)
    (tenant,) = my_tenants(sign_in(user_id))
    assert (tenant.name, tenant.type, tenant.role) == ("Zoe Ltd", TenantType.BUSINESS, Role.OWNER)
    assert check_credentials(ZOE.email, PASSWORD, "127.0.0.1") == user_id


def test_the_link_works_once(mailbox: Mailbox) -> None:
    sign_up(ZOE)
    secret = query(mailbox.link())["confirm"]
    finish_registration(secret, PASSWORD)
    with pytest.raises(NotFound):
        finish_registration(secret, PASSWORD)


def test_the_link_works_for_a_day(mailbox: Mailbox, database: Database) -> None:
    sign_up(ZOE)
    with database.administrator() as admin:
        admin.execute("update sec.registration set expires_at = now()")
    with pytest.raises(NotFound, match="Register again"):
        finish_registration(query(mailbox.link())["confirm"], PASSWORD)


def test_the_owner_of_an_address_finishes_nobody_elses_registration(mailbox: Mailbox) -> None:
    sign_up(ZOE)
    with pytest.raises(InvalidInput):
        finish_registration(query(mailbox.link())["confirm"], "what she would choose")
    assert not is_user(ZOE.email)


def test_of_two_links_for_one_address_one_makes_the_account(mailbox: Mailbox) -> None:
    sign_up(ZOE)
    first = query(mailbox.link())["confirm"]
    mailbox.letters.clear()
    sign_up(ZOE)
    finish_registration(first, PASSWORD)
    with pytest.raises(Conflict):
        finish_registration(query(mailbox.link())["confirm"], PASSWORD)


def test_a_known_address_gets_the_same_answer_and_a_mail_of_its_own(
    ana: TenantContext, mailbox: Mailbox
) -> None:
    assert sign_up(NewUser(ana.session.email, "Mallory", PASSWORD)) is None
    assert "You have one" in mailbox.text()
    assert "Mallory" not in mailbox.text()
    assert query(mailbox.link()) == {}
    with pytest.raises(NotSignedIn):
        check_credentials(ana.session.email, "another password", "127.0.0.1")


def test_known_and_new_addresses_cost_the_same(
    ana: TenantContext, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []

    def counted(password: str) -> str:
        hashed.append(email)
        return hash_password(password)

    monkeypatch.setattr(registrations, "hash_password", counted)
    statements = {}
    for email in (ana.session.email, ZOE.email):
        with captured() as seen:
            sign_up(NewUser(email, "Zoe", PASSWORD))
        statements[email] = list(seen)
    assert statements[ana.session.email] == statements[ZOE.email]
    assert hashed == [ana.session.email, ZOE.email]
    assert len(mailbox.letters) == 2


def test_with_mail_the_holder_of_a_link_learns_nothing_of_who_has_an_account(
    ana: TenantContext, cleo: TenantContext, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Registration is by invitation here, and the link is for anybody."""
    monkeypatch.setenv("FINTRACK_REGISTRATION", "invited")
    settings.cache_clear()
    token = invite_member(ana, None, Role.VIEWER)
    for email in (cleo.session.email, ZOE.email):
        assert sign_up(NewUser(email, "Zoe", PASSWORD), token=token) is None
    assert [letter["Subject"] for letter in mailbox.letters] == [
        "You have an account already",
        "Finish your registration",
    ]


def test_with_mail_nobody_registers_past_the_mail(mailbox: Mailbox) -> None:
    with pytest.raises(PermissionDenied, match="mailed link"):
        register(ZOE)
    assert not is_user(ZOE.email)


def test_a_mail_that_fails_is_said_whatever_the_address(mailbox: Mailbox) -> None:
    with pytest.raises(Unavailable, match="could not be sent"):
        sign_up(NewUser(REFUSED, "Zoe", PASSWORD))


@pytest.mark.parametrize(
    ("user", "tenant"),
    [
        (NewUser("nonsense", "Zoe", PASSWORD), None),
        (NewUser("zoe@example.org", "Zoe", "short"), None),
        (ZOE, NewTenant("Zoe", TenantType.FAMILY, "EURO", "ES")),
    ],
)
def test_what_cannot_be_used_is_said_before_any_mail(
    mailbox: Mailbox, user: NewUser, tenant: NewTenant | None
) -> None:
    with pytest.raises(InvalidInput):
        sign_up(user, tenant)
    assert mailbox.letters == []


def test_the_mail_leads_an_invited_person_back_to_the_invitation(
    ana: TenantContext, mailbox: Mailbox
) -> None:
    token = invite_member(ana, ZOE.email, Role.VIEWER)
    assert sign_up(ZOE, token=token) is None
    assert query(mailbox.link())["invitation"] == token


def test_by_invitation_an_invited_address_registers_at_once_also_with_mail(
    ana: TenantContext, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = invite_member(ana, ZOE.email, Role.VIEWER)
    monkeypatch.setenv("FINTRACK_REGISTRATION", "invited")
    settings.cache_clear()
    assert sign_up(ZOE, token=token) is not None
    with pytest.raises(PermissionDenied):
        sign_up(NewUser("xia@example.org", "Xia", PASSWORD))


@pytest.fixture
def for_domain(ana: TenantContext, mailbox: Mailbox) -> str:
    """The token of a link for addresses of example.org."""
    account(ana, "Giro")
    return invite_member(ana, None, Role.VIEWER, Terms(most_uses=5, mail_domain=" @Example.org"))


def test_a_domains_link_wants_an_address_that_was_proved(
    cleo: TenantContext, for_domain: str, mailbox: Mailbox
) -> None:
    offer = preview_invitation(for_domain, cleo.session)
    assert offer is not None
    assert (offer.mail_domain, offer.is_for_you, offer.accounts) == ("example.org", False, ())
    with pytest.raises(NotFound):
        accept_invitation(cleo.session, for_domain)
    mail_proof(cleo.session, for_domain)
    proof = query(mailbox.link())
    assert proof.pop("invitation") == for_domain
    prove_address(cleo.session, proof["address"])
    offer = preview_invitation(for_domain, cleo.session)
    assert offer is not None
    assert offer.accounts == (("Giro", "READ"),)
    assert accept_invitation(cleo.session, for_domain).name == "Rivera family"


def test_a_proof_is_of_one_user_and_works_once(
    ana: TenantContext, cleo: TenantContext, for_domain: str, mailbox: Mailbox
) -> None:
    mail_proof(cleo.session, for_domain)
    proof = query(mailbox.link())["address"]
    with pytest.raises(NotFound):
        prove_address(ana.session, proof)
    prove_address(cleo.session, proof)
    with pytest.raises(NotFound):
        prove_address(cleo.session, proof)


def test_a_domains_link_registers_by_mail_only_and_its_addresses_only(
    for_domain: str, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINTRACK_REGISTRATION", "invited")
    settings.cache_clear()
    with pytest.raises(PermissionDenied, match=r"addresses of example\.org"):
        sign_up(NewUser("zoe@example.com", "Zoe", PASSWORD), token=for_domain)
    assert sign_up(ZOE, token=for_domain) is None
    user_id = finish_registration(query(mailbox.link())["confirm"], PASSWORD)
    assert accept_invitation(sign_in(user_id), for_domain).role is Role.VIEWER


def test_a_proved_address_of_another_domain_does_not_join(
    for_domain: str, mailbox: Mailbox
) -> None:
    sign_up(NewUser("zoe@example.com", "Zoe", PASSWORD))
    session = sign_in(finish_registration(query(mailbox.link())["confirm"], PASSWORD))
    with pytest.raises(NotFound):
        accept_invitation(session, for_domain)


@pytest.mark.parametrize("domain", ["example", "exa mple.org", "-x.org", "x@example.org"])
def test_what_is_no_mail_domain_is_refused(
    ana: TenantContext, mailbox: Mailbox, domain: str
) -> None:
    with pytest.raises(InvalidInput):
        invite_member(ana, None, Role.VIEWER, Terms(mail_domain=domain))
    with pytest.raises(InvalidInput):
        invite_member(ana, "ben@example.org", Role.VIEWER, Terms(mail_domain="example.org"))


def test_without_mail_no_link_names_a_domain(ana: TenantContext) -> None:
    with pytest.raises(InvalidInput, match="sends no mail"):
        invite_member(ana, None, Role.VIEWER, Terms(mail_domain="example.org"))
