-- The activity: every event is chained to the one before it in its tenant.
set role fintrack_data;

grant select, insert on app.audit_event to fintrack_security;

set role fintrack_security;

-- How far each tenant's chain reaches, so that a cut end is noticed too.
create table sec.audit_head (
    tenant_id uuid primary key references app.tenant on delete cascade,
    number bigint not null,
    hash bytea not null
);

create function sec.event_hash(p_before bytea, p_event app.audit_event) returns bytea
language sql immutable set search_path = pg_catalog, pg_temp
return sha256(p_before || convert_to(jsonb_build_array(
    p_event.tenant_id, p_event.number, (extract(epoch from p_event.at) * 1000000)::bigint, p_event.actor_id,
    p_event.actor_rank, p_event.source, p_event.action, p_event.subject_id, p_event.account_id, p_event.change_set_id,
    p_event.before, p_event.after)::text, 'UTF8'));

create function sec.chain_event() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_number bigint;
    v_hash bytea;
begin
    -- Held until the commit: of two who write at once, the second one waits for its place in the chain.
    perform from app.tenant t where t.tenant_id = new.tenant_id for no key update;
    select e.number, e.hash into v_number, v_hash from app.audit_event e
    where e.tenant_id = new.tenant_id order by e.number desc limit 1;
    new.number := coalesce(v_number, 0) + 1;
    new.hash := sec.event_hash(coalesce(v_hash, ''), new);
    return new;
end $$;

create function sec.keep_head() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into sec.audit_head (tenant_id, number, hash)
    select distinct on (a.tenant_id) a.tenant_id, a.number, a.hash from after a order by a.tenant_id, a.number desc
    on conflict (tenant_id) do update set number = excluded.number, hash = excluded.hash;
    return null;
end $$;

-- An event of somebody who is not inside: who founds a tenant, joins it, reopens it.
create function sec.record_event(p_tenant uuid, p_user uuid, p_role text, p_source text, p_action text, p_subject uuid,
                                 p_before jsonb, p_after jsonb, p_account uuid default null)
returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    insert into app.audit_event (tenant_id, id, actor_id, actor_rank, source, action, subject_id, account_id, before,
                                 after)
    values (p_tenant, gen_random_uuid(), p_user, sec.rank_of(p_role), p_source, p_action, p_subject, p_account, p_before,
            p_after);
$$;

-- What whoever runs this FinTrack does to a tenant, in which he is nobody.
create function sec.record_operation(p_tenant uuid, p_action text, p_before jsonb, p_after jsonb) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    insert into app.audit_event (tenant_id, id, actor_id, actor_rank, source, action, before, after)
    values (p_tenant, gen_random_uuid(), '00000000-0000-0000-0000-000000000000', 0, 'COMMAND', p_action, p_before,
            p_after);
$$;

-- The operator's: every tenant whose chain is broken, and at which event.
create function sec.broken_chains() returns table (slug text, number bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    with event as (
        select e.tenant_id, e.number, e.hash,
               row_number() over chain as place,
               sec.event_hash(coalesce(lag(e.hash) over chain, ''), e) as expected
        from app.audit_event e
        window chain as (partition by e.tenant_id order by e.number)
    ), broken as (
        select tenant_id, min(number) as number from event where number <> place or hash <> expected group by tenant_id
        union all
        select h.tenant_id, h.number from sec.audit_head h
        where not exists (select from app.audit_event e
                          where e.tenant_id = h.tenant_id and e.number = h.number and e.hash = h.hash)
    )
    select t.slug, min(b.number) from broken b join app.tenant t on t.tenant_id = b.tenant_id group by t.slug;
$$;

-- The version of the data of this transaction's tenant: the number of its last event.
create function sec.data_version() returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
return (select h.number from sec.audit_head h where h.tenant_id = sec.tenant());

grant execute on function sec.data_version() to fintrack_viewer;
grant execute on function sec.chain_event(), sec.keep_head() to fintrack_data;
grant execute on function sec.broken_chains() to fintrack_maintenance;
