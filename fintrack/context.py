"""The proof of a membership, and what each role may do."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from fintrack.errors import PermissionDenied


class Role(StrEnum):
    """A member's role in one tenant; each is a PostgreSQL role as well."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    MEMBER = "MEMBER"
    VIEWER = "VIEWER"

    @property
    def rank(self) -> int:
        """Return the strength that the signed context carries: 40, 30, 20 or 10."""
        return RANKS[self]


RANKS = {Role.OWNER: 40, Role.ADMIN: 30, Role.MEMBER: 20, Role.VIEWER: 10}


class Flag(StrEnum):
    """A capability of one member beside the role; owners and admins hold all of them."""

    EXPORT = "EXPORT"
    IMPORT = "IMPORT"
    INVITE = "INVITE"
    API = "API"


class Permission(StrEnum):
    """One right; the words after "may not" in a refusal."""

    READ = "read the books"
    EXPORT = "export transactions"
    USE_API = "use API tokens"
    WRITE = "change the books"
    IMPORT = "import statements"
    INVITE = "invite people"
    READ_ACTIVITY = "read the activity"
    SAVE_PIVOTS = "save pivots"
    MANAGE_CATEGORIES = "manage categories, payees and tags"
    MANAGE_MEMBERS = "manage members"
    SEE_AS = "see with another member's eyes"
    CHANGE_SETTINGS = "change the settings"
    TRANSFER_OWNERSHIP = "pass on the ownership"
    CLOSE_TENANT = "close the tenant"


@dataclass(frozen=True, slots=True)
class Right:
    """Who has a permission: the lowest role, and the flag that it needs beside the role."""

    role: Role
    flag: Flag | None = None


RIGHTS = {
    Permission.READ: Right(Role.VIEWER),
    Permission.EXPORT: Right(Role.VIEWER, Flag.EXPORT),
    Permission.USE_API: Right(Role.VIEWER, Flag.API),
    Permission.SAVE_PIVOTS: Right(Role.VIEWER),
    Permission.WRITE: Right(Role.MEMBER),
    Permission.IMPORT: Right(Role.MEMBER, Flag.IMPORT),
    Permission.INVITE: Right(Role.MEMBER, Flag.INVITE),
    Permission.READ_ACTIVITY: Right(Role.MEMBER),
    Permission.MANAGE_CATEGORIES: Right(Role.MEMBER),
    Permission.MANAGE_MEMBERS: Right(Role.ADMIN),
    Permission.SEE_AS: Right(Role.ADMIN),
    Permission.CHANGE_SETTINGS: Right(Role.ADMIN),
    Permission.TRANSFER_OWNERSHIP: Right(Role.OWNER),
    Permission.CLOSE_TENANT: Right(Role.OWNER),
}
# What is still allowed to whoever looks with another member's eyes.
LOOKING = frozenset({Permission.READ, Permission.READ_ACTIVITY})
# What a member does for himself alone.
OWN = frozenset({Permission.SAVE_PIVOTS})


def flags_of(role: Role) -> frozenset[Flag]:
    """Return the flags that a member of this role may hold."""
    return frozenset(
        right.flag for right in RIGHTS.values() if right.flag and role.rank >= right.role.rank
    )


# What a new member of a role holds unless the inviter says otherwise.
USUAL_FLAGS = {
    Role.OWNER: frozenset(Flag),
    Role.ADMIN: frozenset(Flag),
    Role.MEMBER: frozenset({Flag.EXPORT, Flag.IMPORT}),
    Role.VIEWER: frozenset[Flag](),
}


class TenantStatus(StrEnum):
    """Whether a tenant lives, is kept shut by the operator, or will be erased soon."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    CLOSING = "CLOSING"


class TenantType(StrEnum):
    """What a tenant's books are for; decides its first categories."""

    PERSONAL = "PERSONAL"
    FAMILY = "FAMILY"
    BUSINESS = "BUSINESS"


@dataclass(frozen=True, slots=True)
class UserSession:
    """A signed-in user: proof of a live session, not of any tenant.

    The session of an API token is bound to one tenant.
    """

    handle: bytes = field(repr=False)
    id: UUID
    user_id: UUID
    name: str
    email: str
    bound_to: UUID | None = None


@dataclass(frozen=True, slots=True)
class TenantContext:
    """Proof of a membership, made by the membership look-up of `access` and by nothing else.

    `is_shared` says that other people are, or were, members: what one sees may not be all.
    `keeps_own` says that what is the member's alone may be changed: not with a token that only
    reads, nor in a tenant that is closing.
    """

    session: UserSession
    tenant_id: UUID
    slug: str
    name: str
    type: TenantType
    role: Role
    flags: frozenset[Flag]
    status: TenantStatus
    closes_at: datetime | None
    currency: str
    country: str
    locale: str
    time_zone: str
    fiscal_year_start: int
    is_sample: bool
    colour: str
    is_shared: bool
    keeps_own: bool
    seen_as: UUID | None = None

    @property
    def user_id(self) -> UUID:
        """Return the id of the acting user, or of the member whose eyes he takes."""
        return self.seen_as or self.session.user_id

    def may(self, permission: Permission) -> bool:
        """Return whether the member's role and flags give the right."""
        right = RIGHTS[permission]
        if self.seen_as is not None and permission not in LOOKING:
            return False
        if permission in OWN and not self.keeps_own:
            return False
        return self.role.rank >= right.role.rank and (
            right.flag is None or right.flag in self.flags
        )

    def require(self, permission: Permission) -> None:
        """Refuse a member whose role or flags lack the right.

        Raises:
            PermissionDenied: naming the tenant, the role and the missing right.
        """
        if not self.may(permission):
            raise PermissionDenied(self.refusal(permission))

    def refusal(self, permission: Permission) -> str:
        """Return the sentence for a member who lacks the right."""
        if self.seen_as is not None and permission not in LOOKING:
            return f"You only look, and may not {permission}. Stop looking first."
        if permission in OWN and not self.keeps_own:
            looking = f"with a token that only reads, nor while {self.name} closes"
            return f"You may not {permission} {looking}."
        return f"In {self.name} you are {self.role}, who may not {permission}."
