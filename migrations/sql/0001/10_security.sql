-- Users, sessions and the signed context. Nobody but the sign-in login reads these tables.
set role fintrack_security;

grant usage on schema sec to fintrack_viewer, fintrack_app, fintrack_sign_in, fintrack_maintenance, fintrack_data;

create table sec.users (
    id uuid primary key,
    email text not null unique check (email = lower(email) and length(email) <= 254),
    name text not null check (length(btrim(name)) between 1 and 80),
    password_hash text not null,
    created_at timestamptz not null default now(),
    disabled_at timestamptz,
    -- When a mailed link proved that the address is his.
    verified_at timestamptz
);

-- Somebody who registers where the address is proved by mail; the mailed link makes the user.
create table sec.registration (
    hash bytea primary key check (length(hash) = 32),
    email text not null,
    name text not null,
    password_hash text not null,
    tenant jsonb not null,
    expires_at timestamptz not null
);

-- The browser holds a token, the application its sha256 (the handle), this table the sha256 of that.
create table sec.session (
    id uuid primary key,
    handle_hash bytea not null unique check (length(handle_hash) = 32),
    user_id uuid not null references sec.users on delete cascade,
    kind text not null check (kind in ('BROWSER', 'API', 'JOB', 'OPERATOR')),
    tenant_id uuid,
    -- An API token has a name and does no more than its scopes; null is everything the member may.
    name text not null default '' check (length(name) <= 80),
    scopes text[] check (scopes <@ array['READ', 'EXPORT', 'WRITE']),
    agent text not null default '',
    address text not null default '',
    created_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    idle_for interval not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    -- When password and second factor were last asked for; what cannot be taken back wants it fresh.
    confirmed_at timestamptz
);
create index session_by_user on sec.session (user_id);

-- A second factor: the seed is sealed under a key that the database does not have.
create table sec.factor (
    user_id uuid primary key references sec.users on delete cascade,
    sealed_seed bytea not null,
    -- The newest half minute whose code was used: no code works twice.
    last_step bigint not null,
    recovery_hashes bytea[] not null,
    created_at timestamptz not null default now()
);

create table sec.ticket (
    hash bytea primary key check (length(hash) = 32),
    purpose text not null check (purpose in ('SIGN_IN', 'DOWNLOAD', 'RESET', 'ADDRESS')),
    user_id uuid not null references sec.users on delete cascade,
    session_id uuid references sec.session on delete cascade,
    browser_hash bytea,
    payload jsonb not null default '{}',
    expires_at timestamptz not null
);

-- What a program was answered, for when it asks the same again; sealed under a key that the database does not have.
-- Without an answer, the request is still being answered.
create table sec.kept_answer (
    key_hash bytea primary key check (length(key_hash) = 32),
    request_hash bytea not null check (length(request_hash) = 32),
    user_id uuid not null references sec.users on delete cascade,
    tenant_id uuid,
    sealed_answer bytea,
    expires_at timestamptz not null
);
create index kept_answer_by_end on sec.kept_answer (expires_at);

create table sec.throttle (
    key bytea primary key check (length(key) = 32),
    failures integer not null,
    blocked_until timestamptz not null,
    failed_at timestamptz not null default now()
);

create table sec.setup_token (
    hash bytea primary key check (length(hash) = 32),
    created_at timestamptz not null default now()
);

create table sec.maintenance_event (
    id uuid primary key,
    at timestamptz not null default now(),
    reason text not null
);

grant select, insert, update, delete on sec.users, sec.registration, sec.session, sec.factor, sec.ticket, sec.throttle,
    sec.kept_answer, sec.setup_token to fintrack_sign_in;
grant select (id, email, name, disabled_at) on sec.users to fintrack_maintenance;
grant select, insert, update (revoked_at) on sec.session to fintrack_maintenance;
grant insert on sec.maintenance_event to fintrack_maintenance;
grant references (id) on sec.users to fintrack_data;

-- RFC 2104 with SHA-256; the padded keys are stored, so that a signature costs two hashes.
create table sec.signing_key (
    kid smallint primary key,
    inner_pad bytea not null check (length(inner_pad) = 64),
    outer_pad bytea not null check (length(outer_pad) = 64),
    active boolean not null default true,
    created_at timestamptz not null default now()
);

create function sec.padded(p_key bytea, p_byte integer) returns bytea
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
    result bytea := p_key || decode(repeat('00', 64 - length(p_key)), 'hex');
begin
    for i in 0..63 loop
        result := set_byte(result, i, get_byte(result, i) # p_byte);
    end loop;
    return result;
end $$;

create function sec.rotate_signing_key() returns smallint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    fresh bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
        || uuid_send(gen_random_uuid()));
    next_kid smallint := (select coalesce(max(kid), 0) + 1 from sec.signing_key);
begin
    update sec.signing_key set active = false where active;
    insert into sec.signing_key (kid, inner_pad, outer_pad)
        values (next_kid, sec.padded(fresh, 54), sec.padded(fresh, 92));
    return next_kid;
end $$;

select sec.rotate_signing_key();

create function sec.signature(p_kid text, p_message text) returns text
language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
return (
    select encode(sha256(outer_pad || sha256(inner_pad || convert_to(p_message, 'UTF8'))), 'hex')
    from sec.signing_key where kid::text = p_kid
);

-- Keys of the API's access tokens: chance, from which the application derives them with a secret that the database
-- does not have. The newest signs, the two newest verify.
create table sec.token_key (
    kid smallint primary key,
    salt bytea not null check (length(salt) = 32),
    created_at timestamptz not null default now()
);

create function sec.token_keys() returns table (kid smallint, salt bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic select k.kid, k.salt from sec.token_key k order by k.kid desc limit 2; end;

create function sec.rotate_token_keys() returns smallint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    next_kid smallint := (select coalesce(max(kid), 0) + 1 from sec.token_key);
begin
    insert into sec.token_key (kid, salt)
        values (next_kid, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
    delete from sec.token_key where kid < next_kid - 1;
    return next_kid;
end $$;

select sec.rotate_token_keys();

grant execute on function sec.token_keys() to fintrack_sign_in;
grant execute on function sec.rotate_token_keys() to fintrack_maintenance;

-- A context is valid in the transaction that made it and in no other.
create function sec.stamp() returns text
language sql stable parallel safe set search_path = pg_catalog, pg_temp
return (extract(epoch from now()) * 1000000)::bigint::text;

-- Its parts: 1 key, 2 tenant, 3 user, 4 rank, 5 abilities (bits: 1 export, 2 import, 4 invite, 8 API,
-- 16 confirmed a moment ago, 32 changes what is his own), 6 who looks as this user or '-', 7 source, 8 stamp, 9 signature.
create function sec.context() returns text[]
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
declare
    raw text := coalesce(current_setting('fintrack.context', true), '');
    part text[];
begin
    if raw = '' then
        raise exception 'no tenant was entered' using errcode = 'FT000';
    end if;
    part := string_to_array(raw, '|');
    if part[8] is distinct from sec.stamp() or cardinality(part) <> 9
       or sec.signature(part[1], array_to_string(part[1:8], '|')) is distinct from part[9] then
        raise exception 'the context is not valid' using errcode = 'FT001';
    end if;
    return part;
end $$;

create function sec.tenant() returns uuid
language sql stable parallel safe set search_path = pg_catalog, pg_temp return (sec.context())[2]::uuid;

create function sec.acting_user() returns uuid
language sql stable parallel safe set search_path = pg_catalog, pg_temp return (sec.context())[3]::uuid;

-- The acting user; nobody while another one looks with his eyes, for what the two do not share.
create function sec.own_user() returns uuid
language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
    part text[] := sec.context();
begin
    return case when part[6] = '-' then part[3]::uuid end;
end $$;

create function sec.rank() returns smallint
language sql stable parallel safe set search_path = pg_catalog, pg_temp return (sec.context())[4]::smallint;

create function sec.abilities() returns smallint
language sql stable parallel safe set search_path = pg_catalog, pg_temp return (sec.context())[5]::smallint;

create function sec.source() returns text
language sql stable parallel safe set search_path = pg_catalog, pg_temp return (sec.context())[7];

-- Column defaults run once a row: they read the claim, and the row policy checks it against the signature.
create function sec.claimed_tenant() returns uuid
language sql stable parallel safe set search_path = pg_catalog, pg_temp
return split_part(current_setting('fintrack.context', true), '|', 2)::uuid;

create function sec.claimed_user() returns uuid
language sql stable parallel safe set search_path = pg_catalog, pg_temp
return split_part(current_setting('fintrack.context', true), '|', 3)::uuid;

create function sec.claimed_rank() returns smallint
language sql stable parallel safe set search_path = pg_catalog, pg_temp
return split_part(current_setting('fintrack.context', true), '|', 4)::smallint;

create function sec.claimed_source() returns text
language sql stable parallel safe set search_path = pg_catalog, pg_temp
return split_part(current_setting('fintrack.context', true), '|', 7);

-- The signed claims of one transaction.
create function sec.sign(p_tenant uuid, p_user uuid, p_rank integer, p_abilities integer, p_seer uuid, p_source text)
returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_kid text := (select k.kid from sec.signing_key k where k.active);
    v_message text := concat_ws('|', v_kid, p_tenant, p_user, p_rank, p_abilities, coalesce(p_seer::text, '-'),
                                p_source, sec.stamp());
begin
    perform set_config('fintrack.context', v_message || '|' || sec.signature(v_kid, v_message), true);
end $$;
