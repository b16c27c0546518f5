"""The proof of a membership, and what each role may do."""

from dataclasses import dataclass, field
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


class Permission(StrEnum):
    """One right; the words after "may not" in a refusal."""

    READ = "read the books"
    EXPORT = "export transactions"
    WRITE = "change the books"
    IMPORT = "import statements"
    READ_ACTIVITY = "read the activity"
    MANAGE_CATEGORIES = "manage categories, payees and tags"
    MANAGE_MEMBERS = "manage members"
    CHANGE_SETTINGS = "change the settings"
    DELETE_TENANT = "delete the tenant"


LOWEST_ROLE = {
    Permission.READ: Role.VIEWER,
    Permission.EXPORT: Role.VIEWER,
    Permission.WRITE: Role.MEMBER,
    Permission.IMPORT: Role.MEMBER,
    Permission.READ_ACTIVITY: Role.MEMBER,
    Permission.MANAGE_CATEGORIES: Role.MEMBER,
    Permission.MANAGE_MEMBERS: Role.ADMIN,
    Permission.CHANGE_SETTINGS: Role.ADMIN,
    Permission.DELETE_TENANT: Role.OWNER,
}


class TenantType(StrEnum):
    """What a tenant's books are for; decides its first categories."""

    PERSONAL = "PERSONAL"
    FAMILY = "FAMILY"
    BUSINESS = "BUSINESS"


@dataclass(frozen=True, slots=True)
class UserSession:
    """A signed-in user: proof of a live session, not of any tenant."""

    handle: bytes = field(repr=False)
    id: UUID
    user_id: UUID
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class TenantContext:
    """Proof of a membership, made by the membership look-up of `access` and by nothing else."""

    session: UserSession
    tenant_id: UUID
    slug: str
    name: str
    type: TenantType
    role: Role
    currency: str
    locale: str
    time_zone: str
    fiscal_year_start: int
    is_sample: bool

    @property
    def user_id(self) -> UUID:
        """Return the id of the acting user."""
        return self.session.user_id

    def may(self, permission: Permission) -> bool:
        """Return whether the member's role has the right."""
        return self.role.rank >= LOWEST_ROLE[permission].rank

    def require(self, permission: Permission) -> None:
        """Refuse a member whose role lacks the right.

        Raises:
            PermissionDenied: naming the tenant, the role and the missing right.
        """
        if not self.may(permission):
            message = f"In {self.name} you are {self.role}, who may not {permission}."
            raise PermissionDenied(message)
