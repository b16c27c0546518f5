"""The list at a hundred thousand transactions: what one screen sends."""

import pytest

from tests.crowd import fill
from tests.web.serving import Served
from tests.web.tab import tab
from tests.web.test_two_processes import connection
from tests.web.visiting import Person

MOST_BYTES = 300_000
ACCOUNT = """
    insert into app.account (tenant_id, id, owner_id, name, kind, side, currency, opened_on)
    select tenant_id, uuidv7(), user_id, 'Current', 'CHECKING', 'ASSET', 'EUR', '2017-01-01'
    from app.membership returning id
"""


@pytest.fixture(scope="module")
def crowded(server: Served, person: Person) -> Person:
    """Ana, with one account that is never looked at as a whole."""
    with connection(server) as administrator:
        row = administrator.execute(ACCOUNT).fetchone()
        assert row is not None
        fill(administrator, row[0])
    return person


def test_one_screen_sends_little(server: Served, crowded: Person) -> None:
    with tab(server.url, crowded.cookies) as opened:
        opened.run()
        for query in ({}, {"q": "payee"}, {"category": "none"}):
            drawn = opened.run("transactions", **query)
            assert "Transactions" in drawn.words
            assert "Older" in opened.labels("button")
            assert drawn.size <= MOST_BYTES
