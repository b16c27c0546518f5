-- API tokens: what a program keeps, bound to one member of one tenant. Asked through the sign-in door.
set role fintrack_security;

create function sec.add_api_token(p_handle bytea, p_tenant uuid, p_id uuid, p_handle_hash bytea, p_name text,
                                  p_scopes text[], p_expires_at timestamptz) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    proof record;
begin
    select * into proof from sec.prove(p_handle, p_tenant);
    if proof.v_abilities & 8 = 0 then
        raise exception 'You may not use API tokens in this tenant.' using errcode = 'FT403';
    elsif proof.v_abilities & 16 = 0 then
        raise exception 'Before a program gets a token, confirm that it is you.' using errcode = 'FT428';
    end if;
    insert into sec.session (id, handle_hash, user_id, kind, tenant_id, name, scopes, idle_for, expires_at)
    values (p_id, p_handle_hash, proof.v_user, 'API', p_tenant, p_name, p_scopes, p_expires_at - now(), p_expires_at);
    perform sec.record_event(p_tenant, proof.v_user, proof.v_role, proof.v_source, 'token.created', p_id,
                             null, jsonb_build_object('scopes', p_scopes, 'expires_at', p_expires_at));
end $$;

-- One's own; an owner sees everybody's.
create function sec.api_tokens(p_handle bytea, p_tenant uuid)
returns table (id uuid, user_id uuid, member text, name text, scopes text[], created_at timestamptz,
               seen_at timestamptz, expires_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select s.id, s.user_id, u.name, s.name, s.scopes, s.created_at, s.seen_at, s.expires_at
    from sec.prove(p_handle, p_tenant) p
    join sec.session s on s.tenant_id = p_tenant and (s.user_id = p.v_user or p.v_role = 'OWNER')
    join sec.users u on u.id = s.user_id
    where s.kind = 'API' and s.revoked_at is null and s.expires_at > now();
$$;

create function sec.revoke_api_token(p_handle bytea, p_tenant uuid, p_id uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    proof record;
    v_before jsonb;
begin
    select * into proof from sec.prove(p_handle, p_tenant);
    update sec.session s set revoked_at = now()
    where s.id = p_id and s.tenant_id = p_tenant and s.kind = 'API' and s.revoked_at is null
      and (s.user_id = proof.v_user or proof.v_role = 'OWNER')
    returning jsonb_build_object('scopes', s.scopes, 'expires_at', s.expires_at) into v_before;
    if not found then
        raise exception 'There is no such token. It may have been revoked already.' using errcode = 'FT404';
    end if;
    perform sec.record_event(p_tenant, proof.v_user, proof.v_role, proof.v_source, 'token.revoked', p_id,
                             v_before, null);
end $$;

-- Of a token that ends with its user's other sessions; the functions above tell of what they end themselves.
create function sec.tell_revoked() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_role text := (select m.role from app.membership m where m.tenant_id = new.tenant_id and m.user_id = new.user_id);
begin
    perform sec.record_event(new.tenant_id, new.user_id, coalesce(v_role, 'VIEWER'), 'PAGE', 'token.revoked', new.id,
                             jsonb_build_object('scopes', new.scopes, 'expires_at', new.expires_at), null);
    return null;
end $$;
create trigger tell_revoked after update of revoked_at on sec.session for each row
    when (old.revoked_at is null and new.revoked_at is not null and new.kind = 'API' and new.tenant_id is not null
          and current_user = 'fintrack_sign_in')
    execute function sec.tell_revoked();

grant execute on function sec.add_api_token(bytea, uuid, uuid, bytea, text, text[], timestamptz),
    sec.api_tokens(bytea, uuid), sec.revoke_api_token(bytea, uuid, uuid) to fintrack_sign_in;
