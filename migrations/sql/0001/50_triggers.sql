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
-- Not when the whole tenant goes.
create trigger keep_category before delete on app.category
    for each row when (pg_trigger_depth() = 0) execute function sec.keep_category();
create trigger guard_account before update of name, visibility, owner_id on app.account
    for each row execute function sec.guard_account();
create trigger part_member after update of status on app.membership
    for each row when (new.status = 'LEFT') execute function sec.part_member();
create trigger renew_invitation before update of token_hash on app.invitation
    for each row execute function sec.renew_invitation();
create trigger admit_asker after update on app.join_request
    for each row when (new.is_accepted and old.decided_at is null) execute function sec.admit_asker();
create trigger chain_event before insert on app.audit_event for each row execute function sec.chain_event();
create trigger keep_head after insert on app.audit_event
    referencing new table as after for each statement execute function sec.keep_head();
create trigger count_export after insert on app.audit_event
    for each row when (new.action like '%.exported') execute function sec.count_export();
create trigger limit_accounts after insert on app.account
    referencing new table as after for each statement execute function sec.limit_accounts();
create trigger limit_transactions after insert on app.transaction
    referencing new table as after for each statement execute function sec.limit_transactions();
create trigger release_transactions after delete on app.transaction
    referencing old table as before for each statement execute function sec.release_transactions();
create trigger enqueue_deliveries after insert on app.audit_event
    referencing new table as after for each statement execute function sec.enqueue_deliveries();
create trigger watch_budgets after insert on app.audit_event
    referencing new table as after for each statement execute function sec.watch_budgets();
create trigger index_words_new after insert on app.transaction
    referencing new table as after for each statement execute function sec.index_words();
create trigger index_words_changed after update on app.transaction
    referencing old table as before new table as after for each statement execute function sec.index_words();
create trigger index_words_gone after delete on app.transaction
    referencing old table as before for each statement execute function sec.index_words();
create trigger lock_books before insert or update or delete on app.transaction
    for each statement execute function sec.lock_books();
create trigger lock_books before insert or update or delete on app.posting
    for each statement execute function sec.lock_books();
create trigger rename_lines after update on app.transaction
    referencing new table as after for each statement execute function sec.rename_lines();
create trigger move_attachments after update of account_id on app.transaction
    for each row when (new.account_id <> old.account_id) execute function sec.move_attachments();
create trigger name_payee before insert on app.posting for each row execute function sec.name_payee();
do $$
declare
    t text;
begin
    foreach t in array array['transaction', 'posting'] loop
        execute format('create trigger total_new after insert on app.%1$I
            referencing new table as after for each statement execute function sec.total_%1$s_new()', t);
        execute format('create trigger total_changed after update on app.%1$I
            referencing old table as before new table as after
            for each statement execute function sec.total_%1$s_changed()', t);
        execute format('create trigger total_gone after delete on app.%1$I
            referencing old table as before for each statement execute function sec.total_%1$s_gone()', t);
    end loop;
end $$;

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
    foreach t in array array['category', 'payee', 'tag', 'rule', 'budget', 'change_set',
                             'column_mapping'] loop
        execute format('create policy make on app.%I for insert to fintrack_member
            with check (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20)', t);
        execute format('create policy change on app.%I for update to fintrack_member
            using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20)
            with check (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20)', t);
        execute format('create policy remove on app.%I for delete to fintrack_member
            using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20)', t);
    end loop;
end $$;

create policy see on app.payee for select to fintrack_viewer using (tenant_id = (select sec.tenant()));
create policy see on app.tag for select to fintrack_viewer using (tenant_id = (select sec.tenant()));
create policy see on app.rule for select to fintrack_viewer using (tenant_id = (select sec.tenant()));
create policy see on app.budget for select to fintrack_viewer using (tenant_id = (select sec.tenant()));
create policy see on app.category for select to fintrack_viewer
    using (tenant_id = (select sec.tenant())
           and (deleted_at is null or id in (select unnest(sec.kept_categories()))));
-- How files are read is of no use to those who import none.
create policy see on app.column_mapping for select to fintrack_member
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20);
-- Of what was changed together one sees as much as of its events.
create policy see on app.change_set for select to fintrack_member
    using (tenant_id = (select sec.tenant())
           and exists (select from app.audit_event e
                       where e.tenant_id = change_set.tenant_id and e.change_set_id = change_set.id));

-- Tables of one account: who sees it reads, who may write to it writes.
do $$
declare
    t text;
begin
    foreach t in array array['transaction', 'posting', 'transaction_tag', 'import_batch', 'import_row',
                             'recurring', 'attachment'] loop
        execute format('create policy see on app.%I for select to fintrack_viewer
            using (tenant_id = (select sec.tenant())
                   and (not (select sec.hides_accounts())
                        or account_id in (select unnest(sec.visible_accounts()))))', t);
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

-- Beside the role and the account, an import wants the member's flag.
create policy import on app.column_mapping as restrictive for insert to fintrack_member
    with check (tenant_id = (select sec.tenant()) and ((select sec.abilities()) & 2) > 0);
create policy import on app.import_batch as restrictive for insert to fintrack_member
    with check (tenant_id = (select sec.tenant()) and ((select sec.abilities()) & 2) > 0);
create policy import on app.import_row as restrictive for insert to fintrack_member
    with check (tenant_id = (select sec.tenant()) and ((select sec.abilities()) & 2) > 0);

-- An attachment is in the account of its transaction, and stays as it was while that is deleted.
create policy attach on app.attachment as restrictive for insert to fintrack_member
    with check (tenant_id = (select sec.tenant())
                and exists (select from app.transaction t
                            where t.tenant_id = attachment.tenant_id and t.id = attachment.transaction_id
                              and t.account_id = attachment.account_id));
create policy follow on app.attachment as restrictive for update to fintrack_member
    using (tenant_id = (select sec.tenant()))
    with check (tenant_id = (select sec.tenant())
                and exists (select from app.transaction t
                            where t.tenant_id = attachment.tenant_id and t.id = attachment.transaction_id
                              and t.account_id = attachment.account_id));

-- What triggers keep, nobody writes.
do $$
declare
    t text;
begin
    foreach t in array array['search_token', 'day_total', 'account_total', 'month_total', 'payee_total'] loop
        execute format('create policy see on app.%I for select to fintrack_viewer
            using (tenant_id = (select sec.tenant())
                   and (not (select sec.hides_accounts())
                        or account_id in (select unnest(sec.visible_accounts()))))', t);
    end loop;
end $$;

create policy see on app.account for select to fintrack_viewer
    using (tenant_id = (select sec.tenant())
           and (not (select sec.hides_accounts()) or id in (select unnest(sec.visible_accounts()))));
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
           and (user_id = (select sec.own_user()) or account_id in (select unnest(sec.owned_accounts()))));
create policy make on app.account_share for insert to fintrack_member
    with check (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20
                and user_id = any ((select sec.people())::uuid[]) and account_id = any ((select sec.owned_accounts())::uuid[]));
create policy change on app.account_share for update to fintrack_member
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20
           and account_id in (select unnest(sec.owned_accounts())))
    with check (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20
                and account_id = any ((select sec.owned_accounts())::uuid[]));
create policy remove on app.account_share for delete to fintrack_member
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20
           and account_id in (select unnest(sec.owned_accounts())));

-- Pivots are kept by each member for himself, at every rank. Whoever looks with his eyes does not see them.
create policy see on app.saved_pivot for select to fintrack_viewer
    using (tenant_id = (select sec.tenant()) and owner_id = (select sec.own_user()));
create policy make on app.saved_pivot for insert to fintrack_viewer
    with check (tenant_id = (select sec.tenant()) and owner_id = (select sec.own_user())
                and ((select sec.abilities()) & 32) > 0);
create policy change on app.saved_pivot for update to fintrack_viewer
    using (tenant_id = (select sec.tenant()) and owner_id = (select sec.own_user())
           and ((select sec.abilities()) & 32) > 0)
    with check (tenant_id = (select sec.tenant()) and owner_id = (select sec.own_user()));
create policy remove on app.saved_pivot for delete to fintrack_viewer
    using (tenant_id = (select sec.tenant()) and owner_id = (select sec.own_user())
           and ((select sec.abilities()) & 32) > 0);

create policy see on app.tenant for select to fintrack_viewer using (tenant_id = (select sec.tenant()));
create policy change on app.tenant for update to fintrack_admin
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 30)
    with check (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 30);
-- Real books are closed first and erased later; a sample goes at once.
create policy remove on app.tenant for delete to fintrack_owner
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 40 and is_sample);

create policy see on app.membership for select to fintrack_viewer using (tenant_id = (select sec.tenant()));
-- An owner changes everybody, an admin whoever is below; nobody becomes an owner this way who was none, and whoever
-- left comes back only by accepting.
create policy change on app.membership for update to fintrack_admin
    using (tenant_id = (select sec.tenant()) and status <> 'LEFT' and ((select sec.rank()) >= 40
           or ((select sec.rank()) >= 30 and role in ('MEMBER', 'VIEWER'))))
    with check (tenant_id = (select sec.tenant()) and (((select sec.rank()) >= 40
           and (role <> 'OWNER' or user_id = any ((select sec.owners())::uuid[])))
           or ((select sec.rank()) >= 30 and role in ('MEMBER', 'VIEWER'))));

-- A member with the flag invites to roles below his own, and sees his own invitations; an admin sees everybody's.
create policy see on app.invitation for select to fintrack_member
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20
           and ((select sec.rank()) >= 30 or created_by = (select sec.acting_user())));
create policy make on app.invitation for insert to fintrack_member
    with check (tenant_id = (select sec.tenant()) and created_by = (select sec.acting_user())
                and ((select sec.abilities()) & 4) > 0
                and case role when 'ADMIN' then 30 when 'MEMBER' then 20 else 10 end < (select sec.rank())
                and ((select sec.rank()) >= 30 or flags <@ (select sec.own_flags())));
-- An invitation can be renewed or revoked, and not be brought back.
create policy change on app.invitation for update to fintrack_member
    using (tenant_id = (select sec.tenant()) and revoked_at is null and ((select sec.abilities()) & 4) > 0
           and ((select sec.rank()) >= 30 or created_by = (select sec.acting_user()))
           and case role when 'ADMIN' then 30 when 'MEMBER' then 20 else 10 end < (select sec.rank()))
    with check (tenant_id = (select sec.tenant()));

create policy see on app.invitation_share for select to fintrack_member
    using (tenant_id = (select sec.tenant()) and account_id in (select unnest(sec.owned_accounts())));
create policy make on app.invitation_share for insert to fintrack_member
    with check (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20
                and account_id = any ((select sec.owned_accounts())::uuid[]));
create policy remove on app.invitation_share for delete to fintrack_member
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20
           and account_id in (select unnest(sec.owned_accounts())));

create policy see on app.join_request for select to fintrack_admin
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 30);
create policy change on app.join_request for update to fintrack_admin
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 30 and decided_at is null)
    with check (tenant_id = (select sec.tenant()) and decided_by = (select sec.acting_user())
                and case role when 'ADMIN' then 30 when 'MEMBER' then 20 else 10 end < (select sec.rank()));

-- Ownership is offered by an owner who showed a moment ago that it is he.
create policy see on app.ownership_offer for select to fintrack_viewer
    using (tenant_id = (select sec.tenant())
           and (user_id = (select sec.own_user()) or (select sec.rank()) >= 40));
create policy make on app.ownership_offer for insert to fintrack_owner
    with check (tenant_id = (select sec.tenant()) and created_by = (select sec.acting_user())
                and user_id = any ((select sec.people())::uuid[])
                and (select sec.rank()) >= 40 and ((select sec.abilities()) & 16) > 0);
create policy remove on app.ownership_offer for delete to fintrack_viewer
    using (tenant_id = (select sec.tenant())
           and (user_id = (select sec.acting_user()) or (select sec.rank()) >= 40));

create policy see on app.tenant_limit for select to fintrack_viewer using (tenant_id = (select sec.tenant()));

create policy see on app.audit_event for select to fintrack_member
    using (tenant_id = (select sec.tenant()) and (select sec.rank()) >= 20
           and (account_id is null or account_id in (select unnest(sec.visible_accounts())))
           -- With whom an account is shared is between its owner and each of them.
           and (action not in ('account.shared', 'account.unshared')
                or subject_id = (select sec.own_user()) or account_id in (select unnest(sec.owned_accounts())))
           -- What a member keeps for himself is told to nobody else.
           and (action not like 'pivot.%' or actor_id = (select sec.own_user())));
create policy make on app.audit_event for insert to fintrack_viewer
    with check (tenant_id = (select sec.tenant()) and actor_id = (select sec.acting_user())
                and actor_rank = (select sec.rank()) and source = (select sec.source())
                and (action not like '%.exported' or ((select sec.abilities()) & 1) > 0));

-- What the security functions may see and do.
do $$
declare
    t text;
begin
    foreach t in array array['tenant', 'membership', 'invitation', 'invitation_share', 'join_request', 'ownership_offer',
                             'tenant_limit', 'account', 'account_share', 'transaction', 'posting', 'category',
                             'search_token', 'day_total', 'account_total', 'month_total', 'payee_total',
                             'budget', 'recurring', 'saved_pivot', 'audit_event', 'attachment'] loop
        execute format('create policy prove on app.%I for select to fintrack_security using (true)', t);
    end loop;
    foreach t in array array['tenant', 'membership', 'category', 'account_share', 'join_request', 'tenant_limit',
                             'search_token', 'day_total', 'account_total', 'month_total', 'payee_total',
                             'audit_event'] loop
        execute format('create policy found on app.%I for insert to fintrack_security with check (true)', t);
    end loop;
    foreach t in array array['tenant', 'membership', 'invitation', 'join_request', 'tenant_limit', 'category',
                             'account', 'posting', 'day_total', 'account_total', 'month_total', 'payee_total',
                             'attachment'] loop
        execute format('create policy operate on app.%I for update to fintrack_security
            using (true) with check (true)', t);
    end loop;
    foreach t in array array['tenant', 'account_share', 'join_request', 'ownership_offer', 'tenant_limit',
                             'search_token', 'day_total', 'account_total', 'month_total', 'payee_total',
                             'saved_pivot', 'attachment'] loop
        execute format('create policy erase on app.%I for delete to fintrack_security using (true)', t);
    end loop;
end $$;

-- Column grants: the tenant, the maker and the time of making are never the application's to say.
do $$
declare
    t text;
    made text[] := array['tenant_id', 'created_by', 'created_at', 'updated_at', 'owner_id', 'undone_at', 'deleted_at'];
    fixed text[] := array['tenant_id', 'id', 'created_by', 'created_at', 'owner_id', 'batch_id', 'import_id', 'deleted_at'];
    columns text;
begin
    foreach t in array array['category', 'payee', 'tag', 'rule', 'budget', 'recurring', 'change_set', 'account',
                             'account_share', 'transaction', 'posting', 'transaction_tag', 'import_batch',
                             'import_row', 'column_mapping'] loop
        select string_agg(quote_ident(column_name), ', ') into columns from information_schema.columns
        where table_schema = 'app' and table_name = t and column_name <> all (made);
        execute format('grant insert (%s) on app.%I to fintrack_member', columns, t);
        select string_agg(quote_ident(column_name), ', ') into columns from information_schema.columns
        where table_schema = 'app' and table_name = t and column_name <> all (fixed);
        execute format('grant update (%s), delete on app.%I to fintrack_member', columns, t);
    end loop;
end $$;
revoke insert (payee), update (payee) on app.posting from fintrack_member;
revoke delete on app.change_set, app.column_mapping, app.import_batch, app.import_row from fintrack_member;
grant update (owner_id) on app.account to fintrack_member;
grant insert (id, account_id, transaction_id, name, media_type, size, sha256, content, removed_at),
      update (account_id, removed_at) on app.attachment to fintrack_member;
grant update (name, type, currency, country, locale, time_zone, fiscal_year_start, colour, version) on app.tenant
    to fintrack_admin;
grant delete on app.tenant to fintrack_owner;
grant update (role, status, flags) on app.membership to fintrack_admin;
revoke select on app.change_set, app.invitation, app.invitation_share, app.join_request, app.audit_event
    from fintrack_viewer;
grant select on app.change_set to fintrack_member;
grant select (tenant_id, id, email, mail_domain, role, flags, message, uses, most_uses, created_by, created_at,
              expires_at, accepted_at, declined_at, revoked_at) on app.invitation to fintrack_member;
grant insert (id, email, mail_domain, role, flags, message, token_hash, most_uses, expires_at),
      update (token_hash, expires_at, revoked_at) on app.invitation to fintrack_member;
grant select, insert (invitation_id, account_id, level), delete on app.invitation_share to fintrack_member;
grant select, update (decided_at, decided_by, is_accepted, role, flags) on app.join_request to fintrack_admin;
grant insert (user_id, is_shared) on app.ownership_offer to fintrack_owner;
grant delete on app.ownership_offer to fintrack_viewer;
grant insert (id, name, rows, columns, measure), update (name, rows, columns, measure), delete on app.saved_pivot
    to fintrack_viewer;
-- Not the number nor the hash: gaps would tell that something happened out of sight.
grant select (tenant_id, id, at, actor_id, actor_rank, source, action, subject_id, account_id, change_set_id, before,
              after) on app.audit_event to fintrack_member;
grant insert (id, action, subject_id, account_id, change_set_id, before, after) on app.audit_event
    to fintrack_viewer;
