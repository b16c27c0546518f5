-- A tenant's beginning, its closing and its end.
set role fintrack_data;

grant select, insert on app.category to fintrack_security;
grant insert on app.tenant to fintrack_security;
grant update (status, closes_at, version) on app.tenant to fintrack_security;
grant delete on app.tenant to fintrack_security;
grant insert, update, delete on app.tenant_limit to fintrack_security;
grant select (tenant_id, id, removed_at), update (removed_at), delete on app.attachment to fintrack_security;

set role fintrack_security;

-- Asked through the sign-in door: the tenants of whoever holds this handle.
create function sec.my_tenants(p_handle bytea)
returns table (tenant_id uuid, slug text, name text, type text, role text, flags text[], tenant_status text,
               closes_at timestamptz, currency text, country text, locale text, time_zone text,
               fiscal_year_start smallint, is_sample boolean, colour text, is_shared boolean, keeps_own boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    -- Materialized: proving a tenant that is not the user's raises, so no plan may do it first.
    with mine as materialized (
        select t.*, m.user_id
        from sec.session s
        join sec.users u on u.id = s.user_id and u.disabled_at is null
        join app.membership m on m.user_id = s.user_id and m.status = 'ACTIVE'
        join app.tenant t on t.tenant_id = m.tenant_id and t.status <> 'SUSPENDED'
        where s.handle_hash = sha256(p_handle) and s.revoked_at is null and s.expires_at > now()
          and s.seen_at + s.idle_for > now() and (s.tenant_id is null or s.tenant_id = t.tenant_id)
    )
    select t.tenant_id, t.slug, t.name, t.type, p.v_role, sec.flags_of(p.v_abilities), t.status, t.closes_at, t.currency,
           t.country, t.locale, t.time_zone, t.fiscal_year_start, t.is_sample, t.colour,
           exists (select from app.membership o where o.tenant_id = t.tenant_id and o.user_id <> t.user_id),
           p.v_abilities & 32 > 0
    from mine t cross join lateral sec.prove(p_handle, t.tenant_id) p
    order by t.is_sample, lower(t.name), t.tenant_id;
$$;

-- Asked through the sign-in door: the names of his tenants that are suspended, and nothing else of them.
create function sec.shut_tenants(p_handle bytea) returns table (name text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_user uuid := sec.user_of(p_handle);
begin
    return query
        select t.name from app.membership m join app.tenant t on t.tenant_id = m.tenant_id
        where m.user_id = v_user and m.status = 'ACTIVE' and t.status = 'SUSPENDED'
        order by lower(t.name), t.tenant_id;
end $$;

create function sec.create_tenant(p_user uuid, p_handle bytea, p_tenant jsonb, p_categories jsonb) returns void
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
    perform sec.record_event(v_tenant, p_user, 'OWNER', coalesce(sec.source_of(p_handle), 'PAGE'), 'tenant.created', null, null,
                             p_tenant - array['tenant_id', 'slug', 'is_sample']);
end $$;

-- An owner closes the books: thirty days to look, export and think again, then they are erased.
create function sec.close_tenant() returns timestamptz
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    part text[] := sec.context();
    v_closes_at timestamptz;
begin
    if part[4]::smallint < 40 or part[6] <> '-' then
        raise exception 'Only an owner closes a tenant.' using errcode = 'FT403';
    elsif part[5]::smallint & 16 = 0 then
        raise exception 'Confirm first that it is you.' using errcode = 'FT428';
    end if;
    update app.tenant t set status = 'CLOSING', closes_at = now() + interval '30 days', version = t.version + 1
    where t.tenant_id = part[2]::uuid and t.status = 'ACTIVE' returning t.closes_at into v_closes_at;
    if not found then
        raise exception 'Somebody closed this tenant a moment ago.' using errcode = 'FT409';
    end if;
    return v_closes_at;
end $$;

-- Asked through the sign-in door, since a closing tenant is entered by readers only.
create function sec.reopen_tenant(p_handle bytea, p_slug text, p_version integer) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_user uuid;
    v_tenant uuid;
    v_version integer;
begin
    update app.tenant t set status = 'ACTIVE', closes_at = null, version = t.version + 1
    from app.membership m
    join sec.session s on s.user_id = m.user_id and s.handle_hash = sha256(p_handle) and s.revoked_at is null
        and s.expires_at > now() and s.seen_at + s.idle_for > now() and s.scopes is null
        and (s.tenant_id is null or s.tenant_id = m.tenant_id)
    join sec.users u on u.id = s.user_id and u.disabled_at is null
    where t.slug = p_slug and t.status = 'CLOSING' and m.tenant_id = t.tenant_id and m.role = 'OWNER'
      and m.status = 'ACTIVE'
    returning t.tenant_id, m.user_id, t.version - 1 into v_tenant, v_user, v_version;
    if not found then
        raise exception 'You own no such tenant that is closing.' using errcode = 'FT404';
    elsif p_version <> v_version then
        raise exception 'Somebody changed these settings in the meantime. Look at them again, then save.'
            using errcode = 'FT412';
    end if;
    perform sec.record_event(v_tenant, v_user, 'OWNER', sec.source_of(p_handle), 'tenant.reopened', null,
                             '{"status": "CLOSING"}', '{"status": "ACTIVE"}');
end $$;

-- Whether nothing was done in a tenant since its founding, and nobody else came in.
create function sec.is_untouched(p_tenant uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select not exists (select from app.account a where a.tenant_id = p_tenant)
       and (select count(*) from app.membership o where o.tenant_id = p_tenant) = 1
       and (select count(*) from app.audit_event e where e.tenant_id = p_tenant) = 1
$$;

-- Asked through the sign-in door: a book that could not be brought leaves no empty tenant behind. Where anything was done
-- since the founding, or anybody else came in, the tenant stays.
create function sec.abandon_tenant(p_handle bytea, p_slug text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_user uuid := sec.user_of(p_handle);
begin
    set constraints all deferred;
    delete from app.tenant t using app.membership m
    where t.slug = p_slug and m.tenant_id = t.tenant_id and m.user_id = v_user and m.role = 'OWNER'
      and sec.is_untouched(t.tenant_id);
end $$;

-- Asked before a book makes a tenant: what a killed run left empty goes. It has not even the categories that people start
-- with. A book that still comes holds its tenant, which is skipped; of one that came meanwhile the second look knows.
create function sec.abandon_leftovers(p_handle bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_user uuid := sec.user_of(p_handle);
    v_left uuid[];
begin
    v_left := array(
        select t.tenant_id from app.tenant t
        join app.membership m on m.tenant_id = t.tenant_id and m.user_id = v_user and m.role = 'OWNER'
        where t.created_at < now() - interval '1 minute'
          and not exists (select from app.category c where c.tenant_id = t.tenant_id)
          and sec.is_untouched(t.tenant_id)
        for update of t skip locked);
    set constraints all deferred;
    delete from app.tenant t where t.tenant_id = any (v_left) and sec.is_untouched(t.tenant_id);
end $$;

-- The operator's: erases what was closed long enough ago, and says how many.
create function sec.erase_closed_tenants() returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_count bigint;
begin
    -- The cascade reaches accounts before their transactions; all must be gone only at the end.
    set constraints all deferred;
    delete from app.tenant t where t.status = 'CLOSING' and t.closes_at <= now();
    get diagnostics v_count = row_count;
    return v_count;
end $$;

-- The operator's: erases the files that were taken from their transactions long enough ago, and says how many.
create function sec.erase_removed_files() returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_count bigint;
begin
    -- One that a member holds is put back now, or erased the next time.
    delete from app.attachment a where (a.tenant_id, a.id) in (
        select r.tenant_id, r.id from app.attachment r where r.removed_at < now() - interval '30 days'
        for update skip locked);
    get diagnostics v_count = row_count;
    return v_count;
end $$;

-- The operator's: the tenant of this slug, held until the commit.
create function sec.held_tenant(p_slug text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid;
begin
    select t.tenant_id into v_tenant from app.tenant t where t.slug = p_slug for no key update;
    if not found then
        raise exception 'There is no tenant %.', p_slug using errcode = 'FT404';
    end if;
    return v_tenant;
end $$;

-- The operator's: shuts a tenant, which saves one that is closing from being erased, or opens it again.
create function sec.set_tenant_status(p_slug text, p_status text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid := sec.held_tenant(p_slug);
    v_before text := (select t.status from app.tenant t where t.tenant_id = v_tenant);
begin
    if (v_before = 'SUSPENDED') = (p_status = 'SUSPENDED') then
        raise exception '% is %.', p_slug, case v_before when 'SUSPENDED' then 'suspended already'
                                                          else 'not suspended' end using errcode = 'FT409';
    end if;
    update app.tenant t set status = p_status, closes_at = null, version = t.version + 1 where t.tenant_id = v_tenant;
    perform sec.record_operation(v_tenant, case p_status when 'SUSPENDED' then 'tenant.suspended'
                                                          else 'tenant.resumed' end,
                                 jsonb_build_object('status', v_before), jsonb_build_object('status', p_status));
end $$;

grant execute on function sec.close_tenant() to fintrack_owner;
grant execute on function sec.my_tenants(bytea), sec.shut_tenants(bytea), sec.create_tenant(uuid, bytea, jsonb, jsonb),
    sec.reopen_tenant(bytea, text, integer), sec.abandon_tenant(bytea, text), sec.abandon_leftovers(bytea)
    to fintrack_sign_in;
grant execute on function sec.set_tenant_status(text, text), sec.erase_closed_tenants(), sec.erase_removed_files(),
    sec.rotate_signing_key() to fintrack_maintenance;
