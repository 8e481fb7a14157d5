create or replace function prosa.claim_embeddings(batch_size integer default 64, lease interval default '2 minutes')
    returns table (tenant_id uuid, kind text, item_id uuid, item_created_at timestamptz, content text, provider jsonb,
                   enqueued_at timestamptz, space_id uuid)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenant_id uuid;
    v_provider jsonb;
    v_space_id uuid;
    v_claimed boolean := false;
begin
    if batch_size not between 1 and 2048 or lease < interval '1 second' then
        raise exception using errcode = 'invalid_parameter_value', message = 'batch_size must be 1 to 2048 and lease at least a second';
    end if;
    perform prosa._settle_messages();
    perform prosa._fill_spaces();
    -- The tenants with work, by hopping along the index, in random order: a large tenant does not starve a small one.
    for v_tenant_id in
        with recursive tenant (id) as (
            (select q.tenant_id from prosa.embedding_queue q where q.failed_at is null order by q.tenant_id limit 1)
            union all
            select (select q.tenant_id from prosa.embedding_queue q
                     where q.tenant_id > t.id and q.failed_at is null order by q.tenant_id limit 1)
              from tenant t where t.id is not null
        )
        select t.id from tenant t where t.id is not null order by random()
    loop
        -- one space a claim, for one call of one endpoint: the active one (null: there is none yet), then the one that is being filled
        foreach v_space_id in array array(
            select prosa._active_space(v_tenant_id)
            union all select s.id from prosa.embedding_spaces s where s.tenant_id = v_tenant_id and s.status = 'filling') loop
            v_provider := prosa._provider_config(v_tenant_id, 'embedding', false, v_space_id);
            continue when v_provider is null;
            for tenant_id, kind, item_id, item_created_at, provider, enqueued_at, space_id in
                -- materialized: joined as it stands, the limit could be taken more than once
                with due as materialized (
                    select w.kind, w.item_id, w.space_id from prosa.embedding_queue w
                     where w.tenant_id = v_tenant_id and w.failed_at is null and w.available_at <= clock_timestamp()
                       and coalesce(w.space_id, prosa._active_space(v_tenant_id)) is not distinct from v_space_id
                     order by w.priority, w.available_at limit batch_size
                       for update skip locked)
                update prosa.embedding_queue q set available_at = clock_timestamp() + lease, attempts = q.attempts + 1
                  from due d
                 where q.tenant_id = v_tenant_id and q.kind = d.kind and q.item_id = d.item_id and q.space_id is not distinct from d.space_id
                returning q.tenant_id, q.kind, q.item_id, q.item_created_at, v_provider, q.enqueued_at, v_space_id
            loop
                content := prosa._embedding_input(tenant_id, kind, item_id, item_created_at);
                if content is null then
                    delete from prosa.embedding_queue q where q.tenant_id = v_tenant_id and q.kind = claim_embeddings.kind and q.item_id = claim_embeddings.item_id;
                else
                    v_claimed := true;
                    return next;
                end if;
            end loop;
            exit when v_claimed;
        end loop;
        if v_claimed then
            return;
        end if;
    end loop;
end
$$;
comment on function prosa.claim_embeddings(integer, interval) is
'Takes up to batch_size due items of one tenant from the queue for the time of the lease: commit, embed content at provider, then call store_embeddings() or fail_embeddings(). What is neither stored nor failed comes back when the lease ends. No rows: nothing is due. All are for one space, whose id goes with each item to store_embeddings() and fail_embeddings(). Concurrent callers get different items; items of a tenant without an endpoint stay where they are.
Errors: 22023 bad parameter.
Example: select * from prosa.claim_embeddings(64);';
