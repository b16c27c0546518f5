-- How much a tenant may have: the operator's exception to it, else what the configuration says.
set role fintrack_security;

-- The configuration of the process that was started last; nothing is limited before the first one.
create table sec.default_limit (
    name text primary key check (name in ('MEMBERS', 'ACCOUNTS', 'TRANSACTIONS', 'IMPORT_MB', 'EXPORTS_PER_DAY')),
    most bigint not null check (most >= 0)
);

-- What would take long to count. No member reads it: accounts out of his sight count as well.
create table sec.usage (
    tenant_id uuid primary key references app.tenant on delete cascade,
    transactions bigint not null default 0,
    exports bigint not null default 0,
    exported_on date not null default '-infinity'
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
    when 'TRANSACTIONS' then coalesce((select u.transactions from sec.usage u where u.tenant_id = p_tenant), 0)
    when 'EXPORTS_PER_DAY' then coalesce(
        (select u.exports from sec.usage u where u.tenant_id = p_tenant and u.exported_on = sec.today()), 0)
end;

-- Refuses what was made just now, if it is more than the tenant may have. Whoever asks holds the tenant, so that of
-- two who make something at once the second one counts what the first one made.
create function sec.check_limit(p_tenant uuid, p_name text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_most bigint := sec.most_of(p_tenant, p_name);
begin
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
        perform from app.tenant t where t.tenant_id = v_tenant for no key update;
        perform sec.check_limit(v_tenant, 'ACCOUNTS');
    end loop;
    return null;
end $$;

create function sec.limit_transactions() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    made record;
begin
    for made in select a.tenant_id, count(*) as rows from after a group by a.tenant_id order by a.tenant_id loop
        -- Held before the counter, as whoever wrote an event already does.
        perform from app.tenant t where t.tenant_id = made.tenant_id for no key update;
        insert into sec.usage as u (tenant_id, transactions) values (made.tenant_id, made.rows)
        on conflict (tenant_id) do update set transactions = u.transactions + excluded.transactions;
        perform sec.check_limit(made.tenant_id, 'TRANSACTIONS');
    end loop;
    return null;
end $$;

create function sec.release_transactions() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    gone record;
begin
    for gone in select b.tenant_id, count(*) as rows from before b group by b.tenant_id order by b.tenant_id loop
        perform from app.tenant t where t.tenant_id = gone.tenant_id for no key update;
        update sec.usage u set transactions = u.transactions - gone.rows where u.tenant_id = gone.tenant_id;
    end loop;
    return null;
end $$;

-- The chain of events holds the tenant already.
create function sec.count_export() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into sec.usage as u (tenant_id, exports, exported_on) values (new.tenant_id, 1, sec.today())
    on conflict (tenant_id) do update
        set exports = case when u.exported_on = excluded.exported_on then u.exports + 1 else 1 end,
            exported_on = excluded.exported_on;
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
    sec.count_export() to fintrack_data;
grant execute on function sec.limits() to fintrack_viewer;
grant execute on function sec.keep_default_limits(jsonb), sec.limits_of(text), sec.set_tenant_limit(text, text, bigint)
    to fintrack_maintenance;
