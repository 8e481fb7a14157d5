create or replace function prosa.retention_preview()
    returns table (tenant_id uuid, plan text, cutoff timestamptz, messages bigint, bytes bigint, whole_months name[])
    language plpgsql stable parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    v_whole regclass[] := array(select m.month from prosa._find_expired_months('', '-infinity') m where m.parent = 'prosa.messages');
begin
    return query
    with expired as materialized (
        select r.tenant_id, x.month, x.messages
          from prosa._retention() r
         cross join lateral (select m.tableoid as month, count(*) as messages from prosa.messages m
                              where m.tenant_id = r.tenant_id and m.created_at < r.cutoff and m.conversation_id <> all (r.held_conversations)
                              group by m.tableoid) x
         where not r.is_held
    ), size as (
        -- of a month that was never analysed, what is expired is all that is known
        select e.month, pg_total_relation_size(e.month)::numeric / greatest(c.reltuples, sum(e.messages)) as bytes_a_row
          from expired e join pg_class c on c.oid = e.month
         group by e.month, c.reltuples
    )
    select r.tenant_id, r.plan, r.cutoff, coalesce(sum(e.messages), 0)::bigint, coalesce(sum(e.messages * s.bytes_a_row), 0)::bigint,
           coalesce(array_agg(c.relname order by c.relname) filter (where c.oid is not null), '{}')
      from prosa._retention() r
      left join expired e on e.tenant_id = r.tenant_id
      left join size s on s.month = e.month
      left join pg_class c on c.oid = e.month and e.month = any (v_whole)
     group by r.tenant_id, r.plan, r.cutoff
     order by 4 desc, r.tenant_id;
end
$$;
comment on function prosa.retention_preview() is
'What the next run of retention would remove, a row a tenant. What is under legal hold is not counted. It reads an index entry an expired message.
Result: the tenant, its plan, the time before which its messages go (by its setting retention_days or its plan), how many do, the bytes that their tables and indexes give back (by their share of each month''s rows; without embeddings), and which months go as a whole.
Example: select * from prosa.retention_preview() where messages > 0;';
