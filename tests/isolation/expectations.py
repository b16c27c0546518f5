"""Who may do what to which table: the one place that says it, for the generated matrix."""

from dataclasses import dataclass

from fintrack.context import Role

NOBODY = None
ANY = frozenset({"EVERYONE", "HIDDEN", "BALANCE", "READ", "WRITE", "OWN"})
VISIBLE = frozenset({"EVERYONE", "READ", "WRITE", "OWN"})
WRITABLE = frozenset({"EVERYONE", "WRITE", "OWN"})
# Of shares one sees one's own and those of one's own accounts, and makes the latter only.
SHARES_SEEN = frozenset({"BALANCE", "READ", "WRITE", "OWN"})
SHARES_MADE = frozenset({"OWN"})
OWNED = frozenset({"OWN"})


@dataclass(frozen=True, slots=True)
class Rights:
    """The lowest role for each verb, and for tables of an account the kinds of account it holds for."""

    select: Role | None
    insert: Role | None
    update: Role | None
    delete: Role | None
    seen: frozenset[str] = VISIBLE
    written: frozenset[str] = WRITABLE
    inserted: frozenset[str] = WRITABLE

    def allow(self, verb: str, role: Role, kind: str | None) -> bool:
        """Return whether a member of `role` has the verb on rows of an account of `kind`."""
        lowest: Role | None = getattr(self, verb)
        if lowest is None or role.rank < lowest.rank:
            return False
        kinds = {"select": self.seen, "insert": self.inserted}.get(verb, self.written)
        return kind is None or kind in kinds


BOOKS = Rights(Role.VIEWER, Role.MEMBER, Role.MEMBER, Role.MEMBER)
KEPT_BOOKS = Rights(Role.VIEWER, Role.MEMBER, Role.MEMBER, NOBODY)
READ_ONLY = Rights(Role.VIEWER, NOBODY, NOBODY, NOBODY)

RIGHTS: dict[str, Rights] = {
    "tenant": Rights(Role.VIEWER, NOBODY, Role.ADMIN, NOBODY),  # only a sample goes at once
    "membership": Rights(Role.VIEWER, NOBODY, Role.ADMIN, NOBODY),
    "invitation": Rights(Role.ADMIN, Role.ADMIN, Role.ADMIN, NOBODY),
    "invitation_share": Rights(Role.MEMBER, Role.MEMBER, NOBODY, Role.MEMBER, OWNED, OWNED, OWNED),
    "join_request": Rights(Role.ADMIN, NOBODY, Role.ADMIN, NOBODY),
    # Offering wants a session that was confirmed a moment ago; the matrix' are not.
    "ownership_offer": Rights(Role.OWNER, NOBODY, NOBODY, Role.OWNER),
    "tenant_limit": READ_ONLY,
    # Each member's own, and nobody else's: test_rows.py asks for those.
    "saved_pivot": Rights(Role.VIEWER, Role.VIEWER, Role.VIEWER, Role.VIEWER),
    "category": KEPT_BOOKS,  # a deleted one stays, out of sight
    "payee": BOOKS,
    "tag": BOOKS,
    "rule": BOOKS,
    "budget": BOOKS,
    "column_mapping": Rights(Role.MEMBER, Role.MEMBER, Role.MEMBER, NOBODY),
    "recurring": BOOKS,
    "change_set": Rights(Role.MEMBER, Role.MEMBER, Role.MEMBER, NOBODY),
    "account": Rights(Role.VIEWER, Role.MEMBER, Role.MEMBER, Role.MEMBER, inserted=ANY),
    "account_share": Rights(
        Role.VIEWER, Role.MEMBER, Role.MEMBER, Role.MEMBER, SHARES_SEEN, SHARES_MADE, SHARES_MADE
    ),
    "import_batch": KEPT_BOOKS,
    "import_row": KEPT_BOOKS,
    "transaction": BOOKS,
    "posting": BOOKS,
    "transaction_tag": BOOKS,
    "attachment": KEPT_BOOKS,
    "search_token": READ_ONLY,
    "day_total": READ_ONLY,
    "account_total": READ_ONLY,
    "month_total": READ_ONLY,
    "payee_total": READ_ONLY,
    "line": READ_ONLY,
    "audit_event": Rights(Role.MEMBER, Role.VIEWER, NOBODY, NOBODY, inserted=ANY),
}
