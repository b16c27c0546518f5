-- Webhooks: what happens in a tenant is told to a program of an owner's or admin's, as far as he may see it.
set role fintrack_data;

grant select on app.budget to fintrack_security;

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
    -- The month of a budget, its first day.
    month date,
    status text not null default 'WAITING' check (status in ('WAITING', 'DELIVERED', 'FAILED')),
    tries integer not null default 0,
    next_try_at timestamptz not null default now(),
    answer text not null default ''
);
create index delivery_due on sec.delivery (webhook_id, next_try_at) where status = 'WAITING';
create index delivery_by_webhook on sec.delivery (webhook_id, at desc);

-- Budgets that are over their amount in a month, as far as whoever made the webhook sees.
create table sec.budget_notice (
    tenant_id uuid not null references app.tenant on delete cascade,
    webhook_id uuid not null references sec.webhook on delete cascade,
    budget_id uuid not null,
    month date not null,
    primary key (webhook_id, budget_id, month)
);
create index budget_notice_by_tenant on sec.budget_notice (tenant_id);

-- Asked when an event happens and again when it is sent: still an owner or admin, who sees the account.
create function sec.may_be_told(p_tenant uuid, p_user uuid, p_account uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from app.membership m join sec.users u on u.id = m.user_id and u.disabled_at is null
                   where m.tenant_id = p_tenant and m.user_id = p_user and m.status = 'ACTIVE'
                     and sec.rank_of(m.role) >= 30)
       and (p_account is null or p_account = any (sec.accounts_seen_by(p_tenant, p_user)));
$$;

create function sec.enqueue_deliveries() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into sec.delivery (id, tenant_id, webhook_id, event, at, actor_id, subject_id, account_id)
    select gen_random_uuid(), a.tenant_id, w.id, a.action, a.at, a.actor_id, a.subject_id, a.account_id
    from after a
    join sec.webhook w on w.tenant_id = a.tenant_id and a.action = any (w.events)
    where sec.may_be_told(w.tenant_id, w.user_id, a.account_id);
    return null;
end $$;

-- Looks at the budgets of a tenant for each webhook that is told of them, and remembers which are over. What is over
-- for the first time since it was not is told, unless it is by something else than money: a new webhook, another
-- amount, a share.
create function sec.notice_budgets(p_event app.audit_event, p_is_told boolean) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    with recursive within (budget_id, currency, amount, category_id) as (
        select b.id, b.currency, b.amount, b.category_id from app.budget b where b.tenant_id = p_event.tenant_id
        union all
        select w.budget_id, w.currency, w.amount, c.id
        from within w join app.category c on c.tenant_id = p_event.tenant_id and c.parent_id = w.category_id
    ), seen as (
        select w.id as webhook_id, a.id as account_id, a.currency
        from sec.webhook w
        join app.account a on a.tenant_id = w.tenant_id and a.id = any (sec.accounts_seen_by(w.tenant_id, w.user_id))
        where w.tenant_id = p_event.tenant_id and 'budget.exceeded' = any (w.events)
          and sec.may_be_told(w.tenant_id, w.user_id, null)
    ), exceeded as (
        select s.webhook_id, b.budget_id, t.month
        from within b
        join app.month_total t on t.tenant_id = p_event.tenant_id and t.category_id = b.category_id
        join seen s on s.account_id = t.account_id and s.currency = b.currency
        group by s.webhook_id, b.budget_id, t.month, b.amount
        having sum(t.outgoing - t.incoming) > b.amount
    ), kept_again as (
        delete from sec.budget_notice n
        where n.tenant_id = p_event.tenant_id
          and not exists (select from exceeded e where e.webhook_id = n.webhook_id and e.budget_id = n.budget_id
                                                   and e.month = n.month)
    ), new as (
        insert into sec.budget_notice (tenant_id, webhook_id, budget_id, month)
        select p_event.tenant_id, e.webhook_id, e.budget_id, e.month from exceeded e
        on conflict do nothing returning webhook_id, budget_id, month
    )
    insert into sec.delivery (id, tenant_id, webhook_id, event, at, actor_id, subject_id, month)
    select gen_random_uuid(), p_event.tenant_id, n.webhook_id, 'budget.exceeded', p_event.at, p_event.actor_id,
           n.budget_id, n.month
    from new n where p_is_told;
$$;

-- Every change of the books ends with its events, so each look finds what the one before it left.
create function sec.watch_budgets() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    event app.audit_event;
begin
    for event in
        select distinct on (a.tenant_id) a.* from after a
        where exists (select from sec.webhook w where w.tenant_id = a.tenant_id and 'budget.exceeded' = any (w.events))
        order by a.tenant_id, a.number desc
    loop
        perform sec.notice_budgets(event, event.action ~ '^(transactions?|transfer|import|change_set)\.');
    end loop;
    return null;
end $$;

create function sec.add_webhook(p_handle bytea, p_tenant uuid, p_id uuid, p_url text, p_sealed_secret bytea,
                                p_events text[], p_most bigint) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    proof record;
begin
    select * into proof from sec.prove(p_handle, p_tenant);
    -- One at a time, so that none is counted twice.
    perform from app.tenant t where t.tenant_id = p_tenant for no key update;
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

-- Taken by one process for a minute, every tenant's first before anybody's second; a tenant that is shut tells nothing.
-- What is a month old is forgotten.
create function sec.take_deliveries(p_most integer, p_of_one_tenant integer)
returns table (id uuid, user_id uuid, url text, sealed_secret bytea, tenant text, event text, at timestamptz,
               actor_id uuid, subject_id uuid, account_id uuid, month date)
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    delete from sec.delivery d where d.at < now() - interval '30 days';
    with due as (
        select d.id, d.next_try_at, w.tenant_id, w.user_id, w.url, w.sealed_secret, t.slug,
               sec.may_be_told(w.tenant_id, w.user_id, d.account_id) as is_told,
               row_number() over (partition by w.id order by d.next_try_at, d.id) as place
        from sec.webhook w
        join app.tenant t on t.tenant_id = w.tenant_id and t.status <> 'SUSPENDED'
        cross join lateral (
            select d.id, d.next_try_at, d.account_id from sec.delivery d
            where d.webhook_id = w.id and d.status = 'WAITING' and d.next_try_at <= now()
            order by d.next_try_at, d.id limit p_of_one_tenant for update skip locked) d
    ), fair as (
        select due.*, row_number() over (partition by due.tenant_id order by due.place, due.next_try_at) as turn from due
    ), chosen as (
        select f.* from fair f where f.turn <= p_of_one_tenant order by f.turn, f.next_try_at limit p_most
    ), taken as (
        update sec.delivery d
        set next_try_at = now() + interval '1 minute', tries = d.tries + 1,
            status = case when c.is_told then 'WAITING' else 'FAILED' end,
            answer = case when c.is_told then d.answer else
                'Not sent: you were no owner or admin any more, or did not see the account any more.' end
        from chosen c where d.id = c.id
        returning c.is_told, d.id, c.user_id, c.url, c.sealed_secret, c.slug, d.event, d.at, d.actor_id, d.subject_id,
            d.account_id, d.month
    )
    select t.id, t.user_id, t.url, t.sealed_secret, t.slug, t.event, t.at, t.actor_id, t.subject_id, t.account_id,
           t.month
    from taken t where t.is_told;
$$;

-- Six tries: at once, then after 1, 5, 25, 125 and 625 minutes.
create function sec.note_delivery(p_id uuid, p_is_delivered boolean, p_answer text) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    update sec.delivery d
    set status = case when p_is_delivered then 'DELIVERED' when d.tries >= 6 then 'FAILED' else 'WAITING' end,
        next_try_at = now() + interval '1 minute' * power(5, least(d.tries, 6) - 1), answer = left(p_answer, 200)
    where d.id = p_id;
$$;

grant execute on function sec.add_webhook(bytea, uuid, uuid, text, bytea, text[], bigint), sec.webhooks(bytea, uuid),
    sec.remove_webhook(bytea, uuid, uuid), sec.deliveries(bytea, uuid, uuid), sec.take_deliveries(integer, integer),
    sec.note_delivery(uuid, boolean, text) to fintrack_sign_in;
grant execute on function sec.enqueue_deliveries(), sec.watch_budgets() to fintrack_data;
