-- Entering a tenant, and which accounts a member sees, writes to and owns.
set role fintrack_data;

grant select on app.tenant, app.membership, app.account, app.account_share, app.transaction to fintrack_security;
grant references (tenant_id) on app.tenant to fintrack_security;

set role fintrack_security;

-- A session that is bound to a tenant ends with it, and so does what was answered about it.
alter table sec.session add foreign key (tenant_id) references app.tenant on delete cascade;
alter table sec.kept_answer add foreign key (tenant_id) references app.tenant on delete cascade;

-- What a role may do beside its rank: an owner and an admin everything, others what their flags say, as far as the
-- role allows it. The bits are those of sec.context().
create function sec.abilities_of(p_role text, p_flags text[]) returns integer
language sql immutable set search_path = pg_catalog, pg_temp
return case p_role when 'OWNER' then 15 when 'ADMIN' then 15 else
    case when 'EXPORT' = any (p_flags) then 1 else 0 end
    + case when 'IMPORT' = any (p_flags) and p_role = 'MEMBER' then 2 else 0 end
    + case when 'INVITE' = any (p_flags) and p_role = 'MEMBER' then 4 else 0 end
    + case when 'API' = any (p_flags) then 8 else 0 end
end;

create function sec.flags_of(p_abilities integer) returns text[]
language sql immutable set search_path = pg_catalog, pg_temp
return array(select f.name from (values (1, 'EXPORT'), (2, 'IMPORT'), (4, 'INVITE'), (8, 'API')) as f (bit, name)
             where p_abilities & f.bit > 0 order by f.bit);

create function sec.own_flags() returns text[]
language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
return sec.flags_of(sec.abilities());

create function sec.rank_of(p_role text) returns integer
language sql immutable set search_path = pg_catalog, pg_temp
return case p_role when 'OWNER' then 40 when 'ADMIN' then 30 when 'MEMBER' then 20 when 'VIEWER' then 10 end;

create function sec.source_of_kind(p_kind text) returns text
language sql immutable set search_path = pg_catalog, pg_temp
return case p_kind when 'BROWSER' then 'PAGE' when 'OPERATOR' then 'COMMAND' else p_kind end;

-- What a live session may do in a tenant, or the refusal. A closing tenant can be read and exported. An API session
-- that is bound to a tenant is a token that a program keeps: it needs the flag, and does no more than its scopes; whoever
-- signs in through the API with a password may what he may on the pages.
create function sec.prove(p_handle bytea, p_tenant uuid, out v_user uuid, out v_role text, out v_abilities integer,
                          out v_source text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_scopes text[];
    v_confirmed boolean;
    v_is_token boolean;
    v_status text;
    v_name text;
begin
    select s.user_id, s.scopes, s.kind = 'API' and s.tenant_id is not null,
           coalesce(s.confirmed_at > now() - interval '10 minutes', false),
           sec.source_of_kind(s.kind)
    into v_user, v_scopes, v_is_token, v_confirmed, v_source
    from sec.session s join sec.users u on u.id = s.user_id
    where s.handle_hash = sha256(p_handle) and s.revoked_at is null and s.expires_at > now()
      and s.seen_at + s.idle_for > now() and u.disabled_at is null
      and (s.tenant_id is null or s.tenant_id = p_tenant);
    if not found then
        raise exception 'Your session has ended. Sign in again.' using errcode = 'FT401';
    end if;
    select m.role, sec.abilities_of(m.role, m.flags), t.status, t.name into v_role, v_abilities, v_status, v_name
    from app.membership m join app.tenant t on t.tenant_id = m.tenant_id
    where m.tenant_id = p_tenant and m.user_id = v_user and m.status = 'ACTIVE' and t.status <> 'SUSPENDED';
    if not found then
        raise exception 'There is no such tenant among yours.' using errcode = 'FT404';
    end if;
    if v_is_token and v_abilities & 8 = 0 then
        raise exception 'In % you are %, who may not use API tokens.', v_name, v_role using errcode = 'FT403';
    end if;
    if v_status = 'CLOSING' or not ('WRITE' = any (v_scopes)) then
        v_role := 'VIEWER';
        v_abilities := v_abilities & 9;
    else
        v_abilities := v_abilities | 32;
    end if;
    if not ('EXPORT' = any (v_scopes)) then
        v_abilities := v_abilities & ~1;
    end if;
    v_abilities := v_abilities + case when v_confirmed then 16 else 0 end;
end $$;

-- Proves session, membership and tenant, signs them for this transaction, and returns the database role.
create function sec.enter(p_handle bytea, p_tenant uuid) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    proof record;
begin
    select * into proof from sec.prove(p_handle, p_tenant);
    perform sec.sign(p_tenant, proof.v_user, sec.rank_of(proof.v_role), proof.v_abilities, null, proof.v_source);
    return 'fintrack_' || lower(proof.v_role);
end $$;

-- An admin looks with another member's eyes, at what both may see: under that member's role, and reading only.
create function sec.enter_as(p_handle bytea, p_tenant uuid, p_user uuid) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    proof record;
    v_role text;
begin
    select * into proof from sec.prove(p_handle, p_tenant);
    select m.role into v_role from app.membership m
    where m.tenant_id = p_tenant and m.user_id = p_user and m.status = 'ACTIVE'
      and sec.rank_of(proof.v_role) >= 30 and sec.rank_of(m.role) <= sec.rank_of(proof.v_role);
    if not found then
        raise exception 'There is no such member whose sight you may take.' using errcode = 'FT404';
    end if;
    perform set_config('transaction_read_only', 'on', true);
    perform sec.sign(p_tenant, p_user, sec.rank_of(v_role), 0, proof.v_user, proof.v_source);
    return 'fintrack_' || lower(v_role);
end $$;

-- The accounts of one member: everyone's, his own, and those shared with him to read or to write.
create function sec.accounts_seen_by(p_tenant uuid, p_user uuid) returns uuid[]
language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
begin atomic
    select array(
        select a.id from app.account a
        where a.tenant_id = p_tenant and (a.visibility = 'EVERYONE' or a.owner_id = p_user)
        union all
        select s.account_id from app.account_share s
        join app.account a on a.tenant_id = s.tenant_id and a.id = s.account_id
        where s.tenant_id = p_tenant and s.user_id = p_user and s.level in ('READ', 'WRITE')
          and a.visibility = 'PRIVATE' and a.owner_id <> s.user_id);
end;

create function sec.visible_accounts() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
declare
    part text[] := sec.context();
begin
    if part[6] = '-' then
        return sec.accounts_seen_by(part[2]::uuid, part[3]::uuid);
    end if;
    return array(select unnest(sec.accounts_seen_by(part[2]::uuid, part[3]::uuid))
                 intersect select unnest(sec.accounts_seen_by(part[2]::uuid, part[6]::uuid)));
end $$;

-- Whether any account may be out of sight; where none is, no row needs to be looked at for its account.
create function sec.hides_accounts() returns boolean
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
declare
    part text[] := sec.context();
begin
    return exists (select from app.account a
                   where a.tenant_id = part[2]::uuid and a.visibility <> 'EVERYONE'
                     and (a.owner_id <> part[3]::uuid or part[6] <> '-'));
end $$;

create function sec.writable_accounts() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
declare
    part text[] := sec.context();
begin
    if part[4]::smallint < 20 or part[6] <> '-' then
        return '{}';
    end if;
    return array(
        select a.id from app.account a
        where a.tenant_id = part[2]::uuid and (a.visibility = 'EVERYONE' or a.owner_id = part[3]::uuid)
        union all
        select s.account_id from app.account_share s
        join app.account a on a.tenant_id = s.tenant_id and a.id = s.account_id
        where s.tenant_id = part[2]::uuid and s.user_id = part[3]::uuid and s.level = 'WRITE'
          and a.visibility = 'PRIVATE' and a.owner_id <> s.user_id);
end $$;

create function sec.owned_accounts() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
declare
    part text[] := sec.context();
begin
    return array(select a.id from app.account a
                 where part[6] = '-' and a.tenant_id = part[2]::uuid and a.owner_id = part[3]::uuid);
end $$;

-- The accounts of which one member was given the balance and nothing else.
create function sec.balances_given_to(p_tenant uuid, p_user uuid) returns uuid[]
language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
begin atomic
    select array(
        select s.account_id from app.account_share s
        join app.account a on a.tenant_id = s.tenant_id and a.id = s.account_id
        where s.tenant_id = p_tenant and s.user_id = p_user and s.level = 'BALANCE'
          and a.visibility = 'PRIVATE' and a.owner_id <> s.user_id and a.archived_at is null);
end;

-- Their balances. Who looks with another's eyes sees those of accounts that he sees as well.
create function sec.balances_only()
returns table (id uuid, owner_id uuid, name text, kind text, side text, currency text, balance bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    part text[] := sec.context();
begin
    return query
        select a.id, a.owner_id, a.name, a.kind, a.side, a.currency,
               (a.opening_balance + coalesce((select sum(t.amount) from app.account_total t
                                              where t.tenant_id = a.tenant_id and t.account_id = a.id), 0))::bigint
        from app.account a
        where a.tenant_id = part[2]::uuid
          and a.id in (select unnest(sec.balances_given_to(part[2]::uuid, part[3]::uuid)))
          and (part[6] = '-' or a.id in (
              select unnest(sec.accounts_seen_by(part[2]::uuid, part[6]::uuid)
                            || sec.balances_given_to(part[2]::uuid, part[6]::uuid))));
end $$;

grant execute on function sec.context(), sec.tenant(), sec.acting_user(), sec.rank(), sec.abilities(), sec.own_flags(), sec.source(),
    sec.claimed_tenant(), sec.claimed_user(), sec.claimed_rank(), sec.claimed_source(), sec.stamp(),
    sec.own_user(), sec.hides_accounts(), sec.visible_accounts(), sec.writable_accounts(), sec.owned_accounts(),
    sec.balances_only() to fintrack_viewer;
grant execute on function sec.enter(bytea, uuid), sec.enter_as(bytea, uuid, uuid) to fintrack_app;
