"""The cast, on a real PostgreSQL: Ana owns the Rivera family, Cleo owns Rivera Ltd."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import hypothesis
import plotly.graph_objects as go
import pytest
from argon2 import PasswordHasher
from coverage import Coverage
from psycopg import sql
from xdist.remote import Producer

from fintrack import db
from fintrack.access import passwords
from fintrack.access.acceptance import accept_invitation
from fintrack.access.invitations import invite_member
from fintrack.access.ownership import accept_ownership, offer_ownership
from fintrack.access.sessions import confirm_session, open_session, session_of
from fintrack.access.tenants import NewTenant, close_tenant, enter_tenant, my_tenants
from fintrack.access.users import NewUser, register
from fintrack.analytics.charts import drawing
from fintrack.config import Registration, read_settings, settings
from fintrack.context import Role, TenantContext, TenantType, UserSession
from fintrack.operations.binaries import find_binaries
from fintrack.operations.embedded import Server, stop
from fintrack.operations.erasure import erase_closed_tenants
from fintrack.operations.installation import Installation, open_installation
from tests.databases import Database, Shelf, remembering
from tests.homes import copy_wheel, place_of_homes
from tests.isolation.capture import _statements_name_their_tenant  # noqa: F401 - watches every test
from tests.mailing import Mailbox, mail_server
from tests.scheduling import SERVERS, FileScheduling

# A busy machine makes no property false.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

PASSWORD = "three plain words"
HERE = Path(__file__).parent
REPEATED = pytest.StashKey[bool]()
# What versions could answer differently runs on each of them, everything else on the first.
ON_EACH = (
    "access/test_tenants.py",
    "analytics/test_answers.py",
    "isolation/",
    "test_db.py",
)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileScheduling:
    """Keep the tests of a file together."""
    return FileScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser last: its event loop stays in this thread until the session ends.

    What takes long comes first, so that nobody waits for it in the end.
    """
    items.sort(key=lambda item: ("browser" in item.path.parts, not item.get_closest_marker("slow")))
    seen: set[tuple[Path, str]] = set()
    for item in items:
        name = (item.path, item.originalname if isinstance(item, pytest.Function) else item.name)
        item.stash[REPEATED] = name in seen
        seen.add(name)


def pytest_collection_finish() -> None:
    """Search what was loaded for garbage once, not again and again behind each test."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Count lines at the first of a test's cases: the others run the same, and twice as fast."""
    counting = Coverage.current() if item.stash[REPEATED] else None
    if counting is None:
        return (yield)
    counting.stop()
    try:
        return (yield)
    finally:
        counting.start()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Repeat a test for each PostgreSQL that FINTRACK_TEST_SERVERS lists."""
    if "installation" in metafunc.fixturenames and len(SERVERS) > 1:
        place = metafunc.definition.path.relative_to(HERE).as_posix()
        is_on_each = place.startswith(ON_EACH) and not metafunc.definition.get_closest_marker(
            "one_server"
        )
        chosen = SERVERS if is_on_each else SERVERS[:1]
        metafunc.parametrize("installation", chosen, indirect=True, scope="session")


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> None:
    """Hash passwords in next to no time; nothing of a test outlives it."""
    passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._NOBODY = passwords._HASHER.hash("nobody has this password")


@pytest.fixture(scope="session", autouse=True)
def remembered_statements() -> None:
    """Compile each statement once in this process, as a server does, not for each database."""
    db._engine = remembering(db._engine)  # type: ignore[assignment]


@pytest.fixture(scope="session", autouse=True)
def checked_charts() -> None:
    """Let Plotly check every chart that a test draws, and what is sent of it, as no server does."""
    drawing.CHECKS = {}
    sent = drawing.Chart.to_dict

    def compared(figure: drawing.Chart) -> dict[str, object]:
        assert sent(figure) == go.Figure.to_dict(figure)
        return sent(figure)

    drawing.Chart.to_dict = compared  # type: ignore[assignment, method-assign]


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A folder that the operating-system user of the server may enter."""
    folder = Path(tempfile.mkdtemp(dir=place_of_homes(), prefix="fintrack-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Let the programs that tests start keep what Python compiled, on a machine that forbids it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def reachable_programs(home: Path) -> Iterator[None]:
    """Let root's servers find programs that their user may run, or each home gets a copy."""
    with pytest.MonkeyPatch.context() as environment:
        if os.geteuid() == 0:
            copy_wheel(home / "wheel")
            environment.syspath_prepend(home / "wheel")
            environment.setenv("PYTHONPATH", str(home / "wheel"), prepend=os.pathsep)
        yield


@pytest.fixture(scope="session")
def installation(home: Path, request: pytest.FixtureRequest) -> Iterator[Installation]:
    """The embedded server, with a migrated database as the template of every test's own."""
    major = getattr(request, "param", SERVERS[0])
    places = {"FINTRACK_HOME": home / f"data{major}", "FINTRACK_PG_BIN": find_binaries(major)}
    opened = open_installation(read_settings({name: str(path) for name, path in places.items()}))
    _hurry(opened)
    yield opened
    db.disconnect()
    assert isinstance(opened.server, Server)
    stop(opened.server)


def _hurry(opened: Installation) -> None:
    """Make databases that live for one test cheap; tests/operations prove what a crash leaves.

    Most of what a connection costs are the 4,096 rounds in which its password is hashed.
    """
    assert opened.server is not None
    with opened.server.connect("postgres", "postgres") as admin:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            admin.execute(f"alter system set {setting} = off")
        admin.execute("select pg_reload_conf()")
        admin.execute("set scram_iterations = 1")
        for url in (
            opened.app_url, opened.sign_in_url, opened.maintenance_url, opened.admin_url
        ):  # fmt: skip
            login, password = sql.Identifier(str(url.username)), sql.Literal(str(url.password))
            admin.execute(sql.SQL("alter role {} password {}").format(login, password))


@pytest.fixture(scope="session")
def shelf(installation: Installation) -> Iterator[Shelf]:
    """The databases of the tests."""
    kept = Shelf(installation)
    yield kept
    kept.close()


@pytest.fixture
def database(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A clean database, connected, open for registration."""
    with open_database(shelf, monkeypatch) as clean:
        yield clean


@contextmanager
def open_database(shelf: Shelf, environment: pytest.MonkeyPatch) -> Iterator[Database]:
    """Connect a clean database of the shelf, open for registration."""
    environment.setenv("FINTRACK_REGISTRATION", Registration.OPEN)
    settings.cache_clear()
    clean = shelf.take()
    yield clean
    settings.cache_clear()
    shelf.give_back(clean)


def sign_in(user_id: UUID) -> UserSession:
    """Return a real browser session of the user."""
    token = open_session(user_id, remember=False, agent="pytest", address="127.0.0.1")
    session = session_of(token)
    assert session is not None
    return session


def sign_up(name: str, tenant: str, kind: TenantType = TenantType.FAMILY) -> TenantContext:
    """Register somebody with a tenant, sign in, and enter it."""
    user = NewUser(f"{name.lower()}@example.org", name, PASSWORD)
    session = sign_in(register(user, NewTenant(tenant, kind, "EUR", "ES", "en_GB")))
    return my_tenants(session)[0]


def join(owner: TenantContext, name: str, role: Role) -> TenantContext:
    """Register somebody, have the owner invite them, accept, and enter the owner's tenant."""
    own = sign_up(name, f"{name}'s own", TenantType.PERSONAL)
    token = invite_member(owner, own.session.email, role)
    return accept_invitation(own.session, token)


def share_ownership(owner: TenantContext, other: TenantContext) -> TenantContext:
    """Make a member an owner beside the first one; both show that it is they."""
    confirm_session(owner.session, PASSWORD)
    offer_ownership(owner, other.user_id, shared=True)
    confirm_session(other.session, PASSWORD)
    accept_ownership(other)
    return enter_tenant(other.session, owner.slug)


def close(owner: TenantContext) -> None:
    """Close the owner's tenant; he shows that it is he."""
    confirm_session(owner.session, PASSWORD)
    close_tenant(owner, owner.name)


def erase(database: Database, owner: TenantContext) -> None:
    """Close the owner's tenant, let its thirty days go by, and erase it."""
    close(owner)
    with database.administrator() as admin:
        admin.execute(
            "update app.tenant set closes_at = now() where tenant_id = %s", [owner.tenant_id]
        )
    assert erase_closed_tenants() == 1


@pytest.fixture
def ana(database: Database) -> TenantContext:
    """Ana, who owns the Rivera family."""
    return sign_up("Ana", "Rivera family")


@pytest.fixture
def ben(ana: TenantContext) -> TenantContext:
    """Ben, who views the Rivera family."""
    return join(ana, "Ben", Role.VIEWER)


@pytest.fixture
def dora(ana: TenantContext) -> TenantContext:
    """Dora, who administers the Rivera family."""
    return join(ana, "Dora", Role.ADMIN)


@pytest.fixture
def eli(ana: TenantContext) -> TenantContext:
    """Eli, who is a member of the Rivera family."""
    return join(ana, "Eli", Role.MEMBER)


@pytest.fixture
def cleo(database: Database) -> TenantContext:
    """Cleo, the outsider, who owns Rivera Ltd."""
    return sign_up("Cleo", "Rivera Ltd", TenantType.BUSINESS)


@pytest.fixture
def mailbox(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """What a mail server on this machine got from FinTrack, which is configured for it."""
    box = Mailbox()
    with mail_server(box) as port:
        monkeypatch.setenv("FINTRACK_BASE_URL", "https://money.example.org")
        monkeypatch.setenv("FINTRACK_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("FINTRACK_SMTP_PORT", str(port))
        monkeypatch.setenv("FINTRACK_SMTP_TLS", "none")
        monkeypatch.setenv("FINTRACK_SMTP_FROM", "fintrack@example.org")
        settings.cache_clear()
        yield box
