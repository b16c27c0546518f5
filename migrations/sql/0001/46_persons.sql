-- The person behind a user: what is held on him, and his erasure, asked through the sign-in door.
set role fintrack_data;

grant update (email, message, revoked_at) on app.invitation to fintrack_security;
grant delete on app.join_request to fintrack_security;
create policy forget on app.join_request for delete to fintrack_security using (true);

set role fintrack_security;

create function sec.user_of(p_handle bytea) returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_user uuid;
begin
    select u.id into v_user from sec.session s join sec.users u on u.id = s.user_id
    where s.handle_hash = sha256(p_handle) and s.revoked_at is null and s.expires_at > now()
      and s.seen_at + s.idle_for > now() and s.scopes is null and u.disabled_at is null;
    if not found then
        raise exception 'Your session has ended. Sign in again.' using errcode = 'FT401';
    end if;
    return v_user;
end $$;

-- From where the session acts.
create function sec.source_of(p_handle bytea) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select sec.source_of_kind(s.kind) from sec.session s where s.handle_hash = sha256(p_handle);
$$;

-- What one transaction did counts as one event, with how many rows. Of a tenant he is no longer in he learns nothing.
create function sec.personal_data(p_handle bytea) returns json
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_user uuid := sec.user_of(p_handle);
begin
    return json_build_object(
        'profile', (
            select json_build_object('id', u.id, 'name', u.name, 'email', u.email, 'created_at', u.created_at, 'verified_at', u.verified_at,
                                     'second_factor_since', f.created_at,
                                     'recovery_codes_left', cardinality(f.recovery_hashes))
            from sec.users u left join sec.factor f on f.user_id = u.id where u.id = v_user),
        'sessions', (
            select coalesce(json_agg(json_build_object(
                'kind', s.kind, 'name', s.name, 'scopes', s.scopes, 'agent', s.agent, 'address', s.address,
                'created_at', s.created_at, 'seen_at', s.seen_at, 'expires_at', s.expires_at,
                'revoked_at', s.revoked_at, 'confirmed_at', s.confirmed_at) order by s.created_at), '[]')
            from sec.session s where s.user_id = v_user),
        'memberships', (
            select coalesce(json_agg(json_build_object(
                'tenant_id', m.tenant_id,
                'tenant', case when m.status = 'ACTIVE' and t.status <> 'SUSPENDED' then t.name end,
                'role', m.role, 'status', m.status, 'flags', m.flags, 'joined_at', m.joined_at,
                'seen_at', m.seen_at) order by m.joined_at), '[]')
            from app.membership m join app.tenant t on t.tenant_id = m.tenant_id where m.user_id = v_user),
        'invitations', (
            select coalesce(json_agg(json_build_object(
                'role', i.role, 'created_at', i.created_at, 'expires_at', i.expires_at, 'accepted_at', i.accepted_at,
                'declined_at', i.declined_at, 'revoked_at', i.revoked_at) order by i.created_at), '[]')
            from app.invitation i join sec.users u on u.email = i.email where u.id = v_user),
        'join_requests', (
            select coalesce(json_agg(json_build_object('message', r.message, 'created_at', r.created_at)
                                     order by r.created_at), '[]')
            from app.join_request r where r.user_id = v_user),
        'saved_pivots', (
            select coalesce(json_agg(json_build_object('tenant_id', p.tenant_id, 'name', p.name, 'rows', p.rows,
                                                       'columns', p.columns, 'measure', p.measure) order by p.id), '[]')
            from app.saved_pivot p where p.owner_id = v_user),
        'events', (
            select coalesce(json_agg(json_build_object(
                'at', e.at, 'tenant_id', e.tenant_id, 'rank', e.actor_rank, 'source', e.source, 'action', e.action,
                'rows', e.rows) order by e.at, e.action), '[]')
            from (select a.at, a.tenant_id, a.actor_rank, a.source, a.action, count(*) as rows
                  from app.audit_event a where a.actor_id = v_user
                  group by a.at, a.tenant_id, a.actor_rank, a.source, a.action) e));
end $$;

-- What becomes of a user's tenants when he is erased: he leaves one with others in it, and one without goes with him.
-- In the way stand those whose last active owner he is, and those that the operator keeps shut.
create function sec.ties(p_user uuid) returns table (tenant_id uuid, name text, fate text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select t.tenant_id, t.name,
           case when other.people = 0 and t.status = 'SUSPENDED' then 'SHUT'
                when other.people = 0 then 'ERASED'
                when m.role = 'OWNER' and m.status = 'ACTIVE' and other.owners = 0 then 'NEEDS_OWNER'
                else 'LEFT' end
    from app.membership m
    join app.tenant t on t.tenant_id = m.tenant_id
    cross join lateral (
        select count(*) as people, count(*) filter (where o.role = 'OWNER' and o.status = 'ACTIVE') as owners
        from app.membership o
        where o.tenant_id = m.tenant_id and o.user_id <> m.user_id and o.status <> 'LEFT') other
    where m.user_id = p_user and m.status <> 'LEFT';
$$;

create function sec.my_ties(p_handle bytea) returns table (tenant_id uuid, name text, fate text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select x.tenant_id, x.name, x.fate from sec.ties(sec.user_of(p_handle)) x order by lower(x.name), x.tenant_id;
$$;

-- Leaves a tombstone: the figures and the activity of other people's tenants still name somebody. `p_told` are the
-- tenants of which the person was told that they go with him.
create function sec.erase_person(p_handle bytea, p_told uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_user uuid := sec.user_of(p_handle);
    v_email text;
    v_source text := sec.source_of(p_handle);
    v_neutral text := 'erased-' || v_user || '@erased.invalid';
    tie record;
    passed record;
begin
    perform from sec.session s
    where s.handle_hash = sha256(p_handle) and s.confirmed_at > now() - interval '10 minutes';
    if not found then
        raise exception 'Your account is erased for good. Confirm first that it is you.' using errcode = 'FT428';
    end if;
    -- From here on nobody joins, leaves or loses a role in these tenants, and this user joins no other.
    select u.email into v_email from sec.users u where u.id = v_user for update;
    perform from app.tenant t
    where t.tenant_id in (select x.tenant_id from sec.ties(v_user) x) order by t.tenant_id for update;
    for tie in select * from sec.ties(v_user) x order by lower(x.name) loop
        if tie.fate = 'NEEDS_OWNER' then
            raise exception 'You are the last owner of %. Make somebody else an owner first.', tie.name
                using errcode = 'FT409';
        elsif tie.fate = 'SHUT' then
            raise exception '% is kept shut by whoever runs this FinTrack. Ask them to open it first.', tie.name
                using errcode = 'FT409';
        elsif tie.fate = 'ERASED' and not tie.tenant_id = any (p_told) then
            raise exception 'Your tenants changed in the meantime. Look again at what is erased with you.'
                using errcode = 'FT409';
        end if;
    end loop;
    -- The cascade reaches accounts before their transactions; all must be gone only at the end.
    set constraints all deferred;
    delete from app.tenant t using sec.ties(v_user) x where x.tenant_id = t.tenant_id and x.fate = 'ERASED';
    -- From each other tenant he parts as whoever leaves it: what everyone sees passes on.
    for tie in select m.tenant_id, m.role, m.status from app.membership m
               where m.user_id = v_user and m.status <> 'LEFT' loop
        perform sec.sign(tie.tenant_id, v_user, sec.rank_of(tie.role), 0, null, v_source);
        for passed in select * from sec.leave() loop
            perform sec.record_event(tie.tenant_id, v_user, tie.role, v_source, 'account.handed_over', passed.account,
                                     jsonb_build_object('owner_id', v_user),
                                     jsonb_build_object('owner_id', passed.heir), passed.account);
        end loop;
        perform sec.record_event(tie.tenant_id, v_user, tie.role, v_source, 'member.erased', v_user,
                                 jsonb_build_object('status', tie.status), '{"status": "LEFT"}');
    end loop;
    perform set_config('fintrack.context', '', true);
    update app.invitation i set email = v_neutral, message = '', revoked_at = coalesce(i.revoked_at, now())
    where i.email = v_email;
    delete from app.join_request r where r.user_id = v_user;
    update sec.maintenance_event e set reason = left(e.reason, -length(v_email)) || v_neutral
    where right(e.reason, length(v_email) + 5) = ' for ' || v_email;
    delete from sec.registration r where r.email = v_email;
    delete from sec.session s where s.user_id = v_user;
    delete from sec.ticket k where k.user_id = v_user;
    delete from sec.factor f where f.user_id = v_user;
    update sec.users u
    set email = v_neutral, name = 'Somebody who left', password_hash = '', verified_at = null, disabled_at = now()
    where u.id = v_user;
end $$;

-- Waits for an erasure that is under way, so that a tombstone becomes nobody's member.
create function sec.check_person() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform from sec.users u where u.id = new.user_id and u.disabled_at is null for key share;
    if not found then
        raise exception 'This person has no account here any more.' using errcode = 'FT404';
    end if;
    return new;
end $$;

grant execute on function sec.check_person() to fintrack_data;
grant execute on function sec.personal_data(bytea), sec.my_ties(bytea), sec.erase_person(bytea, uuid[])
    to fintrack_sign_in;

set role fintrack_data;

create trigger check_person before insert on app.membership
    for each row execute function sec.check_person();
create trigger check_person_again before update of status on app.membership
    for each row when (new.status <> 'LEFT' and old.status = 'LEFT') execute function sec.check_person();
