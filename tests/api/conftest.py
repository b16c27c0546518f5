"""The cast as programs: each with an access token of a real sign-in."""

from collections.abc import Callable, Iterator

import pytest

from fintrack.access import tokens
from fintrack.context import TenantContext
from tests.api.calling import call
from tests.api.stage import Stage, staged
from tests.conftest import PASSWORD
from tests.isolation.conftest import copied, scene, scenes, world  # noqa: F401 - fixtures
from tests.isolation.ledgers import Ledger, Scene

SignIn = Callable[[TenantContext], str]


@pytest.fixture(autouse=True)
def _no_remembered_keys() -> None:
    """Let no test sign with the keys of an earlier one's database."""
    tokens._keys.clear()


@pytest.fixture
def token_of() -> SignIn:
    """Sign a member in for the tenant of the context, and return the access token."""

    def sign_in(context: TenantContext) -> str:
        credentials = {"email": context.session.email, "password": PASSWORD}
        answer = call("POST", "/token", {**credentials, "tenant": context.slug})
        assert answer.status == 200, answer.content
        return str(answer.json["access_token"])

    return sign_in


@pytest.fixture
def ana_token(ana: TenantContext, token_of: SignIn) -> str:
    """Ana's access token for the Rivera family."""
    return token_of(ana)


@pytest.fixture
def cleo_token(cleo: TenantContext, token_of: SignIn) -> str:
    """Cleo's access token for Rivera Ltd."""
    return token_of(cleo)


@pytest.fixture(scope="module")
def stage(scenes: Callable[[], Scene]) -> Iterator[Stage]:  # noqa: F811 - the fixture
    """Both tenants' books, open to programs."""
    with staged(scenes()) as opened:
        yield opened


@pytest.fixture
def own(stage: Stage) -> Ledger:
    """Cleo's books."""
    return stage.scene.company


@pytest.fixture
def token(stage: Stage, own: Ledger) -> str:
    """Cleo's access token."""
    return stage.token(own.owner)
