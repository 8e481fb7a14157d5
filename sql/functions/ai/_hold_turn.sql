create or replace function prosa._hold_turn(p_tenant_id uuid, p_priority smallint, p_state text, p_until timestamptz)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    -- never for long: the endpoint may be configured anew
    update prosa.embedding_turns t
       set held_until = least(p_until, clock_timestamp() + interval '10 seconds'), endpoint_state = p_state,
           paused_until = case p_state when 'paused' then p_until end
     where (t.tenant_id, t.priority) in (
           select x.tenant_id, x.priority from prosa.embedding_turns x
            where x.tenant_id = p_tenant_id and x.priority = p_priority for update skip locked);
end
$$;
comment on function prosa._hold_turn(uuid, smallint, text, timestamptz) is
'Leaves a tenant''s queue alone for up to ten seconds, since its endpoint cannot be called until p_until.';
