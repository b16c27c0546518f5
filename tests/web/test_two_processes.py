"""One user, two tenants, two processes, a thousand writes: none lands in the other tenant."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from fintrack.operations.embedded import start_server, stop
from tests.api.calling import call_over_network
from tests.web.serving import Served, served
from tests.web.tab import Tab, tab
from tests.web.visiting import EMAIL, PASSWORD, Person

WRITES = 500
PAGE_TURNS = (0, 5)  # of eight
HISTORY = """
create table public.history (tenant_id uuid, name text);
create function public.remember() returns trigger language plpgsql security definer as
$$ begin insert into public.history values (new.tenant_id, new.name); return null; end $$;
create trigger remember after update on app.tenant
    for each row execute function public.remember();
"""


@pytest.mark.slow
def test_a_thousand_interleaved_writes_stay_in_their_tenants(
    server: Served, person: Person
) -> None:
    """Each tenant is written through the page and the API of both processes in turns.

    The other tenant is written at the same time.
    """
    with ExitStack() as stack:
        other = stack.enter_context(served(server.home))
        administrator = stack.enter_context(connection(server))
        administrator.execute(HISTORY)
        slugs = {"family": own_tenant(server.url, person)}
        slugs["business"] = new_tenant(server.url, person)
        tabs = {
            name: [stack.enter_context(tab(url, person.cookies)) for url in (server.url, other.url)]
            for name in slugs
        }
        with ThreadPoolExecutor(2) as pool:
            family = pool.submit(write, tabs["family"], slugs["family"], "family", turn=15)
            business = pool.submit(write, tabs["business"], slugs["business"], "business", turn=10)
            family.result()
            business.result()
        found = administrator.execute(
            "select t.slug, split_part(h.name, ' ', 1), count(distinct h.name), count(*)"
            " from public.history h join app.tenant t using (tenant_id) group by 1, 2"
        ).fetchall()
    assert Counter(found) == Counter((slug, name, WRITES, WRITES) for name, slug in slugs.items())


def write(opened: list[Tab], slug: str, name: str, *, turn: int) -> None:
    """Rename the tenant over and over: `turn` times on a page, then by an API.

    A page costs thrice as much as the API, so that a quarter of the turns is one.
    """
    token = token_for(opened[0].base, slug)
    for number in range(WRITES):
        renamed = f"{name} {number}"
        current = opened[number // turn % 2]
        if number // turn % 8 not in PAGE_TURNS:
            change(current.base, token, renamed)
            continue
        if number % turn == 0:
            current.run("settings", tenant=slug)
        current.fill("^Name$", renamed)
        current.click("^Save$", "settings")


def change(url: str, token: str, name: str) -> None:
    """Rename the token's tenant over HTTP."""
    answer = call_over_network(url, "PATCH", "/tenants/current", {"name": name}, token=token)
    assert answer.json["name"] == name


def token_for(url: str, slug: str) -> str:
    """Return an access token of the API for the tenant."""
    given = {"email": EMAIL, "password": PASSWORD, "tenant": slug}
    return str(call_over_network(url, "POST", "/token", given).json["access_token"])


def new_tenant(url: str, person: Person) -> str:
    """Make a second tenant and return its slug."""
    with tab(url, person.cookies) as opened:
        opened.run("settings")
        opened.click("^New tenant$", "settings")
        opened.fill("Tenant name", "Rivera Ltd")
        opened.click("^Create$", "settings")
        return opened.query.partition("tenant=")[2]


def own_tenant(url: str, person: Person) -> str:
    """Return the slug of the tenant that the registration made, the only one so far."""
    with tab(url, person.cookies) as opened:
        opened.run("settings")
        return opened.query.partition("tenant=")[2]


@contextmanager
def connection(server: Served) -> Iterator[psycopg.Connection]:
    """Yield a superuser's connection, which sees every tenant."""
    joined = start_server(server.home)
    try:
        with joined.connect("postgres", "fintrack") as administrator:
            yield administrator
    finally:
        stop(joined)
