"""Both tenants' books with a program for every member: how a route is asked on behalf of one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from fintrack.access import tokens
from fintrack.access.api_tokens import Scope, create_api_token
from fintrack.access.sessions import confirm_session
from fintrack.access.sharing import ShareLevel, share_account
from fintrack.context import Permission, Role, TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, create_account
from tests.api.calling import Reply, call
from tests.api.decisions import ROUTES
from tests.conftest import PASSWORD
from tests.isolation.ledgers import DAY, Ledger, Scene, pivot_of, webhook_of
from tests.isolation.world import open_registration

BOUNDARY = "a-line-that-is-in-no-file"
EMPTY: Mapping[str, str] = {}


@dataclass(slots=True)
class Stage:
    """A scene, and the access tokens of its members."""

    scene: Scene
    known: dict[UUID, str] = field(default_factory=dict)
    programs: dict[tuple[UUID, tuple[Scope, ...]], str] = field(default_factory=dict)
    asked: str = ""
    standing: dict[tuple[UUID | None, str], str] = field(default_factory=dict)

    def token(self, context: TenantContext, *, fresh: bool = False) -> str:
        """Return an access token of the member's, whose sign-in is too old to confirm anything."""
        if fresh or context.user_id not in self.known:
            credentials = {"email": context.session.email, "password": PASSWORD}
            answer = call("POST", "/token", {**credentials, "tenant": context.slug})
            assert answer.status == 200, answer.content
            self.known[context.user_id] = answer.json["access_token"]
            with self.scene.world.database.administrator() as admin:
                admin.execute("update sec.session set confirmed_at = null where kind = 'API'")
        return self.known[context.user_id]

    def api_token(self, context: TenantContext, *scopes: Scope, fresh: bool = False) -> str:
        """Return an API token of the member's, a new one where it is used up."""
        known = (context.user_id, scopes)
        if fresh or known not in self.programs:
            confirm_session(context.session, PASSWORD)
            self.programs[known] = create_api_token(context, "Script", scopes)
        return self.programs.pop(known) if fresh else self.programs[known]

    def ask(
        self,
        route: str,
        context: TenantContext,
        own: Ledger,
        token: str | None,
        seen: str | None = None,
        **ids: str,
    ) -> Reply:
        """Ask a route as its decision says, about rows of `own` but for the given ids.

        `seen` is the version that is changed, if it still stands.
        """
        decision = ROUTES[route]
        named = self._named(route, context, own, ids)
        method, path = route.split(" ")
        path = path.format(**named) + (f"?{decision.query}" if decision.query else "")
        body = decision.body(named, own) if decision.body else None
        if decision.is_form:
            headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
            answer = call(method, path, token=token, headers=headers, content=_form(body))
        else:
            headers = {} if seen is None else {"if-match": seen}
            answer = call(method, path, body, token=token, headers=headers)
        return self._noted(method, answer)

    def body_of(self, route: str) -> Any:  # noqa: ANN401 - what a decision sends
        """Return the body that the company's owner sends to a route, about rows of his own."""
        own = self.scene.company
        return self._body(route, self._named(route, own.owner, own))

    def smuggled(
        self,
        route: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        header: Mapping[str, str] | None = None,
        body: Any = None,  # noqa: ANN401 - what a decision sends
    ) -> Reply:
        """Ask a route as the company's owner, with parts of the call in place of the usual ones."""
        decision, own = ROUTES[route], self.scene.company
        named = self._named(route, own.owner, own)
        method, address = route.split(" ")
        asked = urlencode({**dict(parse_qsl(decision.query)), **(query or {})})
        address = address.format(**{**named, **(path or {})}) + (f"?{asked}" if asked else "")
        sent = self._body(route, named) if body is None else body
        token = self.token_for(route, own.owner)
        if decision.is_form:
            kind = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
            headers = {**kind, **(header or {})}
            answer = call(method, address, token=token, headers=headers, content=_form(sent))
        else:
            answer = call(method, address, sent, token=token, headers=header or {})
        return self._noted(method, answer)

    def _named(
        self, route: str, context: TenantContext, own: Ledger, ids: Mapping[str, str] = EMPTY
    ) -> dict[str, str]:
        """Return the given ids, and rows for the others: those that the last call left standing."""
        asked = f"{route} of {own.book.id}"
        if self.asked != asked:
            self.asked, self.standing = asked, {}
        named = dict(ids)
        for name, kind in ROUTES[route].ids.items():
            key = (context.user_id if kind.startswith("own ") else None, name)
            if name not in named:
                if key not in self.standing:
                    self.standing[key] = str(_row(own, context, kind))
                named[name] = self.standing[key]
        return named

    def _noted(self, method: str, answer: Reply) -> Reply:
        """Return the answer; a call that changed something had its rows for itself."""
        if method != "GET" and answer.status < 400:
            self.standing = {}
        return answer

    def _body(self, route: str, named: Mapping[str, str]) -> Any:  # noqa: ANN401 - as above
        body = ROUTES[route].body
        return body(named, self.scene.company) if body else None

    def as_member(self, route: str, context: TenantContext, own: Ledger, **ids: str) -> Reply:
        """Ask a route with the access token of a member."""
        return self.ask(route, context, own, self.token_for(route, context), **ids)

    def token_for(self, route: str, context: TenantContext) -> str:
        """Return an access token of the member's, one of its own for a route that uses it up."""
        token = self.token(context, fresh=ROUTES[route].ends)
        if ROUTES[route].ends:
            del self.known[context.user_id]
        return token


@contextmanager
def staged(scene: Scene) -> Iterator[Stage]:
    """Open the doors of the scene to programs."""
    with scene.world.doors(), open_registration():
        tokens._keys.clear()
        yield Stage(scene)
        tokens._keys.clear()


def member(own: Ledger, role: Role) -> TenantContext:
    """Return the member of this role."""
    return own.book.members[role]


def _row(own: Ledger, context: TenantContext, kind: str) -> UUID:
    """Make a row of this kind; an own account is the asking member's, if he may have one."""
    if kind == "own webhook":
        return webhook_of(context if context.may(Permission.CHANGE_SETTINGS) else own.owner)
    if kind == "own pivot":
        return pivot_of(own, context)
    if kind not in {"own account", "own shared account"}:
        return own.new(kind)
    owner = context if context.role is not Role.VIEWER else own.owner
    new = NewAccount(own.name("Own"), AccountKind.CASH, "EUR", DAY, visibility=Visibility.PRIVATE)
    account_id = create_account(owner, new)
    if kind == "own shared account":
        share_account(owner, account_id, own.book.keeper.user_id, ShareLevel.READ)
    return account_id


def _form(values: Any) -> bytes:  # noqa: ANN401 - what a decision sends
    parts = []
    for name, value in values.items():
        is_file = isinstance(value, bytes)
        named = f'form-data; name="{name}"' + ('; filename="march.csv"' if is_file else "")
        content = value if isinstance(value, bytes) else str(value).encode()
        parts.append(
            f"--{BOUNDARY}\r\nContent-Disposition: {named}\r\n\r\n".encode() + content + b"\r\n"
        )
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
