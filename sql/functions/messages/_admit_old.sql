create or replace function prosa._admit_old(p_tenant_id uuid, p_messages jsonb)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_cutoff constant timestamptz := prosa._retention_cutoff(p_tenant_id);
    v_old jsonb;
    v_expired record;
    v_month timestamptz;
begin
    -- what is here already may be delivered again at any age
    select jsonb_agg(jsonb_build_object('ordinal', e.ordinal, 'created_at', e.created_at) order by e.ordinal) into v_old
      from rows from (jsonb_to_recordset(p_messages) as (conversation_id uuid, created_at timestamptz, external_id text)) with ordinality
           e (conversation_id, created_at, external_id, ordinal)
      join prosa.conversations c on c.tenant_id = p_tenant_id and c.id = e.conversation_id
     where e.created_at < now() - interval '1 day'
       and (select o.message_id from prosa.message_outbox o
             where o.tenant_id = p_tenant_id and o.inbox_id = c.inbox_id and o.external_id = e.external_id) is null
       and (select l.message_id from prosa.message_ledger l
             where l.tenant_id = p_tenant_id and l.inbox_id = c.inbox_id and l.external_id = e.external_id) is null;
    select o.ordinal, o.created_at into v_expired
      from jsonb_to_recordset(v_old) o (ordinal bigint, created_at timestamptz)
     where o.created_at < v_cutoff
     order by o.ordinal limit 1;
    if found then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('element %s: %s', v_expired.ordinal, prosa._expired(p_tenant_id, v_expired.created_at)),
            hint = 'Retention would remove it at once. Leave it out, or give the tenant a plan that keeps messages for longer.';
    end if;
    for v_month in
        select distinct date_trunc('month', o.created_at, 'UTC') from jsonb_to_recordset(v_old) o (created_at timestamptz) order by 1
    loop
        perform prosa._ensure_month(v_month);
    end loop;
end
$$;
comment on function prosa._admit_old(uuid, jsonb) is
'What a batch of record_messages() has that is older than a day: refuses what is past the retention of the tenant''s plan, naming the first such element, and makes the months that are missing, before anything is written.';
