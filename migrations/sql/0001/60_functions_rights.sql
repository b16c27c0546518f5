-- Who may call what stands beside each function; nothing is PUBLIC.
set role fintrack_security;

revoke execute on all functions in schema sec from public;
