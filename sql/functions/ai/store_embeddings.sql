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
    v_dimensions integer[];
    v_space_id uuid;
    v_stored integer;
    v_done jsonb;
begin
    select array_agg(distinct @extschema:vector@.vector_dims((i.embedding)::@extschema:vector@.vector))
      into v_dimensions
      from jsonb_to_recordset(items) i (embedding text);
    if cardinality(v_dimensions) > 1 then
        raise exception using errcode = 'invalid_parameter_value', message = 'the embeddings have different dimensions';
    elsif exists (select from jsonb_to_recordset(items) i (embedding text)
                   where i.embedding is null or @extschema:vector@.vector_norm((i.embedding)::@extschema:vector@.vector) = 0) then
        raise exception using errcode = 'invalid_parameter_value', message = 'an embedding is missing or zero: it has no direction to compare';
    elsif v_dimensions is null then
        return 0;
    end if;
    v_space_id := prosa._active_space(p_tenant_id, store_embeddings.model, v_dimensions[1]);

    -- an item that left the queue meanwhile was removed by retention: it must not come back
    with done as (
        delete from prosa.embedding_queue q
         using jsonb_to_recordset(items) i (kind text, item_id uuid, enqueued_at timestamptz, space_id uuid)
         where q.tenant_id = p_tenant_id and q.kind = i.kind and q.item_id = i.item_id
           and q.space_key = coalesce(i.space_id, '00000000-0000-0000-0000-000000000000')
           -- nor one that changed while it was embedded: it is in the queue again
           and (i.enqueued_at is null or i.enqueued_at = q.enqueued_at)
        returning q.kind, q.item_id, q.item_created_at
    ), stored as (
        insert into prosa.embeddings as e (tenant_id, space_id, kind, item_id, item_created_at, embedding)
        select distinct on (d.kind, d.item_id) p_tenant_id, v_space_id, d.kind, d.item_id, d.item_created_at,
               (i.embedding)::@extschema:vector@.vector
          from done d
          join jsonb_to_recordset(items) i (kind text, item_id uuid, embedding text) on i.kind = d.kind and i.item_id = d.item_id
         order by d.kind, d.item_id
        on conflict on constraint embeddings_pkey do update set embedding = excluded.embedding
        returning 1
    )
    select (select count(*) from stored), jsonb_agg(to_jsonb(d)) into v_stored, v_done from done d;
    -- last: the sums of a tenant are one row, which nobody shall wait for while vectors are stored
    perform prosa._count_embedding_tokens(p_tenant_id, store_embeddings.model, items, v_done, store_embeddings.input_tokens);
    perform prosa._count_embedded(p_tenant_id, v_stored, 0);
    return v_stored;
end
$$;
comment on function prosa.store_embeddings(uuid, text, jsonb, bigint) is
'Stores what a worker has embedded and takes it from the queue; returns the number stored. All or none.
items: [{"kind": "message", "item_id": "…", "enqueued_at": "…", "embedding": "[0.1, …]"}, …] as claimed; with enqueued_at, an item that changed meanwhile stays in the queue.
input_tokens: what the endpoint counted for all items; or an item has its own "tokens". They are added to the consumption of today, of each message''s inbox and of this model, also for what is no longer in the queue.
Errors: 22023 when dimensions differ, a vector is zero, or it is not of the tenant''s space; 22P02, 22003 or 22000 not a vector.
Example: select prosa.store_embeddings(:tenant_id, ''bge-small-en-v1.5-q'', :items);';
