"""What must hold of the catalog, as questions that return what breaks it; `BREACHES` breaks each."""

QUESTIONS = {
    "only reference tables are without row security": """
        select c.oid::regclass::text from pg_class c
        where c.relkind in ('r', 'p') and c.relnamespace = 'app'::regnamespace
          and not (c.relrowsecurity and c.relforcerowsecurity)""",
    "every view asks as its caller": """
        select oid::regclass::text from pg_class
        where relkind = 'v' and relnamespace::regnamespace::text = any (%(ours)s)
          and not ('security_invoker=true' = any (coalesce(reloptions, '{}')))""",
    "there is no materialized view, partition, foreign table or sequence": """
        select oid::regclass::text from pg_class
        where relnamespace::regnamespace::text = any (%(ours)s) and (relkind in ('m', 'p', 'f', 'S') or relispartition)""",
    "there is no rule, inheritance or event trigger": """
        select rulename from pg_rules where schemaname = any (%(ours)s)
        union all select inhrelid::regclass::text from pg_inherits i
            join pg_class c on c.oid = i.inhrelid where c.relkind = 'r' and c.relnamespace::regnamespace::text = any (%(ours)s)
        union all select evtname from pg_event_trigger""",
    "no policy is for everybody": """
        select tablename || '.' || policyname from pg_policies where 'public' = any (roles)""",
    "every policy of a member asks the signed context": """
        select tablename || '.' || policyname from pg_policies, unnest(roles) role
        where role <> 'fintrack_security'
          and not (coalesce(qual, with_check) like '%%tenant_id = ( SELECT sec.tenant()%%'
                   and coalesce(with_check, qual) like '%%tenant_id = ( SELECT sec.tenant()%%')""",
    "no policy joins alternatives around the tenant": """
        select tablename || '.' || policyname from pg_policies
        where coalesce(qual, with_check) !~ '^\\(*tenant_id = ' and not ('fintrack_security' = any (roles))""",
    "a function that runs as its owner has a fixed search path and an owner of ours": """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace::regnamespace::text = any (%(ours)s) and p.prosecdef
          and (p.proowner::regrole::text <> 'fintrack_security'
               or not coalesce('search_path=pg_catalog, pg_temp' = any (p.proconfig), false))""",
    "every function has a fixed search path": """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace::regnamespace::text = any (%(ours)s)
          and not coalesce('search_path=pg_catalog, pg_temp' = any (p.proconfig), false)""",
    "no function is for everybody": """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace::regnamespace::text = any (%(ours)s) and has_function_privilege('public', p.oid, 'execute')""",
    "no function claims to leak nothing": """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace::regnamespace::text = any (%(ours)s) and p.proleakproof""",
    "everybody has no right to a schema of ours, nor to public": """
        select nspname from pg_namespace
        where nspname = any (%(ours)s || array['public']) and has_schema_privilege('public', oid, 'usage, create')""",
    "everybody has no right to the database": """
        select datname from pg_database where datname = current_database()
          and has_database_privilege('public', oid, 'connect, create, temp')""",
    "everybody has no right to a table or column of ours": """
        select distinct c.oid::regclass::text from pg_class c
        where c.relnamespace::regnamespace::text = any (%(ours)s) and c.relkind in ('r', 'v')
          and has_any_column_privilege('public', c.oid, 'select, insert, update, references')""",
    "no application role makes schemas, temporary tables or anything in a schema": """
        select r from unnest(%(application)s::text[]) r
        where has_database_privilege(r, current_database(), 'create, temp')
           or exists (select from pg_namespace n where n.nspname !~ '^pg_' and has_schema_privilege(r, n.oid, 'create'))""",
    "no application role truncates, references, triggers or maintains": """
        select r || ' ' || c.oid::regclass::text from unnest(%(application)s::text[]) r, pg_class c
        where c.relnamespace::regnamespace::text = any (%(ours)s) and c.relkind in ('r', 'v')
          and has_table_privilege(r, c.oid, 'truncate, references, trigger')""",
    "no member role nor the application's login reads the security tables": """
        select r || ' ' || c.oid::regclass::text from unnest(%(application)s::text[]) r, pg_class c
        where c.relnamespace = 'sec'::regnamespace and c.relkind = 'r'
          and r not in ('fintrack_sign_in', 'fintrack_maintenance')
          and has_any_column_privilege(r, c.oid, 'select, insert, update')""",
    "nobody but the owner reads the signing keys": """
        select r from unnest(%(application)s::text[]) r
        where has_any_column_privilege(r, 'sec.signing_key', 'select, insert, update')
           or has_any_column_privilege(r, 'sec.signing_key', 'references')""",
    "the sign-in and maintenance logins have no right to a tenant's table": """
        select r || ' ' || c.oid::regclass::text from unnest(array['fintrack_sign_in', 'fintrack_maintenance']) r, pg_class c
        where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'v')
          and has_any_column_privilege(r, c.oid, 'select, insert, update')""",
    "the application's login itself has no right to any table": """
        select c.oid::regclass::text from pg_class c
        where c.relnamespace::regnamespace::text = any (%(ours)s) and c.relkind in ('r', 'v')
          and has_any_column_privilege('fintrack_app', c.oid, 'select, insert, update')""",
    "no role of ours is above row security or makes roles or databases": """
        select rolname from pg_roles where rolname = any (%(roles)s)
          and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)""",
    "only the three logins sign in, and none inherits": """
        select rolname from pg_roles where rolname = any (%(roles)s)
          and (rolcanlogin <> (rolname = any (%(logins)s)) or (rolcanlogin and rolinherit))""",
    "no application role is a member of an owner or of a role of the server": """
        select r || ' in ' || m.rolname from unnest(%(application)s::text[]) r, pg_roles m
        where pg_has_role(r, m.oid, 'member') and m.rolname <> r
          and not (m.rolname = any (%(members)s))""",
    "every function of ours that the application's login may call itself is an entry": """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace::regnamespace::text = any (%(ours)s)
          and has_function_privilege('fintrack_app', p.oid, 'execute')
          and p.oid <> all (array['sec.enter(bytea, uuid)', 'sec.enter_as(bytea, uuid, uuid)']::regprocedure[])""",
    "no member role may call a function that takes an argument": """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace::regnamespace::text = any (%(ours)s) and p.pronargs > 0
          and has_function_privilege('fintrack_owner', p.oid, 'execute')""",
}  # fmt: skip

VIEW = "create view app.leak{} as select * from app.tag"
FUNCTION = "create function sec.leak() returns int language sql {} return 1"
BREACHES = {
    "only reference tables are without row security": "create table app.leak (tenant_id uuid primary key)",
    "every view asks as its caller": VIEW.format(""),
    "there is no materialized view, partition, foreign table or sequence":
        "create materialized view app.leak as select * from app.tag",
    "there is no rule, inheritance or event trigger": "create table app.leak () inherits (app.tag)",
    "no policy is for everybody": "create policy leak on app.tag using (true)",
    "every policy of a member asks the signed context":
        "create policy leak on app.tag to fintrack_viewer using (tenant_id = '00000000-0000-0000-0000-000000000000')",
    "no policy joins alternatives around the tenant":
        "create policy leak on app.tag to fintrack_viewer using (name = 'x' or tenant_id = (select sec.tenant()))",
    "a function that runs as its owner has a fixed search path and an owner of ours":
        FUNCTION.format("security definer"),
    "every function has a fixed search path": FUNCTION.format(""),
    "no function is for everybody": FUNCTION.format("set search_path = pg_catalog, pg_temp"),
    "no function claims to leak nothing": FUNCTION.format("leakproof"),
    "everybody has no right to a schema of ours, nor to public": "grant usage on schema app to public",
    "everybody has no right to the database":
        "do $$ begin execute format('grant temp on database %I to public', current_database()); end $$",
    "everybody has no right to a table or column of ours": "grant select (name) on app.tag to public",
    "no application role makes schemas, temporary tables or anything in a schema":
        "grant create on schema app to fintrack_member",
    "no application role truncates, references, triggers or maintains": "grant truncate on app.tag to fintrack_owner",
    "no member role nor the application's login reads the security tables":
        "grant select (email) on sec.users to fintrack_viewer",
    "nobody but the owner reads the signing keys": "grant select on sec.signing_key to fintrack_sign_in",
    "the sign-in and maintenance logins have no right to a tenant's table":
        "grant select (id) on app.tag to fintrack_sign_in",
    "the application's login itself has no right to any table": "grant select on app.tag to fintrack_app",
    "no role of ours is above row security or makes roles or databases": "alter role fintrack_data bypassrls",
    "only the three logins sign in, and none inherits": "alter role fintrack_app inherit",
    "no application role is a member of an owner or of a role of the server":
        "grant fintrack_data to fintrack_app",
    "every function of ours that the application's login may call itself is an entry":
        "grant execute on function sec.rotate_signing_key() to fintrack_app",
    "no member role may call a function that takes an argument":
        "grant execute on function sec.signature(text, text) to fintrack_viewer",
}  # fmt: skip
