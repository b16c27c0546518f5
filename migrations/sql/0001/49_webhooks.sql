-- Webhooks: what happens in a tenant is told to a program of an owner's or admin's, as far as he may see it.
set role fintrack_security;

create table sec.webhook (
    id uuid primary key,
    tenant_id uuid not null references app.tenant on delete cascade,
    user_id uuid not null references sec.users on delete cascade,
    url text not null check (length(url) between 1 and 2000),
    sealed_secret bytea not null,
    events text[] not null check (cardinality(events) between 1 and 50),
    created_at timestamptz not null default now()
);
create index webhook_by_tenant on sec.webhook (tenant_id);

create table sec.delivery (
    id uuid primary key,
    tenant_id uuid not null references app.tenant on delete cascade,
    webhook_id uuid not null references sec.webhook on delete cascade,
    event text not null,
    at timestamptz not null,
    actor_id uuid not null,
    subject_id uuid,
    account_id uuid,
    status text not null default 'WAITING' check (status in ('WAITING', 'DELIVERED', 'FAILED')),
    tries integer not null default 0,
    next_try_at timestamptz not null default now(),
    answer text not null default ''
);
create index delivery_due on sec.delivery (next_try_at) where status = 'WAITING';
create index delivery_by_webhook on sec.delivery (webhook_id, at desc);

-- Asked again for each event: whose webhook it is must be an owner or admin still, and see the account.
create function sec.enqueue_deliveries() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into sec.delivery (id, tenant_id, webhook_id, event, at, actor_id, subject_id, account_id)
    select gen_random_uuid(), a.tenant_id, w.id, a.action, a.at, a.actor_id, a.subject_id, a.account_id
    from after a
    join sec.webhook w on w.tenant_id = a.tenant_id and a.action = any (w.events)
    join app.membership m on m.tenant_id = w.tenant_id and m.user_id = w.user_id and m.status = 'ACTIVE'
        and sec.rank_of(m.role) >= 30
    where a.account_id is null or a.account_id = any (sec.accounts_seen_by(w.tenant_id, w.user_id));
    return null;
end $$;

create function sec.add_webhook(p_handle bytea, p_tenant uuid, p_id uuid, p_url text, p_sealed_secret bytea,
                                p_events text[], p_most bigint) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    proof record;
begin
    select * into proof from sec.prove(p_handle, p_tenant);
    if sec.rank_of(proof.v_role) < 30 then
        raise exception 'Only owners and admins have webhooks.' using errcode = 'FT403';
    elsif (select count(*) from sec.webhook w where w.tenant_id = p_tenant and w.user_id = proof.v_user) >= p_most then
        raise exception 'You have as many webhooks here as you may have. Delete one first.' using errcode = 'FT409';
    end if;
    insert into sec.webhook (id, tenant_id, user_id, url, sealed_secret, events)
    values (p_id, p_tenant, proof.v_user, p_url, p_sealed_secret, p_events);
    perform sec.record_event(p_tenant, proof.v_user, proof.v_role, proof.v_source, 'webhook.created', p_id, null,
                             jsonb_build_object('events', p_events));
end $$;

create function sec.webhooks(p_handle bytea, p_tenant uuid)
returns table (id uuid, url text, events text[], created_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select w.id, w.url, w.events, w.created_at
    from sec.prove(p_handle, p_tenant) p join sec.webhook w on w.tenant_id = p_tenant and w.user_id = p.v_user;
$$;

create function sec.remove_webhook(p_handle bytea, p_tenant uuid, p_id uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    proof record;
begin
    select * into proof from sec.prove(p_handle, p_tenant);
    delete from sec.webhook w where w.id = p_id and w.tenant_id = p_tenant and w.user_id = proof.v_user;
    if not found or sec.rank_of(proof.v_role) < 30 then
        raise exception 'You have no such webhook.' using errcode = 'FT404';
    end if;
    perform sec.record_event(p_tenant, proof.v_user, proof.v_role, proof.v_source, 'webhook.deleted', p_id, null, null);
end $$;

create function sec.deliveries(p_handle bytea, p_tenant uuid, p_webhook uuid)
returns table (id uuid, event text, at timestamptz, subject_id uuid, status text, tries integer,
               next_try_at timestamptz, answer text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select d.id, d.event, d.at, d.subject_id, d.status, d.tries, d.next_try_at, d.answer
    from sec.prove(p_handle, p_tenant) p
    join sec.webhook w on w.id = p_webhook and w.tenant_id = p_tenant and w.user_id = p.v_user
    join sec.delivery d on d.webhook_id = w.id
    order by d.at desc, d.id limit 200;
$$;

-- Taken by one process for a minute; a tenant that is shut tells nothing. What is a month old is forgotten.
create function sec.take_deliveries(p_most integer)
returns table (id uuid, user_id uuid, url text, sealed_secret bytea, tenant text, event text, at timestamptz,
               actor_id uuid, subject_id uuid, account_id uuid)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from sec.delivery d where d.at < now() - interval '30 days';
    return query
        with due as (
            select d.id from sec.delivery d where d.status = 'WAITING' and d.next_try_at <= now()
            order by d.next_try_at limit p_most for update skip locked)
        update sec.delivery d set next_try_at = now() + interval '1 minute', tries = d.tries + 1
        from due, sec.webhook w, app.tenant t
        where d.id = due.id and w.id = d.webhook_id and t.tenant_id = d.tenant_id and t.status <> 'SUSPENDED'
        returning d.id, w.user_id, w.url, w.sealed_secret, t.slug, d.event, d.at, d.actor_id, d.subject_id, d.account_id;
end $$;

-- Six tries: at once, then after 1, 5, 25, 125 and 625 minutes.
create function sec.note_delivery(p_id uuid, p_is_delivered boolean, p_answer text) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    update sec.delivery d
    set status = case when p_is_delivered then 'DELIVERED' when d.tries >= 6 then 'FAILED' else 'WAITING' end,
        next_try_at = now() + interval '1 minute' * power(5, least(d.tries, 6) - 1), answer = left(p_answer, 200)
    where d.id = p_id;
$$;

grant execute on function sec.add_webhook(bytea, uuid, uuid, text, bytea, text[], bigint), sec.webhooks(bytea, uuid),
    sec.remove_webhook(bytea, uuid, uuid), sec.deliveries(bytea, uuid, uuid), sec.take_deliveries(integer),
    sec.note_delivery(uuid, boolean, text) to fintrack_sign_in;
grant execute on function sec.enqueue_deliveries() to fintrack_data;
