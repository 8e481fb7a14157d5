-- A JSON array: values cannot run into each other. None of its elements depends on a setting of the session.
-- The body is standard SQL, so that verify_audit_chain() has it inlined.
create or replace function prosa._audit_hash(
    p_tenant_id uuid, p_sequence bigint, p_recorded_at timestamptz, p_id uuid, p_actor text, p_role text, p_application_name text,
    p_client_addr inet, p_action text, p_object text, p_object_key jsonb, p_before jsonb, p_after jsonb, p_previous_hash bytea)
    returns bytea
    language sql stable parallel safe security invoker
    return sha256(convert_to(jsonb_build_array(
        p_tenant_id, p_sequence, extract(epoch from p_recorded_at), p_id, p_actor, p_role, p_application_name,
        p_client_addr, p_action, p_object, p_object_key, p_before, p_after, encode(p_previous_hash, 'hex'))::text, 'UTF8'));
comment on function prosa._audit_hash(uuid, bigint, timestamptz, uuid, text, text, text, inet, text, text, jsonb, jsonb, jsonb, bytea) is
'Hash of an entry of audit_log: SHA-256 of the UTF-8 text, as PostgreSQL writes jsonb, of an array of its columns in their order; the time in seconds since 1970 with six decimals, the previous hash in hexadecimal.';
