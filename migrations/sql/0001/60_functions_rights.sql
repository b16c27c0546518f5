-- Who may call what: nothing is PUBLIC.
set role fintrack_security;

revoke execute on all functions in schema sec from public;
grant execute on function sec.context(), sec.tenant(), sec.acting_user(), sec.rank(), sec.claimed_tenant(),
    sec.claimed_user(), sec.claimed_rank(), sec.visible_accounts(), sec.writable_accounts(), sec.owned_accounts(),
    sec.members(), sec.stamp() to fintrack_viewer;
grant execute on function sec.enter(bytea, uuid) to fintrack_app;
grant execute on function sec.my_tenants(bytea), sec.create_tenant(uuid, jsonb, jsonb), sec.invitation(bytea),
    sec.accept_invitation(uuid, bytea) to fintrack_sign_in;
grant execute on function sec.set_tenant_status(text, text), sec.tenant_id_of(text), sec.rotate_signing_key()
    to fintrack_maintenance;
