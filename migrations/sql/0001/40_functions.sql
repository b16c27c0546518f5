-- What fintrack_security may read and do inside the tenants' tables, and the functions it does it with.
set role fintrack_data;

grant select on app.tenant, app.membership, app.account, app.account_share, app.transaction, app.posting,
    app.category to fintrack_security;
grant insert on app.tenant, app.membership, app.category to fintrack_security;
grant select, update (accepted_at) on app.invitation to fintrack_security;
grant update (status) on app.tenant to fintrack_security;
grant select, insert, delete on app.search_token to fintrack_security;
grant references (tenant_id) on app.tenant to fintrack_security;

set role fintrack_security;

-- A session that is bound to a tenant ends with it.
alter table sec.session add foreign key (tenant_id) references app.tenant on delete cascade;

-- Proves session, membership and tenant, signs them for this transaction, and returns the database role.
create function sec.enter(p_handle bytea, p_tenant uuid) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_user uuid;
    v_role text;
    v_kid smallint;
    v_message text;
begin
    select s.user_id into v_user
    from sec.session s join sec.users u on u.id = s.user_id
    where s.handle_hash = sha256(p_handle) and s.revoked_at is null and s.expires_at > now()
      and s.seen_at + s.idle_for > now() and u.disabled_at is null
      and (s.tenant_id is null or s.tenant_id = p_tenant);
    if not found then
        raise exception 'Your session has ended. Sign in again.' using errcode = 'FT401';
    end if;
    select case when t.status = 'CLOSING' then 'VIEWER' else m.role end into v_role
    from app.membership m join app.tenant t on t.tenant_id = m.tenant_id
    where m.tenant_id = p_tenant and m.user_id = v_user and m.status = 'ACTIVE' and t.status <> 'SUSPENDED';
    if not found then
        raise exception 'There is no such tenant among yours.' using errcode = 'FT404';
    end if;
    select k.kid into v_kid from sec.signing_key k where k.active;
    v_message := concat_ws('|', v_kid, p_tenant, v_user,
        case v_role when 'OWNER' then 40 when 'ADMIN' then 30 when 'MEMBER' then 20 else 10 end, sec.stamp());
    perform set_config('fintrack.context', v_message || '|' || sec.signature(v_kid, v_message), true);
    return 'fintrack_' || lower(v_role);
end $$;

create function sec.visible_accounts() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
declare
    part text[] := sec.context();
begin
    return array(
        select a.id from app.account a
        where a.tenant_id = part[2]::uuid and (a.visibility = 'EVERYONE' or a.owner_id = part[3]::uuid)
        union all
        select s.account_id from app.account_share s
        join app.account a on a.tenant_id = s.tenant_id and a.id = s.account_id
        where s.tenant_id = part[2]::uuid and s.user_id = part[3]::uuid and s.level in ('READ', 'WRITE')
          and a.visibility = 'PRIVATE' and a.owner_id <> s.user_id);
end $$;

create function sec.writable_accounts() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
declare
    part text[] := sec.context();
begin
    if part[4]::smallint < 20 then
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
    return array(select a.id from app.account a where a.tenant_id = part[2]::uuid and a.owner_id = part[3]::uuid);
end $$;

-- The people of the entered tenant; the only way to anybody's name or address.
create function sec.members()
returns table (user_id uuid, name text, email text, role text, status text, joined_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid := sec.tenant();
begin
    return query
        select m.user_id, u.name, u.email, m.role, m.status, m.joined_at
        from app.membership m join sec.users u on u.id = m.user_id where m.tenant_id = v_tenant;
end $$;

-- Below: asked through the sign-in door, before any tenant is entered.
create function sec.my_tenants(p_handle bytea)
returns table (tenant_id uuid, slug text, name text, type text, role text, tenant_status text, currency text,
               country text, locale text, time_zone text, fiscal_year_start smallint, is_sample boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select t.tenant_id, t.slug, t.name, t.type, case when t.status = 'CLOSING' then 'VIEWER' else m.role end,
           t.status, t.currency, t.country, t.locale, t.time_zone, t.fiscal_year_start, t.is_sample
    from sec.session s
    join sec.users u on u.id = s.user_id and u.disabled_at is null
    join app.membership m on m.user_id = s.user_id and m.status = 'ACTIVE'
    join app.tenant t on t.tenant_id = m.tenant_id and t.status <> 'SUSPENDED'
    where s.handle_hash = sha256(p_handle) and s.revoked_at is null and s.expires_at > now()
      and s.seen_at + s.idle_for > now() and (s.tenant_id is null or s.tenant_id = t.tenant_id)
    order by t.is_sample, lower(t.name), t.tenant_id;
$$;

create function sec.create_tenant(p_user uuid, p_tenant jsonb, p_categories jsonb) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid := (p_tenant ->> 'tenant_id')::uuid;
begin
    insert into app.tenant (tenant_id, slug, name, type, currency, country, locale, time_zone, is_sample)
    select v_tenant, x.slug, x.name, x.type, x.currency, x.country, x.locale, x.time_zone, x.is_sample
    from jsonb_to_record(p_tenant) as x (slug text, name text, type text, currency text, country text, locale text,
                                         time_zone text, is_sample boolean);
    insert into app.membership (tenant_id, user_id, role) values (v_tenant, p_user, 'OWNER');
    insert into app.category (tenant_id, id, parent_id, kind, name)
    select v_tenant, x.id, x.parent_id, x.kind, x.name
    from jsonb_to_recordset(p_categories) as x (id uuid, parent_id uuid, kind text, name text);
end $$;

create function sec.invitation(p_token_hash bytea)
returns table (tenant_name text, tenant_type text, role text, email text, inviter text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select t.name, t.type, i.role, i.email, u.name
    from app.invitation i
    join app.tenant t on t.tenant_id = i.tenant_id and t.status = 'ACTIVE'
    join app.membership m on m.tenant_id = i.tenant_id and m.user_id = i.created_by and m.status = 'ACTIVE'
        and (m.role = 'OWNER' or (m.role = 'ADMIN' and i.role <> 'ADMIN'))
    join sec.users u on u.id = i.created_by
    where i.token_hash = p_token_hash and i.accepted_at is null and i.revoked_at is null and i.expires_at > now();
$$;

-- Accepting re-checks that the inviter still may invite, and takes the row lock first: eight at once make one member.
create function sec.accept_invitation(p_user uuid, p_token_hash bytea) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid;
    v_role text;
begin
    update app.invitation i set accepted_at = now()
    where i.token_hash = p_token_hash and i.accepted_at is null
      and exists (select from sec.invitation(p_token_hash) valid
                  join sec.users u on u.email = valid.email where u.id = p_user)
    returning i.tenant_id, i.role into v_tenant, v_role;
    if not found then
        raise exception 'This invitation is not valid for you, or no longer. Ask for a new one.'
            using errcode = 'FT404';
    end if;
    insert into app.membership (tenant_id, user_id, role) values (v_tenant, p_user, v_role);
    return v_tenant;
exception when unique_violation then
    raise exception 'You are a member of this tenant already.' using errcode = 'FT409';
end $$;

create function sec.set_tenant_status(p_slug text, p_status text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
    update app.tenant set status = p_status where slug = p_slug;
    if not found then
        raise exception 'There is no such tenant.' using errcode = 'FT404';
    end if;
end $$;

create function sec.tenant_id_of(p_slug text) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic select t.tenant_id from app.tenant t where t.slug = p_slug; end;

-- Rules that no constraint can say. All are checked at commit.
create function sec.check_owner() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- The lock makes two owners who leave at the same moment wait for each other.
    perform from app.tenant t where t.tenant_id = old.tenant_id for no key update;
    if found and not exists (select from app.membership m where m.tenant_id = old.tenant_id
                             and m.role = 'OWNER' and m.status = 'ACTIVE') then
        raise exception 'A tenant keeps at least one active owner. Make somebody else an owner first.'
            using errcode = 'FT409';
    end if;
    return null;
end $$;

create function sec.check_split() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid := coalesce(new.tenant_id, old.tenant_id);
    v_transactions uuid[];
    v_transaction uuid;
    v_total numeric;
    v_lines bigint;
    v_amount bigint;
    v_split boolean;
begin
    if tg_table_name = 'posting' then
        -- A line that moves leaves one transaction and joins another: both must add up.
        v_transactions := array_remove(array[new.transaction_id, old.transaction_id], null);
    else
        v_transactions := array[new.id];
    end if;
    foreach v_transaction in array v_transactions loop
        select t.amount, t.is_split into v_amount, v_split
        from app.transaction t where t.tenant_id = v_tenant and t.id = v_transaction;
        continue when not found;
        select coalesce(sum(p.amount), 0), count(*) into v_total, v_lines
        from app.posting p where p.tenant_id = v_tenant and p.transaction_id = v_transaction;
        if v_split and v_lines = 0 then
            raise exception 'A split transaction needs its lines.' using errcode = 'FT422';
        elsif v_split and v_total <> v_amount then
            raise exception 'The lines of a split must add up to its amount exactly.' using errcode = 'FT422';
        elsif not v_split and v_lines > 0 then
            raise exception 'Only a split transaction has lines.' using errcode = 'FT422';
        end if;
    end loop;
    return null;
end $$;

create function sec.check_transfer() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid := coalesce(new.tenant_id, old.tenant_id);
    v_transfer uuid;
    leg record;
begin
    foreach v_transfer in array array_remove(array[new.transfer_id, old.transfer_id], null) loop
        select count(*) as legs, count(distinct account_id) as accounts, count(distinct currency) as currencies,
               count(*) filter (where amount < 0) as out, count(*) filter (where amount > 0) as "in",
               sum(amount) as total
        into leg from app.transaction where tenant_id = v_tenant and transfer_id = v_transfer;
        if leg.legs = 0 then
            continue;
        elsif leg.legs <> 2 or leg.accounts <> 2 or leg.out <> 1 or leg."in" <> 1 then
            raise exception 'A transfer has one leg out of an account and one into another. Change both together.'
                using errcode = 'FT422';
        elsif leg.currencies = 1 and leg.total <> 0 then
            raise exception 'Both legs of a transfer in one currency must be equal.' using errcode = 'FT422';
        end if;
    end loop;
    return null;
end $$;

create function sec.check_category() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if exists (
        with recursive above as (
            select c.parent_id from app.category c where c.tenant_id = new.tenant_id and c.id = new.id
            union
            select c.parent_id from app.category c join above on c.id = above.parent_id
            where c.tenant_id = new.tenant_id)
        select from above where parent_id = new.id) then
        raise exception 'A category cannot lie below itself.' using errcode = 'FT422';
    end if;
    return null;
end $$;

create function sec.guard_account() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if new.visibility <> old.visibility and old.owner_id <> sec.acting_user() then
        raise exception 'Only the owner of an account decides who sees it.' using errcode = 'FT403';
    end if;
    return new;
end $$;

-- The search words follow their transaction, whoever writes it.
create function sec.index_words() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op <> 'INSERT' then
        delete from app.search_token s using before b where s.tenant_id = b.tenant_id and s.transaction_id = b.id;
    end if;
    if tg_op <> 'DELETE' then
        insert into app.search_token (tenant_id, token, booked_on, transaction_id, account_id)
        select a.tenant_id, w.word, a.booked_on, a.id, a.account_id
        from after a cross join lateral (select distinct unnest(a.words) as word) w;
    end if;
    return null;
end $$;

grant execute on function sec.check_owner(), sec.check_split(), sec.check_transfer(), sec.check_category(),
    sec.guard_account(), sec.index_words() to fintrack_data;
