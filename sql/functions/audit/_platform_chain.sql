create or replace function prosa._platform_chain()
    returns uuid
    language sql immutable parallel safe security invoker
    return '00000000-0000-0000-0000-000000000000'::uuid;
comment on function prosa._platform_chain() is 'The tenant_id under which audit_log keeps what concerns the platform and no tenant.';
