-- Totals: what a screen sums up, kept with every write, so that no screen reads a whole history. Their keys cover the
-- sums: in a crowd each row of a tenant lies on a page of its own, and an index keeps them together. The foreign keys
-- tell the planner that the accounts of a tenant are few; without them it expects one row and looks each up alone.
set role fintrack_data;

-- What moved on an account in a day; transfers count.
create table app.day_total (
    tenant_id uuid not null references app.tenant on delete cascade,
    account_id uuid not null,
    booked_on date not null,
    amount bigint not null,
    entries bigint not null,
    primary key (tenant_id, account_id, booked_on) include (amount)
) with (autovacuum_vacuum_insert_scale_factor = 0.005, autovacuum_vacuum_scale_factor = 0.02,
        autovacuum_vacuum_insert_threshold = 500);

-- The same in a month, so that the balance of an old account is summed up from few rows.
create table app.account_total (
    tenant_id uuid not null references app.tenant on delete cascade,
    account_id uuid not null,
    month date not null,
    amount bigint not null,
    entries bigint not null,
    primary key (tenant_id, account_id, month) include (amount)
) with (autovacuum_vacuum_insert_scale_factor = 0.005, autovacuum_vacuum_scale_factor = 0.02,
        autovacuum_vacuum_insert_threshold = 500);

-- What came in and what went out of an account in a month under a category, the nil one where there is none; transfers
-- do not count.
create table app.month_total (
    tenant_id uuid not null references app.tenant on delete cascade,
    month date not null,
    account_id uuid not null,
    category_id uuid not null,
    incoming bigint not null,
    outgoing bigint not null,
    entries bigint not null,
    primary key (tenant_id, month, account_id, category_id) include (incoming, outgoing, entries),
    foreign key (tenant_id, account_id) references app.account deferrable
) with (autovacuum_vacuum_insert_scale_factor = 0.005, autovacuum_vacuum_scale_factor = 0.02,
        autovacuum_vacuum_insert_threshold = 500);

-- The same for each payee.
create table app.payee_total (
    tenant_id uuid not null references app.tenant on delete cascade,
    month date not null,
    account_id uuid not null,
    category_id uuid not null,
    payee text not null,
    incoming bigint not null,
    outgoing bigint not null,
    entries bigint not null,
    primary key (tenant_id, month, account_id, category_id, payee) include (incoming, outgoing, entries),
    foreign key (tenant_id, account_id) references app.account deferrable
) with (autovacuum_vacuum_insert_scale_factor = 0.005, autovacuum_vacuum_scale_factor = 0.02,
        autovacuum_vacuum_insert_threshold = 500);

grant select on app.posting to fintrack_security;
grant update (payee) on app.posting to fintrack_security;
grant select, insert, update, delete on app.day_total, app.account_total, app.month_total, app.payee_total
    to fintrack_security;

set role fintrack_security;

-- What the totals ought to be.
create view sec.day_truth with (security_invoker = true) as
    select tenant_id, account_id, booked_on, sum(amount)::bigint as amount, count(*) as entries
    from app.transaction group by tenant_id, account_id, booked_on;

create view sec.account_truth with (security_invoker = true) as
    select tenant_id, account_id, date_trunc('month', booked_on::timestamp)::date as month,
           sum(amount)::bigint as amount, sum(entries)::bigint as entries
    from sec.day_truth group by 1, 2, 3;

create view sec.payee_truth with (security_invoker = true) as
    select tenant_id, date_trunc('month', booked_on::timestamp)::date as month, account_id, category_id, payee,
           coalesce(sum(amount) filter (where amount > 0), 0)::bigint as incoming,
           coalesce(sum(-amount) filter (where amount <= 0), 0)::bigint as outgoing, count(*) as entries
    from (select tenant_id, booked_on, account_id, coalesce(category_id, '00000000-0000-0000-0000-000000000000') as category_id,
                 payee, amount
          from app.transaction where not is_split and transfer_id is null
          union all
          select tenant_id, booked_on, account_id, coalesce(category_id, '00000000-0000-0000-0000-000000000000'),
                 payee, amount
          from app.posting) line
    group by 1, 2, 3, 4, 5;

create view sec.month_truth with (security_invoker = true) as
    select tenant_id, month, account_id, category_id, sum(incoming)::bigint as incoming,
           sum(outgoing)::bigint as outgoing, sum(entries)::bigint as entries
    from sec.payee_truth group by tenant_id, month, account_id, category_id;

-- What a statement did to a table, as amounts that came (entries 1) and that went (entries -1), in their account and,
-- unless they are a transfer or the whole of a split, under their category. A function for each table and kind of
-- statement: each has only its own of the tables `before` and `after`.
do $do$
declare
    place record;
    v_gone text;
    v_come text;
    v_change text;
begin
    for place in select * from (values
            ('transaction', 'true', 'not is_split and transfer_id is null'), ('posting', 'false', 'true')
        ) as place (name, is_whole, is_line)
    loop
        v_come := format('select tenant_id, account_id, booked_on, payee, amount, 1 as entries,
                                 coalesce(category_id, ''00000000-0000-0000-0000-000000000000'') as category_id,
                                 %s as is_whole, %s as is_line from after', place.is_whole, place.is_line);
        -- Not when the whole tenant goes.
        v_gone := replace(replace(v_come, '1 as entries', '-1 as entries'), 'from after',
                          'from before b where exists (select from app.tenant t where t.tenant_id = b.tenant_id)');
        foreach v_change in array array[v_come, v_gone || ' union all ' || v_come, v_gone] loop
            execute format($trigger$
                create function sec.%1$s() returns trigger
                language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
                begin
                    with change as materialized (%2$s), day as materialized (
                        select tenant_id, account_id, booked_on, sum(amount * entries) as amount, sum(entries) as entries
                        from change where is_whole group by tenant_id, account_id, booked_on
                    ), of_days as (
                        insert into app.day_total as kept (tenant_id, account_id, booked_on, amount, entries)
                        select * from day where amount <> 0 or entries <> 0
                        order by tenant_id, account_id, booked_on
                        on conflict (tenant_id, account_id, booked_on) do update
                        set amount = kept.amount + excluded.amount, entries = kept.entries + excluded.entries
                    ), of_accounts as (
                        insert into app.account_total as kept (tenant_id, account_id, month, amount, entries)
                        select tenant_id, account_id, date_trunc('month', booked_on::timestamp)::date as month,
                               sum(amount), sum(entries)
                        from day group by tenant_id, account_id, month
                        having sum(amount) <> 0 or sum(entries) <> 0
                        order by tenant_id, account_id, month
                        on conflict (tenant_id, account_id, month) do update
                        set amount = kept.amount + excluded.amount, entries = kept.entries + excluded.entries
                    ), line as materialized (
                        select tenant_id, date_trunc('month', booked_on::timestamp)::date as month, account_id,
                               category_id, payee,
                               coalesce(sum(amount * entries) filter (where amount > 0), 0) as incoming,
                               coalesce(sum(-amount * entries) filter (where amount <= 0), 0) as outgoing,
                               sum(entries) as entries
                        from change where is_line group by 1, 2, 3, 4, 5
                    ), of_payees as (
                        insert into app.payee_total as kept
                            (tenant_id, month, account_id, category_id, payee, incoming, outgoing, entries)
                        select * from line where incoming <> 0 or outgoing <> 0 or entries <> 0
                        order by tenant_id, month, account_id, category_id, payee
                        on conflict (tenant_id, month, account_id, category_id, payee) do update
                        set incoming = kept.incoming + excluded.incoming,
                            outgoing = kept.outgoing + excluded.outgoing, entries = kept.entries + excluded.entries
                    )
                    insert into app.month_total as kept
                        (tenant_id, month, account_id, category_id, incoming, outgoing, entries)
                    select tenant_id, month, account_id, category_id, sum(incoming), sum(outgoing), sum(entries)
                    from line group by tenant_id, month, account_id, category_id
                    having sum(incoming) <> 0 or sum(outgoing) <> 0 or sum(entries) <> 0
                    order by tenant_id, month, account_id, category_id
                    on conflict (tenant_id, month, account_id, category_id) do update
                    set incoming = kept.incoming + excluded.incoming, outgoing = kept.outgoing + excluded.outgoing,
                        entries = kept.entries + excluded.entries;
                    %3$s
                    return null;
                end $$
            $trigger$,
            'total_' || place.name || case v_change when v_come then '_new' when v_gone then '_gone' else '_changed' end,
            v_change,
            case when v_change <> v_come then format($drop$
                    -- Totals of nothing are no rows.
                    with fewer as (
                        select tenant_id, account_id, booked_on from (%1$s) change where is_whole
                        group by tenant_id, account_id, booked_on having sum(entries) < 0
                    ), of_days as (
                        delete from app.day_total t using fewer f
                        where t.entries = 0 and t.tenant_id = f.tenant_id and t.account_id = f.account_id
                          and t.booked_on = f.booked_on
                    )
                    delete from app.account_total t
                    using (select distinct tenant_id, account_id, date_trunc('month', booked_on::timestamp)::date as month
                           from fewer) f
                    where t.entries = 0 and t.tenant_id = f.tenant_id and t.account_id = f.account_id
                      and t.month = f.month;
                    with fewer as (
                        select tenant_id, date_trunc('month', booked_on::timestamp)::date as month, account_id,
                               category_id, payee
                        from (%1$s) change where is_line group by 1, 2, 3, 4, 5 having sum(entries) < 0
                    ), of_payees as (
                        delete from app.payee_total t using fewer f
                        where t.entries = 0 and t.tenant_id = f.tenant_id and t.month = f.month
                          and t.account_id = f.account_id and t.category_id = f.category_id
                          and t.payee = f.payee
                    )
                    delete from app.month_total t
                    using (select distinct tenant_id, month, account_id, category_id from fewer) f
                    where t.entries = 0 and t.tenant_id = f.tenant_id and t.month = f.month
                      and t.account_id = f.account_id and t.category_id = f.category_id;
                $drop$, v_change) else '' end);
        end loop;
    end loop;
end $do$;

-- A line has the payee of its transaction.
create function sec.rename_lines() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update app.posting p set payee = a.payee
    from after a where a.is_split and p.tenant_id = a.tenant_id and p.transaction_id = a.id and p.payee <> a.payee;
    return null;
end $$;

-- Who writes to the books of a tenant waits for whoever writes there. The operator's jobs are in no tenant.
create function sec.lock_books() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if coalesce(current_setting('fintrack.context', true), '') <> '' then
        perform sec.hold_books();
    end if;
    return null;
end $$;

create function sec.name_payee() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    new.payee := coalesce((select t.payee from app.transaction t
                           where t.tenant_id = new.tenant_id and t.id = new.transaction_id), '');
    return new;
end $$;

-- The operator's: tenants whose totals are not what their transactions add up to.
create function sec.wrong_totals() returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    with wrong as (
        (select tenant_id from (table sec.day_truth except table app.day_total) missing)
        union
        (select tenant_id from (table app.day_total except table sec.day_truth) extra)
        union
        (select tenant_id from (table sec.account_truth except table app.account_total) missing)
        union
        (select tenant_id from (table app.account_total except table sec.account_truth) extra)
        union
        (select tenant_id from (table sec.month_truth except all
             select tenant_id, month, account_id, category_id, incoming, outgoing, entries from app.month_total) missing)
        union
        (select tenant_id from (
             select tenant_id, month, account_id, category_id, incoming, outgoing, entries from app.month_total
             except all table sec.month_truth) extra)
        union
        (select tenant_id from (table sec.payee_truth except all
             select tenant_id, month, account_id, category_id, payee, incoming, outgoing, entries
             from app.payee_total) missing)
        union
        (select tenant_id from (
             select tenant_id, month, account_id, category_id, payee, incoming, outgoing, entries from app.payee_total
             except all table sec.payee_truth) extra)
        union
        select t.tenant_id
        from app.tenant t
        left join (select x.tenant_id, count(*) as rows from app.transaction x group by x.tenant_id) c
            on c.tenant_id = t.tenant_id
        left join sec.usage u on u.tenant_id = t.tenant_id
        where coalesce(c.rows, 0) <> coalesce(u.transactions, 0)
    )
    select t.slug from wrong w join app.tenant t on t.tenant_id = w.tenant_id;
$$;

create function sec.rebuild_totals(p_slug text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid;
begin
    select t.tenant_id into v_tenant from app.tenant t where t.slug = p_slug for no key update;
    delete from app.day_total where tenant_id = v_tenant;
    delete from app.account_total where tenant_id = v_tenant;
    delete from app.month_total where tenant_id = v_tenant;
    delete from app.payee_total where tenant_id = v_tenant;
    insert into app.day_total select * from sec.day_truth where tenant_id = v_tenant order by 1, 2, 3;
    insert into app.account_total select * from sec.account_truth where tenant_id = v_tenant order by 1, 2, 3;
    insert into app.month_total select * from sec.month_truth where tenant_id = v_tenant order by 1, 2, 3, 4;
    insert into app.payee_total select * from sec.payee_truth where tenant_id = v_tenant order by 1, 2, 3, 4, 5;
    insert into sec.usage as u (tenant_id, transactions)
    select v_tenant, count(*) from app.transaction x where x.tenant_id = v_tenant
    on conflict (tenant_id) do update set transactions = excluded.transactions;
    perform sec.record_operation(v_tenant, 'tenant.totals_rebuilt', null, null);
end $$;

grant execute on function sec.total_transaction_new(), sec.total_transaction_changed(), sec.total_transaction_gone(),
    sec.total_posting_new(), sec.total_posting_changed(), sec.total_posting_gone(), sec.name_payee(),
    sec.rename_lines(), sec.lock_books() to fintrack_data;
grant execute on function sec.wrong_totals(), sec.rebuild_totals(text) to fintrack_maintenance;
