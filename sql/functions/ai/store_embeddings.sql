create or replace function prosa.store_embeddings(p_tenant_id uuid, model text, items jsonb, input_tokens bigint default null)
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- the queue is read by key, item by item: a join planned for an empty queue reads all of a tenant's, dead entries included
    set enable_hashjoin = off
    set enable_mergejoin = off
    set enable_seqscan = off
    set enable_bitmapscan = off
    set jit = off
as $$
declare
    v_given record;
    v_message text;
    v_space record;
    v_segment_id uuid;
    v_stored integer := 0;
    v_done jsonb;
begin
    begin
        select array_agg(distinct @extschema:vector@.vector_dims(i.vector)) as dimensions, array_agg(distinct i.space_id) as spaces,
               -- a vector that has no distance to itself has one to nothing: it is zero, or too short or long to compare
               min(i.kind || ' ' || i.item_id) filter (where i.vector is null
                   or (i.vector operator(@extschema:vector@.<=>) i.vector) = 'NaN') as bad_item
          into v_given
          from (select r.kind, r.item_id, r.space_id, (r.embedding)::@extschema:vector@.vector as vector
                  from jsonb_to_recordset(items) r (kind text, item_id text, space_id uuid, embedding text)
                -- each vector is read once
                offset 0) i;
    exception when data_exception or invalid_text_representation or numeric_value_out_of_range or program_limit_exceeded then
        get stacked diagnostics v_message = message_text;
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('an embedding cannot be stored: %s', v_message),
            hint = 'A vector is 1 to 4000 finite numbers, not all of them zero: [0.1, 0.2, …].';
    end;
    if v_given.bad_item is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('the embedding of %s is missing or zero: it has no direction to compare', v_given.bad_item);
    elsif cardinality(v_given.dimensions) > 1 then
        raise exception using errcode = 'invalid_parameter_value', message = 'the embeddings have different dimensions';
    elsif cardinality(v_given.spaces) > 1 then
        raise exception using errcode = 'invalid_parameter_value', message = 'the embeddings are of different spaces';
    elsif v_given.dimensions is null then
        return 0;
    end if;
    select s.space_id as id, s.space_status as status into v_space
      from prosa._space_for_storing(p_tenant_id, v_given.spaces[1], store_embeddings.model, v_given.dimensions[1]) s;

    if v_space.id is null or v_space.status = 'retired' then
        -- the tenant changed its model while these were embedded: they are embedded once more, for the space that is searched now
        update prosa.embedding_queue q set available_at = clock_timestamp(), is_leased = false, attempts = greatest(q.attempts - 1, 0)
          from jsonb_to_recordset(items) i (kind text, item_id uuid, enqueued_at timestamptz)
         where q.tenant_id = p_tenant_id and q.kind = i.kind and q.item_id = i.item_id and q.space_id is null
           and q.failed_at is null and (i.enqueued_at is null or i.enqueued_at = q.enqueued_at);
        -- and nobody wants them for the one that is gone
        delete from prosa.embedding_queue q
         using jsonb_to_recordset(items) i (kind text, item_id uuid)
         where q.tenant_id = p_tenant_id and q.kind = i.kind and q.item_id = i.item_id and q.space_id = v_given.spaces[1];
    else
        -- until the end of the transaction the space stays in its segment
        select s.segment_id into strict v_segment_id from prosa.embedding_spaces s
         where s.tenant_id = p_tenant_id and s.id = v_space.id for share;
        -- an item that left the queue meanwhile was removed by retention: it must not come back
        with done as (
            delete from prosa.embedding_queue q
             -- in the order in which an edit takes the windows of a message, and then the message
             using (select * from jsonb_to_recordset(items) r (kind text, item_id uuid, enqueued_at timestamptz) order by r.kind, r.item_id) i
             where q.tenant_id = p_tenant_id and q.kind = i.kind and q.item_id = i.item_id
               and (q.space_id = v_space.id or q.space_id is null and v_space.status = 'active')
               -- nor one that changed while it was embedded: it is in the queue again
               and (i.enqueued_at is null or i.enqueued_at = q.enqueued_at)
            returning q.kind, q.item_id, q.item_created_at
        ), stored as (
            insert into prosa.embeddings as e (tenant_id, space_id, segment_id, kind, item_id, item_created_at, contact_id, embedding)
            select distinct on (d.kind, d.item_id) p_tenant_id, v_space.id, v_segment_id, d.kind, d.item_id, d.item_created_at,
                   coalesce(m.contact_id, c.contact_id), (i.embedding)::@extschema:vector@.vector
              from done d
              join jsonb_to_recordset(items) i (kind text, item_id uuid, embedding text) on i.kind = d.kind and i.item_id = d.item_id
              left join prosa.messages m on d.kind = 'message' and m.tenant_id = p_tenant_id and m.created_at = d.item_created_at and m.id = d.item_id
              left join prosa.memory_chunks c on d.kind = 'memory' and c.tenant_id = p_tenant_id and c.id = d.item_id
             -- one that was deleted while it was on its way into the queue is still in it
             where coalesce(m.id, c.id) is not null and m.deleted_at is null
             order by d.kind, d.item_id
            on conflict on constraint embeddings_pkey do update set contact_id = excluded.contact_id, embedding = excluded.embedding
            returning 1
        )
        select (select count(*) from stored), jsonb_agg(to_jsonb(d)) into v_stored, v_done from done d;
        if v_space.status = 'active' then
            perform prosa._note_change(p_tenant_id, v_space.id, v_done);
        end if;
    end if;
    -- last: the sums of a tenant are one row, which nobody shall wait for while vectors are stored
    perform prosa._count_embedding_tokens(p_tenant_id, store_embeddings.model, items, v_done, store_embeddings.input_tokens);
    perform prosa._count_embedded(p_tenant_id, v_stored, 0);
    return v_stored;
end
$$;
comment on function prosa.store_embeddings(uuid, text, jsonb, bigint) is
'Stores what a worker has embedded and takes it from the queue; returns the number stored. All or none.
items: [{"kind": "message", "item_id": "…", "enqueued_at": "…", "space_id": "…", "embedding": "[0.1, …]"}, …] as claimed, of one space; with enqueued_at, an item that changed meanwhile stays in the queue; without space_id they are for the active space.
input_tokens: what the endpoint counted for all items; or an item has its own "tokens". They are added to the consumption of today, of each message''s inbox and of this model, also for what is no longer in the queue.
What was embedded for a space that was replaced or dropped meanwhile is not stored; it stays in the queue and is due at once.
Errors: 22023 when a vector is missing, zero, not finite, malformed, or of more than 4000 dimensions, when dimensions or spaces differ, or model or dimensions are not those of the space.
Example: select prosa.store_embeddings(:tenant_id, ''bge-small-en-v1.5-q'', :items);';
