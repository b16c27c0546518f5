-- How much a tenant may have: the operator's exception to it, else what the configuration says.
set role fintrack_security;

-- The configuration of the process that was started last; nothing is limited before the first one.
create table sec.default_limit (
    name text primary key check (name in ('MEMBERS', 'ACCOUNTS', 'TRANSACTIONS', 'IMPORT_MB', 'EXPORTS_PER_DAY')),
    most bigint not null check (most >= 0)
);

-- What would take long to count. No member reads these: what stands in accounts out of his sight counts as well.
-- Each of a tenant's parts is written by one transaction at a time; together they are the number.
create table sec.transaction_count (
    tenant_id uuid not null references app.tenant on delete cascade,
    part uuid not null default gen_random_uuid(),
    transactions bigint not null,
    primary key (tenant_id, part)
);

create table sec.export_count (
    tenant_id uuid primary key references app.tenant on delete cascade,
    day date not null,
    exports bigint not null
);

create function sec.today() returns date
language sql stable set search_path = pg_catalog, pg_temp return (now() at time zone 'UTC')::date;

create function sec.most_of(p_tenant uuid, p_name text) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
return coalesce((select l.most from app.tenant_limit l where l.tenant_id = p_tenant and l.name = p_name),
                (select d.most from sec.default_limit d where d.name = p_name));

create function sec.used_of(p_tenant uuid, p_name text) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
return case p_name
    when 'MEMBERS' then (
        select count(*) from app.membership m where m.tenant_id = p_tenant and m.status <> 'LEFT')
    when 'ACCOUNTS' then (select count(*) from app.account a where a.tenant_id = p_tenant)
    when 'TRANSACTIONS' then (
        select coalesce(sum(c.transactions), 0)::bigint from sec.transaction_count c where c.tenant_id = p_tenant)
    when 'EXPORTS_PER_DAY' then (
        select coalesce(sum(c.exports), 0)::bigint from sec.export_count c
        where c.tenant_id = p_tenant and c.day = sec.today())
end;

-- Refuses what was made just now, if it is more than the tenant may have. The tenant is held until the commit, so that
-- of two who make something at once the second one counts what the first one made.
create function sec.check_limit(p_tenant uuid, p_name text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_most bigint := sec.most_of(p_tenant, p_name);
begin
    perform from app.tenant t where t.tenant_id = p_tenant for no key update;
    if v_most is null or sec.used_of(p_tenant, p_name) <= v_most then
        return;
    end if;
    raise exception '%', format(
        case p_name
            when 'MEMBERS' then '%s has as many members as it may have, which is %s. '
                'Its owners can make room, or ask whoever runs this FinTrack for more.'
            when 'ACCOUNTS' then '%s has as many accounts as it may have, which is %s. '
                'Delete an empty one, or ask whoever runs this FinTrack for more.'
            when 'TRANSACTIONS' then '%s may keep %s transactions, and this would be more. '
                'Delete some, or ask whoever runs this FinTrack for more.'
            when 'EXPORTS_PER_DAY' then '%s has made as many exports as it may in a day, which is %s. '
                'Export again tomorrow, or ask whoever runs this FinTrack for more.'
        end,
        (select t.name from app.tenant t where t.tenant_id = p_tenant),
        to_char(v_most, 'FM999,999,999,999,999,999,999')) using errcode = 'FT409';
end $$;

create function sec.limit_accounts() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid;
begin
    for v_tenant in select distinct a.tenant_id from after a order by a.tenant_id loop
        perform sec.check_limit(v_tenant, 'ACCOUNTS');
    end loop;
    return null;
end $$;

-- Adds to a part that nobody adds to right now, so that no writer waits for another.
create function sec.count_transactions(p_tenant uuid, p_rows bigint) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
    update sec.transaction_count c set transactions = c.transactions + p_rows
    where c.tenant_id = p_tenant and c.part = (select x.part from sec.transaction_count x where x.tenant_id = p_tenant
                                               limit 1 for no key update skip locked);
    if not found then
        -- Not when the whole tenant goes.
        insert into sec.transaction_count (tenant_id, transactions)
        select t.tenant_id, p_rows from app.tenant t where t.tenant_id = p_tenant;
    end if;
end $$;

create function sec.limit_transactions() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    made record;
    v_most bigint;
begin
    for made in select a.tenant_id, count(*) as rows from after a group by a.tenant_id order by a.tenant_id loop
        perform sec.count_transactions(made.tenant_id, made.rows);
        v_most := sec.most_of(made.tenant_id, 'TRANSACTIONS');
        -- While there is more room than those could fill who write at this moment, nobody waits.
        if v_most - sec.used_of(made.tenant_id, 'TRANSACTIONS') < greatest(1000, v_most / 5) then
            perform sec.check_limit(made.tenant_id, 'TRANSACTIONS');
        end if;
    end loop;
    return null;
end $$;

create function sec.release_transactions() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform sec.count_transactions(b.tenant_id, -count(*)) from before b group by b.tenant_id;
    return null;
end $$;

create function sec.limit_exports() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into sec.export_count as c (tenant_id, day, exports) values (new.tenant_id, sec.today(), 1)
    on conflict (tenant_id) do update
        set day = excluded.day, exports = case when c.day = excluded.day then c.exports + 1 else 1 end;
    perform sec.check_limit(new.tenant_id, 'EXPORTS_PER_DAY');
    return null;
end $$;

-- How close the tenant is to each of its limits, and not how much it has: that would count what one may not see.
create function sec.limits() returns table (name text, most bigint, room text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid := sec.tenant();
begin
    return query
        select n.name, m.most,
               case when u.used >= m.most then 'NONE' when u.used >= m.most * 0.8 then 'LITTLE' else 'ENOUGH' end
        from unnest(array['MEMBERS', 'ACCOUNTS', 'TRANSACTIONS', 'EXPORTS_PER_DAY']) n (name)
        cross join lateral (select sec.most_of(v_tenant, n.name) as most) m
        cross join lateral (select sec.used_of(v_tenant, n.name) as used) u
        where m.most is not null;
end $$;

-- The operator's: what the configuration says.
create function sec.keep_default_limits(p_limits jsonb) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into sec.default_limit as d (name, most) select x.key, x.value::bigint from jsonb_each_text(p_limits) x
    on conflict (name) do update set most = excluded.most where d.most <> excluded.most;
end $$;

-- The operator's: each limit of a tenant, how much of it is used, and whether it is an exception.
create function sec.limits_of(p_slug text) returns table (name text, most bigint, used bigint, is_own boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select n.name, sec.most_of(t.tenant_id, n.name), sec.used_of(t.tenant_id, n.name),
           exists (select from app.tenant_limit l where l.tenant_id = t.tenant_id and l.name = n.name)
    from app.tenant t
    cross join unnest(array['MEMBERS', 'ACCOUNTS', 'TRANSACTIONS', 'IMPORT_MB', 'EXPORTS_PER_DAY']) n (name)
    where t.slug = p_slug;
$$;

-- The operator's exception to one limit; null takes it back.
create function sec.set_tenant_limit(p_slug text, p_name text, p_most bigint) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid := sec.held_tenant(p_slug);
    v_before bigint;
begin
    delete from app.tenant_limit l where l.tenant_id = v_tenant and l.name = p_name returning l.most into v_before;
    if p_most is not null then
        insert into app.tenant_limit (tenant_id, name, most) values (v_tenant, p_name, p_most);
    end if;
    perform sec.record_operation(v_tenant, 'tenant.limit_changed', jsonb_build_object(lower(p_name), v_before),
                                 jsonb_build_object(lower(p_name), p_most));
end $$;

grant execute on function sec.limit_accounts(), sec.limit_transactions(), sec.release_transactions(),
    sec.limit_exports() to fintrack_data;
grant execute on function sec.limits() to fintrack_viewer;
grant execute on function sec.keep_default_limits(jsonb), sec.limits_of(text), sec.set_tenant_limit(text, text, bigint)
    to fintrack_maintenance;
