create or replace function prosa.reembed_status(p_tenant_id uuid)
    returns table (space_id uuid, model text, dimensions integer, distance text, provider text, status text, items_total bigint,
                   items_done bigint, items_waiting bigint, items_failed bigint, items_per_second double precision,
                   started_at timestamptz, estimated_end timestamptz, finished_at timestamptz, detail text)
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenant_id uuid := prosa._require_tenant(p_tenant_id);
begin
    return query
    select s.id, s.model, s.dimensions, s.distance, s.provider_name, s.status,
           x.total, x.done, x.waiting, x.failed, x.rate, f.started_at,
           case when f.finished_at is null and x.rate > 0
                then now() + interval '1 second' * least(greatest(x.total - x.done - x.failed, 0) / x.rate, 1e9) end,
           f.finished_at,
           case when f.finished_at is not null then 'done'
                when prosa._provider_config(v_tenant_id, 'embedding', false, s.id) is null then 'waits for an embedding endpoint to be configured'
                when f.last_error is not null then 'tries again after an error: ' || f.last_error
                when f.scanned_at is null then 'being filled' || coalesce('; the last error: ' || x.last_error, '')
                when x.waiting > 0 then 'waits for the last items to be embedded' || coalesce('; the last error: ' || x.last_error, '')
                when x.failed > 0 then format('%s items were given up, the last with: %s. Retry them, or go on without them with prosa.activate_embedding_space(…, force => true)', x.failed, x.last_error)
                else 'complete; the switch comes with the next claim or maintenance' end
      from prosa.embedding_fills f
      join prosa.embedding_spaces s on s.tenant_id = f.tenant_id and s.id = f.space_id
     cross join lateral (
           select q.waiting, q.failed, q.last_error, d.done,
                  greatest(d.done + q.waiting + q.failed,
                           case when f.scanned_at is null then (
                               select count(*) from prosa.embeddings e where e.tenant_id = v_tenant_id and e.space_id = a.id and e.segment_id = a.segment_id) + q.waiting_elsewhere end) as total,
                  greatest(d.done - f.items_before, 0)
                      / greatest(extract(epoch from coalesce(f.finished_at, now()) - f.started_at)::double precision, 0.001) as rate
             from (select count(*) filter (where q.space_id = s.id and q.failed_at is null) as waiting,
                          count(*) filter (where q.space_id = s.id and q.failed_at is not null) as failed,
                          count(*) filter (where q.space_id is null) as waiting_elsewhere,
                          (array_agg(q.last_error order by q.failed_at desc nulls last, q.available_at desc)
                               filter (where q.space_id = s.id and q.last_error is not null))[1] as last_error
                     from prosa.embedding_queue q where q.tenant_id = v_tenant_id) q
            cross join (select count(*) as done from prosa.embeddings e where e.tenant_id = v_tenant_id and e.space_id = s.id and e.segment_id = s.segment_id) d
             left join prosa.embedding_spaces a on a.tenant_id = v_tenant_id and a.status = 'active' and a.id <> s.id) x
     where f.tenant_id = v_tenant_id
     order by s.status = 'filling' desc, f.finished_at is null desc, f.started_at desc
     limit 1;
end
$$;
comment on function prosa.reembed_status(uuid) is
'How far the current tenant''s latest change of the embedding model has come; no row where there was none.
p_tenant_id: must be the current tenant.
Result: the space and its status (filling; active once it has replaced the other); items_total: messages and memories that it shall have, an estimate until all of them have been looked at; items_done; items_waiting: in the queue now; items_failed: given up, which hold up the switch; items_per_second since started_at; estimated_end: null where nothing has been embedded yet; finished_at: of the switch; detail: what it is at or waits for.
Errors: 42501 no tenant set or another one.
Example: select items_done, items_total, estimated_end, detail from prosa.reembed_status(prosa.current_tenant_id());';
