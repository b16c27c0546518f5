-- Rules that no constraint can say. Those of sums and legs are checked at commit.
set role fintrack_data;

grant select on app.posting, app.category, app.recurring to fintrack_security;
grant update (archived_at, deleted_at) on app.category to fintrack_security;
grant select, insert, delete on app.search_token to fintrack_security;

set role fintrack_security;

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
    elsif exists (select from app.category c where c.tenant_id = new.tenant_id and c.id = new.parent_id
                  and c.deleted_at is not null) then
        raise exception 'The category above it does not exist or is of the other kind.' using errcode = 'FT422';
    end if;
    return null;
end $$;

-- Whether an account out of sight uses a category is nobody's to learn: each deleted one stays, out of sight too.
create function sec.keep_category() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update app.category c set archived_at = coalesce(c.archived_at, now()), deleted_at = now()
    where c.tenant_id = old.tenant_id and c.id = old.id;
    return null;
end $$;

-- Deleted categories that accounts in sight still use, and what is above them.
create function sec.kept_categories() returns uuid[]
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid := sec.tenant();
    v_accounts uuid[] := sec.visible_accounts();
begin
    return array(
        with recursive kept as (
            select c.id, c.parent_id from app.category c
            where c.tenant_id = v_tenant and c.deleted_at is not null
              and (exists (select from app.transaction t where t.tenant_id = v_tenant and t.category_id = c.id
                           and t.account_id = any (v_accounts))
                   or exists (select from app.posting p where p.tenant_id = v_tenant and p.category_id = c.id
                              and p.account_id = any (v_accounts))
                   or exists (select from app.recurring r where r.tenant_id = v_tenant and r.category_id = c.id
                              and r.account_id = any (v_accounts)))
            union
            select c.id, c.parent_id from app.category c join kept on c.id = kept.parent_id
            where c.tenant_id = v_tenant and c.deleted_at is not null)
        select id from kept);
end $$;

create function sec.guard_account() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_name text := new.name;
    v_number integer := 1;
begin
    if new.visibility <> old.visibility and old.owner_id <> sec.acting_user() then
        raise exception 'Only the owner of an account decides who sees it.' using errcode = 'FT403';
    elsif new.owner_id <> old.owner_id and old.owner_id <> sec.acting_user()
          and not (old.visibility = 'EVERYONE' and sec.rank() >= 30) then
        raise exception 'Only the owner of an account hands it over.' using errcode = 'FT403';
    end if;
    -- Who hands an account over, or renames another's, does not learn what else its owner has.
    while new.visibility = 'PRIVATE' and (new.owner_id <> old.owner_id or new.owner_id <> sec.acting_user())
          and exists (select from app.account a where a.tenant_id = new.tenant_id and a.owner_id = new.owner_id
                      and a.visibility = 'PRIVATE' and lower(a.name) = lower(new.name) and a.id <> new.id) loop
        v_number := v_number + 1;
        new.name := left(v_name, 75) || ' ' || v_number;
    end loop;
    return new;
end $$;

-- The search words follow their transaction, whoever writes it. Most changes leave words, day and account alone.
create function sec.index_words() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        -- In the order of the key, so that neighbours of the index are written one after the other.
        insert into app.search_token (tenant_id, token, booked_on, transaction_id, account_id)
        select distinct on (tenant_id, token, booked_on, id) tenant_id, token, booked_on, id, account_id
        from (select tenant_id, unnest(words) collate "C" as token, booked_on, id, account_id from after) word
        order by tenant_id, token, booked_on, id;
    elsif tg_op = 'DELETE' then
        delete from app.search_token s
        using (select tenant_id, unnest(words) as token, booked_on, id from before) b
        where s.tenant_id = b.tenant_id and s.token = b.token and s.booked_on = b.booked_on
          and s.transaction_id = b.id;
        -- Of a tenant that goes as a whole nothing stays.
        delete from app.search_token s
        using (select distinct tenant_id from before b
               where not exists (select from app.tenant t where t.tenant_id = b.tenant_id)) b
        where s.tenant_id = b.tenant_id;
    else
        delete from app.search_token s
        using (select tenant_id, unnest(words) as token, booked_on, id, account_id from before
               except select tenant_id, unnest(words), booked_on, id, account_id from after) b
        where s.tenant_id = b.tenant_id and s.token = b.token and s.booked_on = b.booked_on
          and s.transaction_id = b.id;
        insert into app.search_token (tenant_id, token, booked_on, transaction_id, account_id)
        select tenant_id, unnest(words), booked_on, id, account_id from after
        except select tenant_id, unnest(words), booked_on, id, account_id from before;
    end if;
    return null;
end $$;

-- Whoever moves a transaction may write to both accounts, so its attachments follow by his own rights.
create function sec.move_attachments() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    update app.attachment a set account_id = new.account_id
    where a.tenant_id = new.tenant_id and a.transaction_id = new.id and a.account_id = old.account_id;
    return null;
end $$;

grant execute on function sec.kept_categories() to fintrack_viewer;
grant execute on function sec.check_split(), sec.check_transfer(), sec.check_category(), sec.keep_category(), sec.guard_account(),
    sec.index_words(), sec.move_attachments() to fintrack_data;
