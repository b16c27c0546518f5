-- The founding migration: which user of the older, single-tenant FinTrack got which tenant, and from what.
set role fintrack_security;

create table sec.founding (
    user_id uuid primary key references sec.users on delete cascade,
    tenant_id uuid references app.tenant on delete set null,
    -- Of everything the old books held of this user.
    checksum text not null default '',
    -- Whether the user was made by the migration, and goes with it when it is reversed.
    is_made boolean not null,
    founded_at timestamptz not null default now(),
    finished_at timestamptz
);
grant select, insert, update (tenant_id, checksum, finished_at) on sec.founding to fintrack_sign_in;
grant select on sec.founding to fintrack_maintenance;

create function sec.tenant_id_of(p_slug text) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic select t.tenant_id from app.tenant t where t.slug = p_slug; end;

-- The operator's: what taking back would erase of one user, and why it may not, as long as it may not.
create function sec.reversal(p_user uuid)
returns table (takes_user boolean, accounts bigint, transactions bigint, refusal text)
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
    select f.is_made and not exists (select from app.membership m
                                     where m.user_id = f.user_id and m.tenant_id is distinct from f.tenant_id),
           (select count(*) from app.account a where a.tenant_id = f.tenant_id),
           (select count(*) from app.transaction t where t.tenant_id = f.tenant_id),
           case when (select count(*) from app.audit_event e where e.tenant_id = f.tenant_id) > 2
                then format('%s was used since it was founded, so it stays. Close it as its owner instead.',
                            (select t.name from app.tenant t where t.tenant_id = f.tenant_id))
                else '' end
    from sec.founding f where f.user_id = p_user;
end;

-- The operator's: takes back what the migration made for one user, as long as nobody did anything in it since.
create function sec.reverse_founding(p_user uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    made sec.founding;
    v_refusal text;
begin
    select * into made from sec.founding f where f.user_id = p_user for update;
    select r.refusal into v_refusal from sec.reversal(p_user) r;
    if v_refusal <> '' then
        raise exception '%', v_refusal using errcode = 'FT409';
    end if;
    set constraints all deferred;
    delete from app.tenant t where t.tenant_id = made.tenant_id;
    delete from sec.founding f where f.user_id = p_user;
    delete from app.join_request j where j.user_id = p_user and made.is_made
        and not exists (select from app.membership m where m.user_id = p_user);
    delete from sec.users u where u.id = p_user and made.is_made
        and not exists (select from app.membership m where m.user_id = u.id);
end $$;

grant execute on function sec.tenant_id_of(text) to fintrack_sign_in;
grant execute on function sec.reversal(uuid), sec.reverse_founding(uuid) to fintrack_maintenance;
