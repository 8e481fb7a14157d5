create or replace function prosa._start_fill(p_tenant_id uuid, p_space_id uuid)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if prosa._active_space(p_tenant_id) is null then
        -- nothing is searched yet that would have to wait
        perform prosa._switch_space(p_tenant_id, p_space_id);
    elsif exists (select from prosa.embedding_spaces s where s.tenant_id = p_tenant_id and s.status = 'filling' and s.id <> p_space_id) then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = 'another space of the tenant is being filled',
            hint = 'See prosa.reembed_status(); wait for it, or give it up with prosa.cancel_reembed().';
    else
        update prosa.embedding_spaces s set status = 'filling' where s.tenant_id = p_tenant_id and s.id = p_space_id and s.status = 'retired';
    end if;
    insert into prosa.embedding_fills (tenant_id, space_id, items_before)
    select s.tenant_id, s.id, (select count(*) from prosa.embeddings e where e.tenant_id = s.tenant_id and e.space_id = s.id and e.segment_id = s.segment_id)
      from prosa.embedding_spaces s where s.tenant_id = p_tenant_id and s.id = p_space_id
    on conflict on constraint embedding_fills_pkey do update
       set pass = 1, kind = 'message', before_created_at = 'infinity', before_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff', queued_in_pass = 0,
           items_before = excluded.items_before, started_at = now(), checked_at = '-infinity', barrier = null, scanned_at = null, finished_at = null,
           last_error = null;
end
$$;
comment on function prosa._start_fill(uuid, uuid) is
'Has a space filled with everything that it lacks, from the beginning; it becomes active at once where the tenant has no other. 55000 while another one is being filled.';
