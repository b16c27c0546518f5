-- The tenants and their people. Tenant first in every key, and in every foreign key between tables.
set role fintrack_data;

grant usage on schema app, ref to fintrack_viewer, fintrack_security;
grant usage on schema ref to fintrack_sign_in;

create table app.tenant (
    tenant_id uuid primary key,
    slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
    name text not null check (length(btrim(name)) between 1 and 80),
    type text not null check (type in ('PERSONAL', 'FAMILY', 'BUSINESS')),
    status text not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED', 'CLOSING')),
    currency text not null references ref.currency,
    country text not null check (country ~ '^[A-Z]{2}$'),
    locale text not null check (length(locale) between 2 and 20),
    time_zone text not null check (length(time_zone) between 1 and 64),
    fiscal_year_start smallint not null default 1 check (fiscal_year_start between 1 and 12),
    is_sample boolean not null default false,
    colour text not null default '' check (length(colour) <= 20),
    -- When a closing tenant is erased; until then it can be read, exported and reopened.
    closes_at timestamptz check ((status = 'CLOSING') = (closes_at is not null)),
    version integer not null default 1,
    created_at timestamptz not null default now()
);

create table app.membership (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    user_id uuid not null references sec.users (id),
    role text not null check (role in ('OWNER', 'ADMIN', 'MEMBER', 'VIEWER')),
    -- Whoever left stays as a row: the accounts that only he saw are sealed until he comes back.
    status text not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED', 'LEFT')),
    flags text[] not null default '{}' check (flags <@ array['EXPORT', 'IMPORT', 'INVITE', 'API']),
    joined_at timestamptz not null default now(),
    seen_at timestamptz,
    primary key (tenant_id, user_id)
);
-- The one index that does not start with the tenant: "which tenants are mine" is asked before one is entered.
create index membership_by_user on app.membership (user_id);

-- For one address, or a link that anybody may use so many times (of one mail domain, if that is said).
create table app.invitation (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    id uuid not null,
    email text check (email = lower(email)),
    mail_domain text check (mail_domain = lower(mail_domain)),
    role text not null check (role in ('ADMIN', 'MEMBER', 'VIEWER')),
    flags text[] not null default '{}' check (flags <@ array['EXPORT', 'IMPORT', 'INVITE', 'API']),
    message text not null default '' check (length(message) <= 500),
    token_hash bytea not null unique check (length(token_hash) = 32),
    uses integer not null default 0 check (uses between 0 and most_uses),
    most_uses integer not null default 1 check (most_uses between 1 and 100),
    created_by uuid not null default sec.claimed_user(),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    accepted_at timestamptz,
    declined_at timestamptz,
    revoked_at timestamptz,
    primary key (tenant_id, id),
    check (email is null or (most_uses = 1 and mail_domain is null))
);
create unique index invitation_pending on app.invitation (tenant_id, email)
    where accepted_at is null and declined_at is null and revoked_at is null;

-- Somebody who knows the tenant's address asks to be let in; an admin decides.
create table app.join_request (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    user_id uuid not null references sec.users (id),
    message text not null default '' check (length(message) <= 500),
    created_at timestamptz not null default now(),
    decided_at timestamptz,
    decided_by uuid,
    is_accepted boolean,
    role text not null default 'VIEWER' check (role in ('ADMIN', 'MEMBER', 'VIEWER')),
    flags text[] not null default '{}' check (flags <@ array['EXPORT', 'IMPORT', 'INVITE', 'API']),
    primary key (tenant_id, user_id)
);

-- Ownership is offered, and passes when the other accepts.
create table app.ownership_offer (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    user_id uuid not null,
    created_by uuid not null default sec.claimed_user(),
    created_at timestamptz not null default now(),
    is_shared boolean not null,
    primary key (tenant_id, user_id),
    foreign key (tenant_id, user_id) references app.membership on delete cascade,
    foreign key (tenant_id, created_by) references app.membership (tenant_id, user_id) on delete cascade,
    check (user_id <> created_by)
);

-- What the operator allows this tenant instead of the installation's own limits.
create table app.tenant_limit (
    tenant_id uuid not null references app.tenant on delete cascade,
    name text not null check (name in ('MEMBERS', 'ACCOUNTS', 'TRANSACTIONS', 'IMPORT_MB', 'EXPORTS_PER_DAY')),
    most bigint not null check (most >= 0),
    primary key (tenant_id, name)
);
