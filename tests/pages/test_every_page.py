"""What holds of every page."""

from streamlit.testing.v1 import AppTest

from fintrack.access.sessions import end_session
from fintrack.context import TenantContext
from tests.pages.opening import open_page
from tests.pages.test_front_door import visit, words


def drawn(page: AppTest) -> dict[str, list[str]]:
    """Return the titles of every page as this visitor sees them, by path."""
    titles = {}
    for page_hash, known in page._registered_pages.items():
        page._page_hash = page_hash
        page.run()
        assert not page.exception
        titles[str(known["url_pathname"])] = [title.value for title in page.title]
    return titles


def test_i3_no_page_is_drawn_without_a_session(ana: TenantContext) -> None:
    for_ana = drawn(open_page(ana, "account"))
    assert len(for_ana) > 5
    assert all(for_ana.values())
    stranger = visit()
    assert drawn(stranger) == {path: [] for path in for_ana}
    assert "Sign in" in words(stranger)


def test_i3_no_page_is_drawn_once_the_session_has_ended(ana: TenantContext) -> None:
    page = open_page(ana, "account")
    end_session(ana.session, ana.session.id)
    assert not any(drawn(page).values())
    assert "Rivera" not in words(page)
