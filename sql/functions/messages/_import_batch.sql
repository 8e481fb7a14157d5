create or replace function prosa._import_batch(
    p_tenant_id uuid,
    p_import_name text,
    p_size integer,
    p_after bigint,
    out row_count integer,
    out last_row bigint)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_cutoff constant timestamptz := prosa._retention_cutoff(p_tenant_id);
    v_after record;
    v_rows bigint[];
    v_judged bigint[];
begin
    perform prosa._require_tenant(p_tenant_id);
    -- two calls for one import take turns, so that the messages of a conversation stay in their order
    perform pg_advisory_xact_lock(hashtextextended(format('prosa.import_messages %s %s', p_tenant_id, p_import_name), 0));
    select min(i.inbox_name) as inbox_name, min(i.contact_kind) as contact_kind, min(i.contact_key) as contact_key, min(i.created_at) as created_at
      into v_after
      from prosa.message_imports i
     where i.tenant_id = p_tenant_id and i.import_name = p_import_name and i.row_number = p_after;
    select coalesce(array_agg(x.row_number order by x.inbox_name, x.contact_kind, x.contact_key, x.created_at, x.row_number), '{}') into v_rows
      from (select i.row_number, i.inbox_name, i.contact_kind, i.contact_key, i.created_at
              from prosa.message_imports i
             where i.tenant_id = p_tenant_id and i.import_name = p_import_name and i.status = 'waiting'
               and (i.inbox_name, i.contact_kind, i.contact_key, i.created_at, i.row_number) > (
                   coalesce(v_after.inbox_name, ''), coalesce(v_after.contact_kind, ''), coalesce(v_after.contact_key, ''),
                   coalesce(v_after.created_at, '-infinity'), coalesce(p_after, 0))
             order by i.inbox_name, i.contact_kind, i.contact_key, i.created_at, i.row_number
             limit p_size for update) x;
    row_count := cardinality(v_rows);
    last_row := v_rows[row_count];

    -- what is known already and what cannot be recorded, before anything is made for it
    with judged as (
        select i.row_number, k.message_id,
               case when k.message_id is not null then 'duplicate'
                    when n.id is not null and i.created_at between timestamptz '2000-01-01 00:00+00' and v_cutoff then 'refused'
                    else 'failed' end as status,
               case when n.id is null then format('the tenant has no inbox "%s"', left(i.inbox_name, 80))
                    when k.message_id is not null then null
                    when i.created_at not between timestamptz '2000-01-01 00:00+00' and now() + interval '1 day' then 'created_at must lie between the year 2000 and one day ahead'
                    when i.created_at < v_cutoff then prosa._expired(p_tenant_id, i.created_at)
                    when i.contact_kind not in ('phone', 'lid', 'group', 'other') then format('"%s" is not a kind of contact', left(i.contact_kind, 40))
                    when i.contact_kind = 'phone' and length(i.contact_key) not between 8 and 15 then 'the phone number must have 8 to 15 digits'
                    when length(i.contact_key) not between 1 and 256 then 'the contact must have 1 to 256 characters'
                    when i.role is null or i.role not in ('user', 'assistant', 'operator', 'system', 'tool')
                        then 'the role must be user, assistant, operator, system or tool'
                    when i.content is null then 'a message needs a content'
                    when i.input_tokens < 0 or i.output_tokens < 0 or i.cached_tokens not between 0 and coalesce(i.input_tokens, 0)
                        then 'tokens must not be negative, and cached_tokens are part of input_tokens'
                    when jsonb_typeof(i.metadata) <> 'object' then 'metadata must be a JSON object' end as reason
          from unnest(v_rows) r
         cross join lateral (select * from prosa.message_imports i
                              where i.tenant_id = p_tenant_id and i.import_name = p_import_name and i.row_number = r limit 1) i
          left join prosa.inboxes n on n.tenant_id = p_tenant_id and n.name = i.inbox_name
          left join lateral (
                select o.message_id from prosa.message_outbox o
                 where o.tenant_id = p_tenant_id and o.inbox_id = n.id and o.external_id = i.external_id
                union all
                select l.message_id from prosa.message_ledger l
                 where l.tenant_id = p_tenant_id and l.inbox_id = n.id and l.external_id = i.external_id
                limit 1) k on true
    ), marked as (
        update prosa.message_imports i
           set status = j.status, reason = j.reason, message_id = j.message_id, processed_at = clock_timestamp()
          from judged j
         where i.tenant_id = p_tenant_id and i.import_name = p_import_name and i.row_number = j.row_number
           and (j.reason is not null or j.message_id is not null)
        returning i.row_number
    )
    select coalesce(array_agg(m.row_number), '{}') into v_judged from marked m;

    perform prosa._import_rows(p_tenant_id, p_import_name, array(
        select r.r from unnest(v_rows) with ordinality r where r.r <> all (v_judged) order by r.ordinality));
end
$$;
comment on function prosa._import_batch(uuid, text, integer, bigint) is
'Takes the next p_size waiting rows of an import after row p_after (null: from the start), ordered by inbox, contact and time, and gives each its final status. Returns how many there were and the last one.';
