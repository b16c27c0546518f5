-- The books: tenant first in every key, and in every foreign key between them.
set role fintrack_data;

create table app.account (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    id uuid not null,
    owner_id uuid not null default sec.claimed_user(),
    name text not null check (length(btrim(name)) between 1 and 80),
    kind text not null check (kind in ('CHECKING', 'SAVINGS', 'CASH', 'CREDIT_CARD', 'LOAN', 'INVESTMENT',
        'PROPERTY', 'OTHER')),
    side text not null check (side in ('ASSET', 'LIABILITY')),
    currency text not null references ref.currency,
    number text not null default '' check (length(number) <= 64),
    opening_balance bigint not null default 0 check (opening_balance between -1000000000000000 and 1000000000000000),
    opened_on date not null,
    visibility text not null default 'EVERYONE' check (visibility in ('EVERYONE', 'PRIVATE')),
    archived_at timestamptz,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, id, currency),
    foreign key (tenant_id, owner_id) references app.membership deferrable
);
-- Two indexes, so that the name of an account one may not see can be used again without learning of it.
create unique index account_shared_name on app.account (tenant_id, lower(name)) where visibility = 'EVERYONE';
create unique index account_private_name on app.account (tenant_id, owner_id, lower(name))
    where visibility = 'PRIVATE';

create table app.account_share (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    account_id uuid not null,
    user_id uuid not null,
    level text not null check (level in ('BALANCE', 'READ', 'WRITE')),
    created_by uuid not null default sec.claimed_user(),
    created_at timestamptz not null default now(),
    primary key (tenant_id, account_id, user_id),
    foreign key (tenant_id, account_id) references app.account on delete cascade,
    foreign key (tenant_id, user_id) references app.membership on delete cascade
);

-- The accounts that whoever accepts will see; the inviter's own.
create table app.invitation_share (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    invitation_id uuid not null,
    account_id uuid not null,
    level text not null check (level in ('BALANCE', 'READ', 'WRITE')),
    primary key (tenant_id, invitation_id, account_id),
    foreign key (tenant_id, invitation_id) references app.invitation on delete cascade,
    foreign key (tenant_id, account_id) references app.account on delete cascade
);

create table app.category (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    id uuid not null,
    parent_id uuid,
    kind text not null check (kind in ('INCOME', 'EXPENSE')),
    name text not null check (length(btrim(name)) between 1 and 60),
    archived_at timestamptz,
    -- A deleted category stays for whoever has it in an account that the others do not see.
    deleted_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, id, kind),
    foreign key (tenant_id, parent_id, kind) references app.category (tenant_id, id, kind)
        on update cascade deferrable,
    check (parent_id <> id)
);
create unique index category_name on app.category (tenant_id, kind, parent_id, lower(name)) nulls not distinct
    where deleted_at is null;

create table app.payee (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    id uuid not null,
    name text not null check (length(btrim(name)) between 1 and 200),
    category_id uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, category_id) references app.category deferrable
);
create unique index payee_name on app.payee (tenant_id, lower(name));

create table app.tag (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    id uuid not null,
    name text not null check (length(btrim(name)) between 1 and 40),
    primary key (tenant_id, id)
);
create unique index tag_name on app.tag (tenant_id, lower(name));

create table app.import_batch (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    id uuid not null,
    import_id uuid not null,
    account_id uuid not null,
    file_name text not null check (length(file_name) <= 255),
    file_hash bytea not null check (length(file_hash) = 32),
    format text not null check (length(format) between 1 and 20),
    new_count integer not null check (new_count >= 0),
    duplicate_count integer not null check (duplicate_count >= 0),
    rejected_count integer not null check (rejected_count >= 0),
    balance_before bigint not null,
    balance_after bigint not null,
    -- What the file says its account held at the end of this day.
    file_balance bigint check (file_balance between -1000000000000000 and 1000000000000000),
    file_balance_on date,
    -- The first day of the rows that this balance speaks of, or the one that it opens with.
    covers_from date,
    -- How the columns of its table were read.
    mapping jsonb,
    header_fingerprint text generated always as (mapping ->> 'header_fingerprint') stored,
    created_by uuid not null default sec.claimed_user(),
    created_at timestamptz not null default now(),
    undone_at timestamptz,
    check ((file_balance is null) = (file_balance_on is null)),
    primary key (tenant_id, id),
    unique (tenant_id, id, account_id),
    foreign key (tenant_id, account_id) references app.account on delete cascade
);
create index import_batch_by_import on app.import_batch (tenant_id, import_id);
create index import_batch_newest on app.import_batch (tenant_id, created_at, import_id);
-- What was imported into an account is asked of every account that a file may go into.
create index import_batch_by_account on app.import_batch (tenant_id, account_id, created_at);
-- How the newest file with such a header was read is asked of every account; policies let no index look into JSON.
create index import_batch_by_header on app.import_batch (tenant_id, account_id, header_fingerprint, created_at)
    where header_fingerprint is not null;
-- The oldest file whose balance holds is asked for, and most often it is the first one.
create index import_batch_by_first_day on app.import_batch (tenant_id, account_id, covers_from)
    where covers_from is not null and undone_at is null;
-- The latest balance that a file states is asked of every account.
create index import_batch_by_stated_day on app.import_batch (tenant_id, account_id, file_balance_on)
    where file_balance is not null and undone_at is null;

create table app.transaction (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    id uuid not null,
    account_id uuid not null,
    currency text not null,
    booked_on date not null check (booked_on between '1000-01-01' and '2999-12-31'),
    valued_on date,
    amount bigint not null check (amount between -1000000000000000 and 1000000000000000),
    payee text not null default '' check (length(payee) <= 200),
    description text not null default '' check (length(description) <= 1000),
    note text not null default '' check (length(note) <= 2000),
    status text not null default 'CLEARED' check (status in ('PENDING', 'CLEARED', 'RECONCILED')),
    category_id uuid,
    is_split boolean not null default false,
    transfer_id uuid,
    batch_id uuid,
    import_key text check (length(import_key) <= 200),
    words text[] not null default '{}',
    version integer not null default 1,
    created_by uuid not null default sec.claimed_user(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, id, account_id, booked_on),
    unique (tenant_id, account_id, import_key),
    foreign key (tenant_id, account_id, currency) references app.account (tenant_id, id, currency) deferrable,
    foreign key (tenant_id, category_id) references app.category deferrable,
    foreign key (tenant_id, batch_id, account_id) references app.import_batch (tenant_id, id, account_id) deferrable,
    check (category_id is null or not (is_split or transfer_id is not null)),
    check (transfer_id is null or not is_split)
) with (autovacuum_vacuum_insert_scale_factor = 0.005, autovacuum_vacuum_scale_factor = 0.02,
        autovacuum_vacuum_insert_threshold = 500);
create index transaction_by_day on app.transaction (tenant_id, booked_on desc, id desc)
    include (account_id, currency, amount, category_id, is_split, transfer_id, payee);
create index transaction_by_account on app.transaction (tenant_id, account_id, booked_on desc, id desc)
    include (currency, amount);
create index transaction_by_category on app.transaction (tenant_id, category_id, booked_on desc, id desc)
    include (account_id, is_split, transfer_id, amount);
create index transaction_uncategorised on app.transaction (tenant_id, booked_on desc, id desc)
    where category_id is null and not is_split and transfer_id is null;
create index transaction_by_payee on app.transaction (tenant_id, payee, booked_on desc, id desc);
create index transaction_by_transfer on app.transaction (tenant_id, transfer_id) where transfer_id is not null;
create index transaction_by_batch on app.transaction (tenant_id, batch_id) where batch_id is not null;

create table app.posting (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    id uuid not null,
    transaction_id uuid not null,
    account_id uuid not null,
    booked_on date not null,
    line smallint not null check (line > 0),
    category_id uuid,
    amount bigint not null check (amount between -1000000000000000 and 1000000000000000),
    -- The transaction's, kept by a trigger.
    payee text not null default '',
    memo text not null default '' check (length(memo) <= 200),
    primary key (tenant_id, id),
    unique (tenant_id, transaction_id, line),
    foreign key (tenant_id, transaction_id, account_id, booked_on)
        references app.transaction (tenant_id, id, account_id, booked_on) on update cascade on delete cascade,
    foreign key (tenant_id, category_id) references app.category deferrable
);
create index posting_by_category on app.posting (tenant_id, category_id, booked_on desc);

create table app.transaction_tag (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    transaction_id uuid not null,
    tag_id uuid not null,
    account_id uuid not null,
    booked_on date not null,
    primary key (tenant_id, transaction_id, tag_id),
    foreign key (tenant_id, transaction_id, account_id, booked_on)
        references app.transaction (tenant_id, id, account_id, booked_on) on update cascade on delete cascade,
    foreign key (tenant_id, tag_id) references app.tag on delete cascade
);
create index transaction_tag_by_tag on app.transaction_tag (tenant_id, tag_id, booked_on desc);

-- Not a key of its transaction: it outlives a deletion, which may be undone, and goes with the account.
create table app.attachment (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    id uuid not null,
    account_id uuid not null,
    transaction_id uuid not null,
    name text not null check (length(btrim(name)) between 1 and 200 and name !~ '[[:cntrl:]/\\]'),
    -- No browser runs any of these.
    media_type text not null check (media_type in ('application/pdf', 'image/png', 'image/jpeg', 'image/webp',
        'image/gif', 'image/heic', 'text/plain', 'application/octet-stream')),
    size integer not null check (size between 1 and 10485760 and size = length(content)),
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    content bytea not null,
    created_by uuid not null default sec.claimed_user(),
    created_at timestamptz not null default now(),
    removed_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id) references app.account on delete cascade
);
-- Pictures and PDFs are packed already.
alter table app.attachment alter column content set storage external;
create index attachment_by_transaction on app.attachment (tenant_id, transaction_id, created_at);
create index attachment_by_account on app.attachment (tenant_id, account_id);
create index attachment_removed on app.attachment (tenant_id, removed_at) where removed_at is not null;

-- Words of a transaction, newest first: text search under row policies needs leakproof comparisons. The key covers the
-- account that the policy asks for, so that a search does not read rows that lie wherever their tenant's day put them.
create table app.search_token (
    tenant_id uuid not null,
    token text collate "C" not null,
    booked_on date not null,
    transaction_id uuid not null,
    account_id uuid not null,
    primary key (tenant_id, token, booked_on, transaction_id) include (account_id)
) with (autovacuum_vacuum_insert_scale_factor = 0.005, autovacuum_vacuum_scale_factor = 0.02,
        autovacuum_vacuum_insert_threshold = 500);

-- Its tenant is its batch's; to look for it once more would cost a fifth of the insert.
create table app.import_row (
    tenant_id uuid not null default sec.claimed_tenant(),
    batch_id uuid not null,
    ordinal integer not null,
    account_id uuid not null,
    line integer not null,
    state text not null check (state in ('NEW', 'DUPLICATE', 'REJECTED', 'SKIPPED')),
    reason text not null default '',
    raw text not null check (length(raw) <= 2000),
    transaction_id uuid,
    -- Whether the transaction was known already and has the bank's reference from this row.
    gives_key boolean not null default false,
    primary key (tenant_id, batch_id, ordinal),
    foreign key (tenant_id, batch_id, account_id) references app.import_batch (tenant_id, id, account_id)
        on delete cascade,
    foreign key (tenant_id, transaction_id) references app.transaction on delete set null (transaction_id)
);
create index import_row_by_transaction on app.import_row (tenant_id, transaction_id)
    where transaction_id is not null;

-- Rows whose transaction was deleted, which a file may bring again.
create index import_row_deleted on app.import_row (tenant_id, batch_id)
    where state = 'NEW' and transaction_id is null;

-- What members said of a header, for all who import: nothing that a file says of its account or in its rows.
create table app.column_mapping (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    fingerprint text not null check (length(fingerprint) <= 64),
    mapping jsonb not null check (mapping - array['encoding', 'delimiter', 'roles', 'date_order', 'decimal_mark',
        'decimal_marks', 'inverted', 'header_fingerprint', 'is_said'] = '{}'),
    primary key (tenant_id, fingerprint)
);

create table app.change_set (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    id uuid not null,
    action text not null check (length(action) between 1 and 60),
    created_by uuid not null default sec.claimed_user(),
    created_at timestamptz not null default now(),
    primary key (tenant_id, id)
);

create table app.audit_event (
    tenant_id uuid not null default sec.claimed_tenant() references app.tenant on delete cascade,
    id uuid not null,
    at timestamptz not null default now(),
    actor_id uuid not null default sec.claimed_user(),
    actor_rank smallint not null default sec.claimed_rank(),
    source text not null default sec.claimed_source() check (length(source) between 3 and 7),
    action text not null check (length(action) between 1 and 60),
    subject_id uuid,
    account_id uuid,
    change_set_id uuid,
    before jsonb,
    after jsonb,
    -- The chain: each event's hash covers the one before it. Only `doctor` reads these two.
    number bigint not null default 0,
    hash bytea not null default '',
    primary key (tenant_id, id),
    unique (tenant_id, number)
);
create index audit_event_by_change_set on app.audit_event (tenant_id, change_set_id);
create index audit_event_by_subject on app.audit_event (tenant_id, subject_id, at desc);
-- What is left of an import whose account went with it, for the list of imports.
create index audit_event_of_imports on app.audit_event (tenant_id, subject_id)
    where action = 'import.undone' and before ? 'gone';
create index audit_event_by_time on app.audit_event (tenant_id, at desc, id desc);

-- Every amount under its category: whole transactions, and the lines of split ones.
create view app.line with (security_invoker = true) as
    select tenant_id, id as transaction_id, 0::smallint as line, account_id, currency, booked_on, category_id,
           amount, payee, transfer_id
    from app.transaction where not is_split
    union all
    select p.tenant_id, p.transaction_id, p.line, p.account_id, a.currency, p.booked_on, p.category_id,
           p.amount, p.payee, null
    from app.posting p
    join app.account a on a.tenant_id = p.tenant_id and a.id = p.account_id;
