-- Plans: which category rows get by their words, what a month may cost, and what comes again and again; and the pivots
-- that each member keeps for himself.
set role fintrack_data;

create table app.rule (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    id uuid not null,
    words text not null check (length(btrim(words)) between 1 and 200),
    category_id uuid not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, category_id) references app.category deferrable
);
create unique index rule_words on app.rule (tenant_id, lower(words));

create table app.budget (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    id uuid not null,
    category_id uuid not null,
    kind text not null default 'EXPENSE' check (kind = 'EXPENSE'),
    currency text not null references ref.currency,
    amount bigint not null check (amount between 0 and 1000000000000000),
    primary key (tenant_id, id),
    unique (tenant_id, category_id, currency),
    foreign key (tenant_id, category_id, kind) references app.category (tenant_id, id, kind) deferrable
);

-- The n-th is n steps after the first, so that the last day of a month stays the last one.
create table app.recurring (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    id uuid not null,
    account_id uuid not null,
    payee text not null check (length(btrim(payee)) between 1 and 200),
    category_id uuid,
    amount bigint not null check (amount between -1000000000000000 and 1000000000000000),
    every text not null check (every in ('WEEK', 'MONTH', 'QUARTER', 'YEAR')),
    starts_on date not null check (starts_on between '1000-01-01' and '2999-12-31'),
    recorded integer not null default 0 check (recorded between 0 and 100000),
    note text not null default '' check (length(note) <= 2000),
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id) references app.account on delete cascade,
    foreign key (tenant_id, category_id) references app.category deferrable
);
create index recurring_by_account on app.recurring (tenant_id, account_id);

create table app.saved_pivot (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    id uuid not null,
    owner_id uuid not null default sec.claimed_user(),
    name text not null check (length(btrim(name)) between 1 and 60),
    rows text not null check (rows in ('month', 'category', 'payee', 'tag', 'account', 'member')),
    columns text not null check (columns in ('month', 'category', 'payee', 'tag', 'account', 'member')),
    measure text not null check (measure in ('spending', 'income', 'net', 'entries')),
    primary key (tenant_id, id),
    foreign key (tenant_id, owner_id) references app.membership on delete cascade,
    check (rows <> columns)
);
create unique index saved_pivot_name on app.saved_pivot (tenant_id, owner_id, lower(name));
