-- The people of a tenant: who they are, leaving, and ownership, which passes when the other accepts.
set role fintrack_data;

grant select, insert, delete on app.ownership_offer to fintrack_security;
grant update (role, status, seen_at) on app.membership to fintrack_security;
grant delete on app.account_share to fintrack_security;
grant select, delete on app.saved_pivot to fintrack_security;
grant update (owner_id, version) on app.account to fintrack_security;

set role fintrack_security;

-- The only way to anybody's name or address. Whoever left is here too: the activity names him.
create function sec.members()
returns table (user_id uuid, name text, email text, role text, status text, flags text[], joined_at timestamptz,
               seen_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid := sec.tenant();
begin
    return query
        select m.user_id, u.name, u.email, m.role, m.status, sec.flags_of(sec.abilities_of(m.role, m.flags)),
               m.joined_at, m.seen_at
        from app.membership m join sec.users u on u.id = m.user_id where m.tenant_id = v_tenant;
end $$;

create function sec.owners() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid := sec.tenant();
begin
    return array(select m.user_id from app.membership m where m.tenant_id = v_tenant and m.role = 'OWNER');
end $$;

-- Who is in: active or suspended, not whoever left.
create function sec.people() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid := sec.tenant();
begin
    return array(select m.user_id from app.membership m where m.tenant_id = v_tenant and m.status <> 'LEFT');
end $$;

-- Of writers of a tenant one follows the other: each waits here for those before it, ahead of any row, so that no two
-- wait in a ring.
create function sec.hold_books() returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform from app.tenant t where t.tenant_id = sec.tenant() for no key update;
end $$;

-- Notes that the member was here, every five minutes at most.
create function sec.note_visit() returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    part text[] := sec.context();
begin
    update app.membership m set seen_at = now()
    where m.tenant_id = part[2]::uuid and m.user_id = part[3]::uuid
      and (m.seen_at is null or m.seen_at < now() - interval '5 minutes');
end $$;

-- What everyone sees and is still the leaver's passes to whoever has been an owner for longest.
create function sec.leave() returns table (account uuid, heir uuid)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    part text[] := sec.context();
begin
    if part[6] <> '-' then
        raise exception 'You look with somebody else''s eyes. Stop that first.' using errcode = 'FT403';
    end if;
    return query
        update app.account a set owner_id = o.user_id, version = a.version + 1
        from (select m.user_id from app.membership m
              where m.tenant_id = part[2]::uuid and m.role = 'OWNER' and m.status = 'ACTIVE'
                and m.user_id <> part[3]::uuid
              order by m.joined_at, m.user_id limit 1) o
        where a.tenant_id = part[2]::uuid and a.owner_id = part[3]::uuid and a.visibility = 'EVERYONE'
        returning a.id, a.owner_id;
    update app.membership m set status = 'LEFT' where m.tenant_id = part[2]::uuid and m.user_id = part[3]::uuid;
end $$;

-- Makes whom it was offered an owner; who offered it becomes an admin unless both keep it.
create function sec.accept_ownership() returns table (offered_by uuid, is_shared boolean)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    part text[] := sec.context();
    offer app.ownership_offer;
begin
    if part[5]::smallint & 16 = 0 then
        raise exception 'Confirm first that it is you.' using errcode = 'FT428';
    end if;
    delete from app.ownership_offer o
    where o.tenant_id = part[2]::uuid and o.user_id = part[3]::uuid and part[6] = '-'
      and o.created_at > now() - interval '7 days'
      and exists (select from app.membership m where m.tenant_id = o.tenant_id and m.user_id = o.created_by
                  and m.role = 'OWNER' and m.status = 'ACTIVE')
    returning o.* into offer;
    if not found then
        raise exception 'Nobody offers you the ownership here any more. Ask an owner to offer it again.'
            using errcode = 'FT404';
    end if;
    update app.membership m set role = 'OWNER' where m.tenant_id = offer.tenant_id and m.user_id = offer.user_id;
    if not offer.is_shared then
        update app.membership m set role = 'ADMIN' where m.tenant_id = offer.tenant_id and m.user_id = offer.created_by;
    end if;
    return query select offer.created_by, offer.is_shared;
end $$;

create function sec.check_owner() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- The lock makes two owners who leave at the same moment wait for each other.
    perform from app.tenant t where t.tenant_id = old.tenant_id for no key update;
    if found and not exists (select from app.membership m where m.tenant_id = old.tenant_id
                             and m.role = 'OWNER' and m.status = 'ACTIVE') then
        raise exception 'A tenant keeps at least one active owner. Make somebody else an owner first.'
            using errcode = 'FT409';
    end if;
    return null;
end $$;

-- Whoever leaves, or is removed, keeps nothing: no share, no offer, no pivot, no token of this tenant.
create function sec.part_member() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from app.account_share s where s.tenant_id = new.tenant_id and s.user_id = new.user_id;
    delete from app.ownership_offer o
    where o.tenant_id = new.tenant_id and new.user_id in (o.user_id, o.created_by);
    delete from app.saved_pivot p where p.tenant_id = new.tenant_id and p.owner_id = new.user_id;
    update sec.session s set revoked_at = now()
    where s.user_id = new.user_id and s.tenant_id = new.tenant_id and s.revoked_at is null;
    return null;
end $$;

grant execute on function sec.check_owner(), sec.part_member() to fintrack_data;
grant execute on function sec.members(), sec.owners(), sec.people(), sec.hold_books(), sec.note_visit(), sec.leave(),
    sec.accept_ownership() to fintrack_viewer;
