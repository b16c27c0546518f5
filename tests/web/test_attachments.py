"""A file of a transaction is fetched as a file, under its own name, by who sees the transaction."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from fintrack.access.sessions import open_session, session_of
from fintrack.access.tickets import issue_download_ticket
from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, create_account
from fintrack.ledger.attachments import add_attachment
from fintrack.ledger.recording import NewTransaction, record_transaction
from tests.web.asking import Answer, ask
from tests.web.test_routes import APP, session_cookie

DAY = date(2026, 3, 1)
Fetch = Callable[[str, UUID], Answer]


def attached(me: TenantContext, name: str, content: bytes, visibility: Visibility) -> UUID:
    new = NewAccount("Giro", AccountKind.CHECKING, "EUR", DAY, visibility=visibility)
    lunch = record_transaction(me, NewTransaction(create_account(me, new), DAY, -4200))
    return add_attachment(me, lunch, name, content).id


@pytest.fixture
def fetch(ana: TenantContext) -> Fetch:
    """Fetch a file of Ana's tenant with the session of this token."""

    def fetched(token: str, attachment_id: UUID) -> Answer:
        session = session_of(token)
        assert session is not None
        wanted = {"kind": "attachment", "tenant": ana.slug, "attachment": str(attachment_id)}
        ticket = issue_download_ticket(session, wanted)
        return ask(APP, f"/export/{ticket}", headers=[session_cookie(token)])

    return fetched


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("receipt 1.pdf", 'attachment; filename="receipt 1.pdf"'),
        ('"März".pdf', "attachment; filename=\"_M_rz_.pdf\"; filename*=UTF-8''%22M%C3%A4rz%22.pdf"),
    ],
)
def test_a_file_comes_under_its_own_name_and_is_never_shown(
    ana: TenantContext, ana_token: str, fetch: Fetch, name: str, header: str
) -> None:
    answer = fetch(ana_token, attached(ana, name, b"%PDF-1.7 receipt", Visibility.EVERYONE))
    assert (answer.status, answer.body) == (200, b"%PDF-1.7 receipt")
    assert answer.header("content-disposition") == header
    assert answer.header("content-type") == "application/pdf"
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-content-type-options") == "nosniff"


def test_a_page_with_a_script_is_a_text(ana: TenantContext, ana_token: str, fetch: Fetch) -> None:
    page = attached(ana, "receipt.html", b"<script>alert(1)</script>", Visibility.EVERYONE)
    answer = fetch(ana_token, page)
    assert (answer.header("content-type") or "").startswith("text/plain")
    assert (answer.header("content-disposition") or "").startswith("attachment;")


def test_a_viewer_who_may_not_export_fetches_what_he_sees(
    ana: TenantContext, ben: TenantContext, fetch: Fetch
) -> None:
    ben_token = open_session(ben.user_id, remember=False, agent="Firefox", address="127.0.0.1")
    assert fetch(ben_token, attached(ana, "a.txt", b"a", Visibility.EVERYONE)).body == b"a"
    assert fetch(ben_token, attached(ana, "b.txt", b"b", Visibility.PRIVATE)).status == 404


def test_i9_a_foreign_tenants_file_cannot_be_fetched(
    ana: TenantContext, cleo_token: str, fetch: Fetch
) -> None:
    assert fetch(cleo_token, attached(ana, "a.txt", b"a", Visibility.EVERYONE)).status == 404
