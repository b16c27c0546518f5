-- Invitations and requests to join: asked and answered through the sign-in door, before any tenant is entered.
set role fintrack_data;

grant select, update (uses, accepted_at, declined_at) on app.invitation to fintrack_security;
grant select on app.invitation_share, app.tenant_limit to fintrack_security;
grant select, insert, update, delete on app.join_request to fintrack_security;
grant insert on app.membership, app.account_share to fintrack_security;
grant update (flags, joined_at) on app.membership to fintrack_security;

set role fintrack_security;

-- Whether whoever sent the invitation is still in and may still give what it offers.
create function sec.is_backed(p_invitation app.invitation) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from app.membership m
        where m.tenant_id = p_invitation.tenant_id and m.user_id = p_invitation.created_by and m.status = 'ACTIVE'
          and sec.rank_of(m.role) > sec.rank_of(p_invitation.role)
          and sec.abilities_of(m.role, m.flags) & 4 > 0
          and p_invitation.flags <@ sec.flags_of(sec.abilities_of(m.role, m.flags)));
$$;

create function sec.unbacked_invitations() returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid := sec.tenant();
begin
    return array(select i.id from app.invitation i where i.tenant_id = v_tenant and not sec.is_backed(i));
end $$;

-- An invitation that holds: not used up, not old, of an active tenant, by somebody who still may invite so.
create function sec.open_invitation(p_token_hash bytea) returns setof app.invitation
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select i.* from app.invitation i
    join app.tenant t on t.tenant_id = i.tenant_id and t.status = 'ACTIVE'
    where i.token_hash = p_token_hash and i.uses < i.most_uses and i.declined_at is null and i.revoked_at is null
      and i.expires_at > now() and sec.is_backed(i);
$$;

-- Whether the invitation is for this user: his address, or a link. A link of one mail domain is for addresses there
-- that were proved by mail.
create function sec.is_invited(p_user uuid, p_email text, p_domain text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from sec.users u where u.id = p_user and u.disabled_at is null
                   and (u.email = p_email or (p_email is null and (p_domain is null
                        or (split_part(u.email, '@', 2) = p_domain
                            and u.verified_at is not null)))));
$$;

-- What whoever accepts will see, and how much of it. The link of a mail domain tells it to that domain only.
create function sec.invited_accounts(p_invitation app.invitation) returns table (name text, level text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select a.name, case when s.level = 'BALANCE' and a.visibility = 'PRIVATE' then 'BALANCE'
                        when p_invitation.role = 'VIEWER' then 'READ'
                        when a.visibility = 'EVERYONE' then 'WRITE'
                        else s.level end
    from app.account a
    left join app.invitation_share s on s.tenant_id = a.tenant_id and s.account_id = a.id
        and s.invitation_id = p_invitation.id
    where a.tenant_id = p_invitation.tenant_id and a.archived_at is null
      and (a.visibility = 'EVERYONE' or (s.account_id is not null and a.owner_id = p_invitation.created_by));
$$;

create function sec.invitation(p_token_hash bytea, p_user uuid)
returns table (id uuid, tenant_name text, tenant_type text, role text, flags text[], email text, mail_domain text,
               message text, inviter text, expires_at timestamptz, is_for_you boolean, accounts text[], levels text[])
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select i.id, t.name, t.type, i.role, sec.flags_of(sec.abilities_of(i.role, i.flags)), i.email, i.mail_domain,
           i.message, u.name, i.expires_at, sec.is_invited(p_user, i.email, i.mail_domain), a.names, a.levels
    from sec.open_invitation(p_token_hash) i
    join app.tenant t on t.tenant_id = i.tenant_id
    join sec.users u on u.id = i.created_by
    cross join lateral (
        select coalesce(array_agg(x.name order by lower(x.name)), '{}') as names,
               coalesce(array_agg(x.level order by lower(x.name)), '{}') as levels
        from sec.invited_accounts(i) x
        where i.mail_domain is null or sec.is_invited(p_user, i.email, i.mail_domain)) a;
$$;

-- Whoever sends an invitation again is the one who invites from then on.
create function sec.renew_invitation() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    new.created_by := sec.acting_user();
    return new;
end $$;

-- One after the other: eight at once make one member, and nobody joins by what was withdrawn a moment ago.
create function sec.hold_invitation(p_token_hash bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform from app.tenant t join app.invitation i on i.tenant_id = t.tenant_id and i.token_hash = p_token_hash
    for no key update of t;
end $$;

-- Re-checks that the inviter still may invite.
create function sec.accept_invitation(p_handle bytea, p_token_hash bytea) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_user uuid := sec.user_of(p_handle);
    v_source text := sec.source_of(p_handle);
    taken app.invitation;
    given record;
begin
    perform sec.hold_invitation(p_token_hash);
    update app.invitation i set uses = i.uses + 1, accepted_at = now()
    where i.token_hash = p_token_hash and i.uses < i.most_uses
      and exists (select from sec.open_invitation(p_token_hash) o where sec.is_invited(v_user, o.email, o.mail_domain))
    returning i.* into taken;
    if not found then
        raise exception 'This invitation is not valid for you, or no longer. Ask for a new one.'
            using errcode = 'FT404';
    end if;
    perform sec.join_tenant(taken.tenant_id, v_user, taken.role, taken.flags);
    perform sec.record_event(taken.tenant_id, v_user, taken.role, v_source, 'member.joined', v_user,
                             jsonb_build_object('invitation_uses', taken.uses - 1),
                             jsonb_build_object('role', taken.role, 'invitation_id', taken.id,
                                                'invitation_uses', taken.uses));
    for given in
        insert into app.account_share (tenant_id, account_id, user_id, level, created_by)
        select s.tenant_id, s.account_id, v_user, s.level, taken.created_by
        from app.invitation_share s
        join app.account a on a.tenant_id = s.tenant_id and a.id = s.account_id and a.owner_id = taken.created_by
        where s.tenant_id = taken.tenant_id and s.invitation_id = taken.id and a.owner_id <> v_user
        on conflict (tenant_id, account_id, user_id) do nothing
        returning account_id, level
    loop
        perform sec.record_event(taken.tenant_id, v_user, taken.role, v_source, 'account.shared', v_user, null,
                                 jsonb_build_object('level', given.level), given.account_id);
    end loop;
    return taken.tenant_id;
end $$;

-- A new membership, or that of somebody who left and comes back.
create function sec.join_tenant(p_tenant uuid, p_user uuid, p_role text, p_flags text[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform from app.tenant t where t.tenant_id = p_tenant for no key update;
    insert into app.membership as m (tenant_id, user_id, role, flags) values (p_tenant, p_user, p_role, p_flags)
    on conflict (tenant_id, user_id) do update
        set role = excluded.role, flags = excluded.flags, status = 'ACTIVE', joined_at = now()
        where m.status = 'LEFT';
    if not found then
        raise exception 'You are a member of this tenant already.' using errcode = 'FT409';
    end if;
    perform sec.check_limit(p_tenant, 'MEMBERS');
    delete from app.join_request r where r.tenant_id = p_tenant and r.user_id = p_user and r.decided_at is null;
end $$;

-- Whoever is signed in declines what is for him; without a session the token that was sent to the address is enough.
create function sec.decline_invitation(p_handle bytea, p_token_hash bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_nobody uuid := '00000000-0000-0000-0000-000000000000';
    v_user uuid := case when p_handle is null then v_nobody else sec.user_of(p_handle) end;
    declined app.invitation;
begin
    perform sec.hold_invitation(p_token_hash);
    update app.invitation i set declined_at = now()
    where i.token_hash = p_token_hash and i.email is not null
      and exists (select from sec.open_invitation(p_token_hash) o
                  where p_handle is null or sec.is_invited(v_user, o.email, o.mail_domain))
    returning i.* into declined;
    if not found then
        raise exception 'This invitation is not valid for you, or no longer.' using errcode = 'FT404';
    end if;
    perform sec.record_event(declined.tenant_id, v_user, 'VIEWER', coalesce(sec.source_of(p_handle), 'PAGE'), 'invitation.declined',
                             declined.id, '{"declined": false}', '{"declined": true}');
end $$;

-- Says nothing about whether there is such a tenant: the same answer to everybody who asks.
create function sec.ask_to_join(p_handle bytea, p_slug text, p_message text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_user uuid := sec.user_of(p_handle);
    v_tenant uuid;
begin
    insert into app.join_request as r (tenant_id, user_id, message)
    select t.tenant_id, v_user, p_message from app.tenant t
    where t.slug = p_slug and t.status = 'ACTIVE' and not t.is_sample
      and not exists (select from app.membership m where m.tenant_id = t.tenant_id and m.user_id = v_user
                      and m.status <> 'LEFT')
    on conflict (tenant_id, user_id) do update
        set message = excluded.message, created_at = now(), decided_at = null, decided_by = null, is_accepted = null
        where r.decided_at is null or r.decided_at < now() - interval '7 days' or r.is_accepted
    returning r.tenant_id into v_tenant;
    if found then
        perform sec.record_event(v_tenant, v_user, 'VIEWER', sec.source_of(p_handle), 'invitation.requested', v_user,
                                 '{"is_asking": false}', '{"is_asking": true}');
    end if;
end $$;

-- Who waits for an answer, by name and address, for those who decide.
create function sec.askers() returns table (user_id uuid, name text, email text, message text, created_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_tenant uuid := sec.tenant();
begin
    if sec.rank() < 30 then
        raise exception 'Only owners and admins see who asks to join.' using errcode = 'FT403';
    end if;
    return query
        select r.user_id, u.name, u.email, r.message, r.created_at
        from app.join_request r join sec.users u on u.id = r.user_id and u.disabled_at is null
        where r.tenant_id = v_tenant and r.decided_at is null;
end $$;

create function sec.admit_asker() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform sec.join_tenant(new.tenant_id, new.user_id, new.role, new.flags);
    return null;
end $$;

grant execute on function sec.renew_invitation(), sec.admit_asker() to fintrack_data;
grant execute on function sec.unbacked_invitations() to fintrack_member;
grant execute on function sec.askers() to fintrack_admin;
grant execute on function sec.invitation(bytea, uuid), sec.accept_invitation(bytea, bytea),
    sec.decline_invitation(bytea, bytea), sec.ask_to_join(bytea, text, text) to fintrack_sign_in;
