create or replace function prosa._audit(
    p_tenant_id uuid,
    p_action text,
    p_object text,
    p_key jsonb default null,
    p_before jsonb default null,
    p_after jsonb default null)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    perform prosa._append_audit(coalesce(p_tenant_id, prosa._platform_chain()), jsonb_build_array(jsonb_build_object(
        'action', p_action, 'object', p_object, 'key', p_key, 'before', p_before, 'after', p_after)));
end
$$;
comment on function prosa._audit(uuid, text, text, jsonb, jsonb, jsonb) is
'Records an action that is no change of an audited table. p_tenant_id: null for the platform. p_object: the function. Secrets are masked. Call it last: it locks the tenant''s chain until the transaction ends.';
