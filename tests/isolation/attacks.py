"""What is tried against the walls, by code; every code has tests whose names begin with it.

A new attack is a line here and a test `test_<code>_<what holds>` anywhere in the suite.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]
GROUPS = {
    "A": "rows of another tenant, on every table",
    "B": "roles",
    "C": "private accounts, on every table of an account",
    "D": "contexts and pooled connections, directly and behind PgBouncer",
    "E": "forged contexts and injected SQL",
    "F": "what a refusal gives away",
    "G": "signing in, sessions and what stands in for a password",
    "H": "tokens and the HTTP API",
    "I": "pages and HTTP",
    "J": "files that leave and files that come",
    "K": "keys",
    "P": "the proof",
    "Q": "the tenant predicate",
    "R": "the signed rank",
    "T": "tables as the catalog describes them",
}
ATTACKS = {
    "A1": "read another tenant's rows",
    "A2": "read one of its rows by the key",
    "A3": "put a row into it",
    "A4": "move a row into it",
    "A5": "change or delete its rows",
    "A6": "overwrite its rows by INSERT … ON CONFLICT",
    "A7": "MERGE into it",
    "A8": "point at its rows from one's own",
    "A9": "have its rows returned by RETURNING",
    "A10": "reach it through joins, aggregates, windows, WITH and LATERAL",
    "A11": "COPY its rows out, or rows in",
    "A12": "read it through a cursor on the server",
    "A13": "read the names and addresses of its people",
    "A14": "TRUNCATE, DROP or ALTER a table, or make policies, indexes and rules",
    "A15": "read it through a view",
    "A16": "read it through a partition",
    "A17": "read as the owner of the tables",
    "B1": "write as a viewer",
    "B2": "manage members, invitations and settings as a member",
    "B3": "rise, touch an owner or grant one's own rank as an admin",
    "B4": "leave a tenant without an owner",
    "B5": "enter while suspended",
    "B6": "enter a suspended tenant",
    "B7": "use the role that one has in another tenant",
    "B8": "use a function that the role does not have",
    "B9": "read columns and tables that the role does not have",
    "B10": "change the activity, or act in another's name",
    "C1": "see an account that is not shared",
    "C2": "write to an account that is shared for reading",
    "C3": "move a transaction into an account that one may not write to",
    "C4": "share another's account, or learn whom it is shared with",
    "C5": "go on after a share was taken back",
    "C6": "delete an account that one may not write to",
    "C7": "share an account with somebody who is no member",
    "C8": "reach what a member left behind",
    "D1": "open a session without a context",
    "D2": "use a connection that entered no tenant",
    "D3": "go on after the statement that entered, outside of a transaction",
    "D4": "go on after the commit",
    "D5": "go on after a savepoint was rolled back",
    "D6": "mix tenants up in 200 threads",
    "D7": "find something after a transaction that failed",
    "D8": "leave a setting, a listener, a lock or a statement for the next one",
    "D9": "reuse a prepared statement in another tenant or role",
    "D10": "use another isolation level, or read only",
    "D11": "be served by parallel workers",
    "D12": "work in the background without a tenant, or in another than the job's",
    "D13": "share the server's connections with others through PgBouncer",
    "E1": "write another tenant, user or rank into the context",
    "E2": "cut, empty or blow up the context",
    "E3": "become another role",
    "E4": "enter once more, from inside",
    "E5": "read users, sessions and keys",
    "E6": "switch row security off",
    "E7": "send a second statement after the first",
    "E8": "type what SQL, LIKE, COPY or a terminal would understand",
    "E9": "name a column, a chart or an order that is not offered",
    "E10": "put SQL together from text",
    "E11": "use a context that was signed by a retired key",
    "F1": "tell foreign ids from missing ones",
    "F2": "find names that another tenant uses",
    "F3": "count others' rows by a sequence",
    "F4": "tell foreign addresses from missing ones",
    "G1": "fix a session's token before somebody signs in",
    "G2": "use a cookie, a token or a socket after the sign-out",
    "G3": "stay signed in after the password was changed",
    "G4": "use a session that was idle too long or is too old",
    "G5": "guess on and on, or lock somebody out by failing in his name",
    "G6": "use a code of an authenticator app twice, too early or too late",
    "G7": "use a recovery code twice, or somebody else's",
    "G8": "use a reset link twice, late, around the second factor, or to find out who has an account",
    "G9": "use an invitation that is another's, used, revoked or expired, or to find out who has an account",
    "G10": "take the session's cookie by a script, in clear or from another host",
    "H1": "forge an access token, or use one that is expired, unfinished or of another kind",
    "H2": "change the tenant or role in an access token, or keep one that has become too strong",
    "H3": "call a route with the wrong role, with ids of another tenant, or without a live token",
    "H4": "say what is not the client's to say: tenant, owner, maker, role, version",
    "H5": "use a cursor or a filter of another tenant",
    "H6": "use an API token beyond its scopes or its tenant",
    "H7": "keep another tenant waiting by a storm of requests",
    "I1": "run a page, upload or fetch a file without a session",
    "I2": "send an identity of one's own",
    "I3": "open a page that forgot to ask for a session",
    "I4": "find the last tenant's inputs and figures after a switch",
    "I5": "read details in an error",
    "I6": "type markup, HTML or a chart's label that does something",
    "I7": "frame, sniff or extend a page",
    "I8": "reach metrics, agent and debug routes",
    "I9": "choose a foreign tenant in the address",
    "I10": "be shown another browser's figures",
    "J1": "have a spreadsheet run what a cell holds",
    "J2": "use the ticket of a download twice, late or in another session",
    "J3": "export what one does not see",
    "J4": "import a file with another tenant's ids",
    "J5": "send what is too large, broken or made to keep the server busy",
    "J6": "have other people's data exported or erased with one's own",
    "K1": "find an index that mixes tenants",
    "K2": "find a reference that does not carry the tenant",
    "K3": "find a table whose references nobody attacks",
    "K4": "write a reference into another tenant as a superuser",
    "P1": "write another tenant into one's own proof",
    "Q1": "send a statement that names no tenant",
    "Q2": "COPY without naming the tenant",
    "R1": "take a stronger database role",
    "T1": "find a table whose row security is not forced",
    "T2": "find a role that may write the tenant of a row",
    "T3": "find a right to a whole table instead of its columns",
}


@cache
def proofs() -> dict[str, list[str]]:
    """Return the names of the suite's tests that begin with a code, by code."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for name in _tests_of(path):
            code = name.split("_")[1].upper()
            if code[:1] in GROUPS and code[1:].isdigit():
                found.setdefault(code, []).append(name)
    return found


def listed() -> Iterator[str]:
    """Yield the catalogue, group by group, with its tests as a Markdown document shows them."""
    for letter, group in GROUPS.items():
        yield from (
            "",
            f"**{letter}**: {group}",
            "",
            "| code | attack | tests |",
            "| --- | --- | --- |",
        )
        for code, attack in ATTACKS.items():
            if code.startswith(letter):
                tests = ", ".join(f"`{name}`" for name in proofs()[code])
                yield f"| {code} | {attack} | {tests} |"


def _tests_of(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name
