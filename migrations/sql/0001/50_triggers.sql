-- Triggers and the row policies: FORCE everywhere, no policy for anybody who has no signed context.
set role fintrack_data;

create constraint trigger keep_an_owner after update or delete on app.membership
    deferrable initially deferred for each row when (old.role = 'OWNER') execute function sec.check_owner();
create constraint trigger check_split after insert on app.transaction
    deferrable initially deferred for each row when (new.is_split) execute function sec.check_split();
create constraint trigger check_split_change after update on app.transaction
    deferrable initially deferred for each row
    when (new.is_split or old.is_split) execute function sec.check_split();
create constraint trigger check_split after insert or update or delete on app.posting
    deferrable initially deferred for each row execute function sec.check_split();
create constraint trigger check_transfer after insert on app.transaction
    deferrable initially deferred for each row when (new.transfer_id is not null)
    execute function sec.check_transfer();
create constraint trigger check_transfer_change after update on app.transaction
    deferrable initially deferred for each row when (new.transfer_id is not null or old.transfer_id is not null)
    execute function sec.check_transfer();
create constraint trigger check_transfer_end after delete on app.transaction
    deferrable initially deferred for each row when (old.transfer_id is not null)
    execute function sec.check_transfer();
create constraint trigger check_category after insert or update of parent_id on app.category
    deferrable initially deferred for each row when (new.parent_id is not null)
    execute function sec.check_category();
create trigger guard_account before update of visibility on app.account
    for each row execute function sec.guard_account();
create trigger index_words_new after insert on app.transaction
    referencing new table as after for each statement execute function sec.index_words();
create trigger index_words_changed after update on app.transaction
    referencing old table as before new table as after for each statement execute function sec.index_words();
create trigger index_words_gone after delete on app.transaction
    referencing old table as before for each statement execute function sec.index_words();

do $$
declare
    t text;
begin
    for t in select tablename from pg_tables where schemaname = 'app' loop
        execute format('alter table app.%I enable row level security', t);
        execute format('alter table app.%I force row level security', t);
        execute format('grant select on app.%I to fintrack_viewer', t);
    end loop;
end $$;
grant select on app.line to fintrack_viewer;
grant select on all tables in schema ref to fintrack_viewer, fintrack_sign_in;

-- Tables of the whole tenant: every member reads, members and stronger write.
do $$
declare
    t text;
begin
    foreach t in array array['category', 'payee', 'tag', 'change_set'] loop
        execute format('create policy see on app.%I for select to fintrack_viewer
            using (tenant_id = (select sec.tenant()))', t);
        execute format('create policy make on app.%I for insert to fintrack_member
            with check (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20)', t);
        execute format('create policy change on app.%I for update to fintrack_member
            using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20)
            with check (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20)', t);
        execute format('create policy remove on app.%I for delete to fintrack_member
            using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20)', t);
    end loop;
end $$;

-- Tables of one account: who sees it reads, who may write to it writes.
do $$
declare
    t text;
begin
    foreach t in array array['transaction', 'posting', 'transaction_tag', 'import_batch', 'import_row',
                             'column_mapping'] loop
        execute format('create policy see on app.%I for select to fintrack_viewer
            using (tenant_id = (select sec.tenant()) and account_id in (select unnest(sec.visible_accounts())))', t);
        execute format('create policy make on app.%I for insert to fintrack_member
            with check (tenant_id = (select sec.tenant())
                        and account_id = any ((select sec.writable_accounts())::uuid[]))', t);
        execute format('create policy change on app.%I for update to fintrack_member
            using (tenant_id = (select sec.tenant()) and account_id in (select unnest(sec.writable_accounts())))
            with check (tenant_id = (select sec.tenant())
                        and account_id = any ((select sec.writable_accounts())::uuid[]))', t);
        execute format('create policy remove on app.%I for delete to fintrack_member
            using (tenant_id = (select sec.tenant()) and account_id in (select unnest(sec.writable_accounts())))', t);
    end loop;
end $$;

create policy see on app.search_token for select to fintrack_viewer
    using (tenant_id = (select sec.tenant()) and account_id in (select unnest(sec.visible_accounts())));

create policy see on app.account for select to fintrack_viewer
    using (tenant_id = (select sec.tenant()) and id in (select unnest(sec.visible_accounts())));
create policy make on app.account for insert to fintrack_member
    with check (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20
                and owner_id = (select sec.acting_user()));
create policy change on app.account for update to fintrack_member
    using (tenant_id = (select sec.tenant()) and id in (select unnest(sec.writable_accounts())))
    with check (tenant_id = (select sec.tenant()) and id = any ((select sec.writable_accounts())::uuid[]));
create policy remove on app.account for delete to fintrack_member
    using (tenant_id = (select sec.tenant()) and id in (select unnest(sec.writable_accounts())));

create policy see on app.account_share for select to fintrack_viewer
    using (tenant_id = (select sec.tenant())
           and (user_id = (select sec.acting_user()) or account_id in (select unnest(sec.owned_accounts()))));
create policy make on app.account_share for insert to fintrack_member
    with check (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20
                and account_id = any ((select sec.owned_accounts())::uuid[]));
create policy change on app.account_share for update to fintrack_member
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20
           and account_id in (select unnest(sec.owned_accounts())))
    with check (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20
                and account_id = any ((select sec.owned_accounts())::uuid[]));
create policy remove on app.account_share for delete to fintrack_member
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20
           and account_id in (select unnest(sec.owned_accounts())));

create policy see on app.tenant for select to fintrack_viewer using (tenant_id = (select sec.tenant()));
create policy change on app.tenant for update to fintrack_admin
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 30)
    with check (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 30);
create policy remove on app.tenant for delete to fintrack_owner
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 40);

create policy see on app.membership for select to fintrack_viewer using (tenant_id = (select sec.tenant()));
create policy change on app.membership for update to fintrack_admin
    using (tenant_id = (select sec.tenant()) and ((select sec.rank()) >= 40
           or ((select sec.rank()) >= 30 and role in ('MEMBER', 'VIEWER'))))
    with check (tenant_id = (select sec.tenant()) and ((select sec.rank()) >= 40
           or ((select sec.rank()) >= 30 and role in ('MEMBER', 'VIEWER'))));
create policy remove on app.membership for delete to fintrack_viewer
    using (tenant_id = (select sec.tenant()) and (user_id = (select sec.acting_user()) or (select sec.rank()) >= 40
           or ((select sec.rank()) >= 30 and role in ('MEMBER', 'VIEWER'))));

create policy see on app.invitation for select to fintrack_admin
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 30);
create policy make on app.invitation for insert to fintrack_admin
    with check (tenant_id = (select sec.tenant()) and created_by = (select sec.acting_user())
                and ((select sec.rank()) >= 40 or ((select sec.rank()) >= 30 and role in ('MEMBER', 'VIEWER'))));
-- An invitation can be revoked and not be brought back.
create policy change on app.invitation for update to fintrack_admin
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 30)
    with check (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 30 and revoked_at is not null);

create policy see on app.audit_event for select to fintrack_member
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20
           and (account_id is null or account_id in (select unnest(sec.visible_accounts()))));
create policy make on app.audit_event for insert to fintrack_viewer
    with check (tenant_id = (select sec.tenant()) and actor_id = (select sec.acting_user())
                and actor_rank = (select sec.rank()));

-- What the security functions may see and do.
create policy prove on app.tenant for select to fintrack_security using (true);
create policy prove on app.membership for select to fintrack_security using (true);
create policy prove on app.account for select to fintrack_security using (true);
create policy prove on app.account_share for select to fintrack_security using (true);
create policy prove on app.transaction for select to fintrack_security using (true);
create policy prove on app.posting for select to fintrack_security using (true);
create policy prove on app.category for select to fintrack_security using (true);
create policy prove on app.invitation for select to fintrack_security using (true);
create policy found on app.tenant for insert to fintrack_security with check (true);
create policy found on app.membership for insert to fintrack_security with check (true);
create policy found on app.category for insert to fintrack_security with check (true);
create policy operate on app.tenant for update to fintrack_security using (true) with check (true);
create policy accept on app.invitation for update to fintrack_security using (true) with check (true);
create policy prove on app.search_token for select to fintrack_security using (true);
create policy index_new on app.search_token for insert to fintrack_security with check (true);
create policy index_gone on app.search_token for delete to fintrack_security using (true);

-- Column grants: the tenant, the maker and the time of making are never the application's to say.
do $$
declare
    t text;
    made text[] := array['tenant_id', 'created_by', 'created_at', 'updated_at', 'owner_id', 'undone_at'];
    fixed text[] := array['tenant_id', 'id', 'created_by', 'created_at', 'owner_id', 'batch_id', 'import_id'];
    columns text;
begin
    foreach t in array array['category', 'payee', 'tag', 'change_set', 'account', 'account_share', 'transaction',
                             'posting', 'transaction_tag', 'import_batch', 'import_row', 'column_mapping'] loop
        select string_agg(quote_ident(column_name), ', ') into columns from information_schema.columns
        where table_schema = 'app' and table_name = t and column_name <> all (made);
        execute format('grant insert (%s) on app.%I to fintrack_member', columns, t);
        select string_agg(quote_ident(column_name), ', ') into columns from information_schema.columns
        where table_schema = 'app' and table_name = t and column_name <> all (fixed);
        execute format('grant update (%s), delete on app.%I to fintrack_member', columns, t);
    end loop;
end $$;
revoke delete on app.change_set, app.import_batch, app.import_row from fintrack_member;
grant update (name, type, currency, country, locale, time_zone, fiscal_year_start, version) on app.tenant
    to fintrack_admin;
grant delete on app.tenant to fintrack_owner;
grant update (role, status) on app.membership to fintrack_admin;
grant delete on app.membership to fintrack_viewer;
revoke select on app.invitation from fintrack_viewer;
grant select (tenant_id, id, email, role, created_by, created_at, expires_at, accepted_at, revoked_at)
    on app.invitation to fintrack_admin;
grant insert (id, email, role, token_hash, expires_at), update (revoked_at) on app.invitation to fintrack_admin;
revoke select on app.audit_event from fintrack_viewer;
grant select on app.audit_event to fintrack_member;
grant insert (id, action, subject_id, account_id, change_set_id, before, after) on app.audit_event
    to fintrack_viewer;
