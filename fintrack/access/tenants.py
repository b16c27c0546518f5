"""Tenants: which are mine, entering one, making one, its settings, its end."""

import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages
from sqlalchemy import Integer, LargeBinary, Text, cast, column, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.access.sessions import live_session
from fintrack.access.starting_categories import starting_categories
from fintrack.context import (
    Flag,
    Permission,
    Role,
    TenantContext,
    TenantStatus,
    TenantType,
    UserSession,
)
from fintrack.db import (
    defer_constraints,
    hold_books,
    rows_changed,
    sign_in_transaction,
    tenant_transaction,
)
from fintrack.errors import InvalidInput, NotFound, Outdated
from fintrack.money import exponent
from fintrack.schema import Tenant, new_id
from fintrack.texts import cleaned, neutral, required

LONGEST_NAME = 80
LONGEST_COLOUR = 20
NO_SUCH_TENANT = "There is no such tenant among yours."
CHANGED = "Somebody changed these settings in the meantime. Look at them again, then save."


@dataclass(frozen=True, slots=True)
class NewTenant:
    """What a tenant is made from; locale and time zone follow the country unless given."""

    name: str
    type: TenantType
    currency: str
    country: str
    locale: str = ""
    time_zone: str = "UTC"
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """What an owner or admin may change about a tenant; `version` guards against overwriting."""

    name: str
    type: TenantType
    currency: str
    country: str
    locale: str
    time_zone: str
    fiscal_year_start: int
    colour: str
    status: str
    version: int


def my_tenants(session: UserSession) -> tuple[TenantContext, ...]:
    """Return a context for every tenant of the user, by name, the sample last."""
    with sign_in_transaction() as db:
        return _tenants(db, session)


def session_and_tenants(handle: bytes) -> tuple[UserSession, tuple[TenantContext, ...]] | None:
    """Return the live session of a handle beside its user's tenants, asked in one transaction."""
    with sign_in_transaction() as db:
        session = live_session(db, handle)
        return None if session is None else (session, _tenants(db, session))


def enter_tenant(session: UserSession, slug: str) -> TenantContext:
    """Return the context of the user's tenant of this slug.

    Raises:
        NotFound: it does not exist, or is not the user's.
    """
    for context in my_tenants(session):
        if context.slug == slug:
            return context
    raise NotFound(NO_SUCH_TENANT)


def shut_tenants(session: UserSession) -> tuple[str, ...]:
    """Return the names of the user's tenants that are suspended, in their order."""
    shut = func.sec.shut_tenants(session.handle).table_valued("name")
    with sign_in_transaction() as db:
        return tuple(db.scalars(select(shut.c.name)))


def create_tenant(session: UserSession, tenant: NewTenant) -> TenantContext:
    """Make a tenant with its categories, owned by the user, and return its context.

    Raises:
        InvalidInput: name, currency, country, locale or time zone cannot be used.
    """
    with sign_in_transaction() as db:
        slug = add_tenant(db, session.user_id, tenant, by=session)
    return enter_tenant(session, slug)


def create_bare_tenant(session: UserSession, tenant: NewTenant) -> TenantContext:
    """Make a tenant for a book that brings its own categories, and return its context.

    Those that a killed run of the user left empty go.

    Raises:
        InvalidInput: name, currency, country, locale or time zone cannot be used.
    """
    with sign_in_transaction() as db:
        db.execute(select(func.sec.abandon_leftovers(session.handle)))
        slug = add_tenant(db, session.user_id, tenant, categories=(), by=session)
    return enter_tenant(session, slug)


def abandon_tenant(session: UserSession, slug: str) -> None:
    """Take back a tenant in which nothing was done since the user made it; leave any other."""
    with sign_in_transaction() as db:
        db.execute(select(func.sec.abandon_tenant(session.handle, slug)))


def add_tenant(
    db: Session,
    user_id: UUID,
    tenant: NewTenant,
    categories: Sequence[Mapping[str, Any]] | None = None,
    by: UserSession | None = None,
) -> str:
    """Make a tenant and its OWNER in the caller's sign-in transaction; return its slug.

    Its categories are those that its type starts with, unless others are given. `by` tells the
    activity from where it was made; whoever registers has no session yet.

    Raises:
        InvalidInput: name, currency, country, locale or time zone cannot be used.
    """
    checked = checked_tenant(tenant)
    slug = _slug(checked.name)
    row = asdict(checked) | {"tenant_id": str(new_id()), "slug": slug}
    first = starting_categories(checked.type) if categories is None else list(categories)
    handle = cast(by.handle if by else None, LargeBinary)
    db.execute(
        select(func.sec.create_tenant(user_id, handle, cast(row, JSONB), cast(first, JSONB)))
    )
    return slug


@cache
def time_zones() -> tuple[str, ...]:
    """Return the names of all time zones, in their order; to find them opens hundreds of files."""
    return tuple(sorted(available_timezones()))


def checked_tenant(tenant: NewTenant) -> NewTenant:
    """Return the tenant as it is kept, with the locale of its country unless it names one.

    Raises:
        InvalidInput: name, currency, country, locale or time zone cannot be used.
    """
    name = required(neutral(tenant.name), "name of the tenant", LONGEST_NAME)
    country = tenant.country.strip().upper()
    if not re.fullmatch("[A-Z]{2}", country):
        raise InvalidInput("Choose the country by its two letters, such as DE or US.")
    if tenant.time_zone not in time_zones():
        raise InvalidInput("Choose a time zone such as Europe/Madrid.")
    exponent(tenant.currency)
    locale = _locale(tenant.locale or _country_locale(country))
    return NewTenant(
        name,
        TenantType(tenant.type),
        tenant.currency,
        country,
        locale,
        tenant.time_zone,
        tenant.is_sample,
    )


def tenant_settings(context: TenantContext) -> TenantSettings:
    """Return the settings of the tenant, as every member may read them."""
    context.require(Permission.READ)
    statement = select(
        Tenant.name, Tenant.type, Tenant.currency, Tenant.country, Tenant.locale, Tenant.time_zone,
        Tenant.fiscal_year_start, Tenant.colour, Tenant.status, Tenant.version,
    )  # fmt: skip
    with tenant_transaction(context) as db:
        row = db.execute(statement).mappings().one()
    return TenantSettings(**{**row, "type": TenantType(row["type"])})


def change_settings(context: TenantContext, settings: TenantSettings) -> TenantContext:
    """Save the settings, all but the status, and return the context they make.

    Raises:
        PermissionDenied: the member may not change settings.
        InvalidInput: a value cannot be used.
        Outdated: somebody else changed them since `settings` were read.
    """
    context.require(Permission.CHANGE_SETTINGS)
    if settings.fiscal_year_start not in range(1, 13):
        raise InvalidInput("The fiscal year starts in one of the months 1 to 12.")
    before = tenant_settings(context)
    values = _new_values(settings)
    statement = (
        update(Tenant)
        .where(Tenant.version == settings.version)
        .values(**values, version=settings.version + 1)
    )
    with tenant_transaction(context) as db:
        if rows_changed(db, statement) != 1:
            raise Outdated(CHANGED)
        old = asdict(before)
        audit.record(
            db, "tenant.settings_changed", before={key: old[key] for key in values}, after=values
        )
    return enter_tenant(context.session, context.slug)


def close_tenant(context: TenantContext, name: str, version: int | None = None) -> datetime:
    """Close the tenant to writing; return when it is erased. `name` is typed to confirm.

    Raises:
        PermissionDenied: only an owner may.
        ConfirmationNeeded: the owner did not show a moment ago that it is he.
        InvalidInput: the name does not match.
        Outdated: somebody changed the tenant since this version of it was read.
    """
    context.require(Permission.CLOSE_TENANT)
    if name.strip() != context.name:
        raise InvalidInput(f"Type the name of the tenant, {context.name}, to close it.")
    with tenant_transaction(context) as db:
        hold_books(db)
        if version is not None and db.scalars(select(Tenant.version)).one() != version:
            raise Outdated(CHANGED)
        before, after = {"status": TenantStatus.ACTIVE}, {"status": TenantStatus.CLOSING}
        audit.record(db, "tenant.closed", before=before, after=after)
        closes_at: datetime = db.execute(select(func.sec.close_tenant())).scalar_one()
    return closes_at


def reopen_tenant(session: UserSession, slug: str, version: int | None = None) -> TenantContext:
    """Take the closing of a tenant back, and return its context.

    Raises:
        NotFound: the user owns no such tenant that is closing.
        Outdated: somebody changed the tenant since this version of it was read.
    """
    seen = cast(version, Integer)
    with sign_in_transaction() as db:
        db.execute(select(func.sec.reopen_tenant(session.handle, slug, seen)))
    return enter_tenant(session, slug)


def remove_sample(context: TenantContext) -> None:
    """Erase a sample tenant at once, with every row it has.

    Raises:
        PermissionDenied: only an owner may.
        InvalidInput: these books are no sample; they are closed instead.
    """
    context.require(Permission.CLOSE_TENANT)
    if not context.is_sample:
        raise InvalidInput("These books are no sample. Close the tenant instead.")
    with tenant_transaction(context) as db:
        # The cascade reaches accounts before their transactions; all must be gone only at the end.
        defer_constraints(db)
        db.execute(delete(Tenant))


def _tenants(db: Session, session: UserSession) -> tuple[TenantContext, ...]:
    mine = func.sec.my_tenants(session.handle).table_valued(
        "tenant_id", "slug", "name", "type", "role", column("flags", ARRAY(Text())),
        "tenant_status", "closes_at", "currency", "country", "locale", "time_zone",
        "fiscal_year_start", "is_sample", "colour", "is_shared", "keeps_own",
    )  # fmt: skip
    rows = db.execute(select(mine)).mappings().all()
    return tuple(_context(session, dict(row)) for row in rows)


def _context(session: UserSession, row: dict[str, Any]) -> TenantContext:
    known = {
        "type": TenantType(row["type"]),
        "role": Role(row["role"]),
        "flags": frozenset(map(Flag, row["flags"])),
        "status": TenantStatus(row.pop("tenant_status")),
    }
    return TenantContext(session=session, **row | known)


def _new_values(settings: TenantSettings) -> dict[str, Any]:
    words = asdict(settings)
    kept = {
        "fiscal_year_start": words.pop("fiscal_year_start"),
        "colour": cleaned(words.pop("colour"), "colour", LONGEST_COLOUR),
    }
    del words["status"], words["version"]
    values = asdict(checked_tenant(NewTenant(**words))) | kept
    del values["is_sample"]
    return values


def _locale(word: str) -> str:
    try:
        return str(Locale.parse(word, sep="-" if "-" in word else "_"))
    except (UnknownLocaleError, ValueError) as error:
        raise InvalidInput("Choose a locale such as de_DE or en_US.") from error


def _country_locale(country: str) -> str:
    languages = get_official_languages(country)
    word = f"{languages[0]}_{country}" if languages else "en_US"
    try:
        return str(Locale.parse(word))
    except (UnknownLocaleError, ValueError):
        return "en_US"


def _slug(name: str) -> str:
    """Return words of the name and chance, so that no slug tells whether another exists."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub("[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "tenant"
    return f"{words}-{secrets.token_hex(4)}"
