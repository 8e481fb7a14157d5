create or replace function prosa._append_audit(p_tenant_id uuid, p_entries jsonb)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_head record;
    v_entry record;
    v_id uuid;
    v_previous_hash bytea;
    v_role constant text := prosa._caller();
    v_application_name constant text := current_setting('application_name');
    v_client_addr constant inet := inet_client_addr();
begin
    insert into prosa.audit_heads (tenant_id, sequence, recorded_at, hash) values (p_tenant_id, 0, '-infinity', '')
    on conflict on constraint audit_heads_pkey do nothing;
    -- one writer of a chain at a time, until its transaction ends
    select h.sequence, h.recorded_at, h.hash into v_head
      from prosa.audit_heads h where h.tenant_id = p_tenant_id for no key update;
    for v_entry in
        select e.value ->> 'action' as action, e.value ->> 'object' as object,
               prosa._mask_secrets(nullif(e.value -> 'key', 'null')) as key,
               prosa._mask_secrets(nullif(e.value -> 'before', 'null')) as before,
               prosa._mask_secrets(nullif(e.value -> 'after', 'null')) as after
          from jsonb_array_elements(p_entries) with ordinality e
         order by e.ordinality
    loop
        v_previous_hash := v_head.hash;
        v_head.sequence := v_head.sequence + 1;
        -- in the order of the chain, even when the clock was set back
        v_head.recorded_at := greatest(clock_timestamp(), v_head.recorded_at);
        v_id := prosa._uuid_v7(v_head.recorded_at);
        v_head.hash := prosa._audit_hash(
            p_tenant_id, v_head.sequence, v_head.recorded_at, v_id, session_user::text, v_role, v_application_name, v_client_addr,
            v_entry.action, v_entry.object, v_entry.key, v_entry.before, v_entry.after, v_previous_hash);
        insert into prosa.audit_log (tenant_id, sequence, recorded_at, id, actor, role, application_name, client_addr,
                                     action, object, object_key, before, after, previous_hash, hash)
        values (p_tenant_id, v_head.sequence, v_head.recorded_at, v_id, session_user, v_role, v_application_name, v_client_addr,
                v_entry.action, v_entry.object, v_entry.key, v_entry.before, v_entry.after, v_previous_hash, v_head.hash);
    end loop;
    update prosa.audit_heads h set sequence = v_head.sequence, recorded_at = v_head.recorded_at, hash = v_head.hash
     where h.tenant_id = p_tenant_id;
end
$$;
comment on function prosa._append_audit(uuid, jsonb) is
'Appends entries, an array of {action, object, key, before, after}, to the chain of a tenant; their secrets are masked here. The chain stays locked until the transaction ends: call it for tenants in the order of their ids, after the rows that are changed were locked.';
