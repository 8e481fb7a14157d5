-- 50,000 items flow through the queue in batches of 64, one tenant with 40,000 of them and ten with 1,000 each; what each claim
-- took is kept.
create table if not exists bench.claims (run text not null, number integer not null, claim_ms float8 not null, store_ms float8 not null);
create or replace procedure bench.flow(p_run text) language plpgsql as $$
declare
    v_start timestamptz;
    v_claim_ms float8;
    v_claim record;
    v_number integer := 0;
begin
    loop
        v_start := clock_timestamp();
        select jsonb_agg(jsonb_build_object('kind', c.kind, 'item_id', c.item_id, 'enqueued_at', c.enqueued_at, 'embedding', '[1,2,3]')) as items,
               min(c.tenant_id::text)::uuid as tenant_id
          into v_claim from prosa.claim_embeddings(64) c;
        v_claim_ms := extract(epoch from clock_timestamp() - v_start) * 1000;
        commit;
        exit when v_claim.items is null;
        v_start := clock_timestamp();
        perform prosa.store_embeddings(v_claim.tenant_id, 'bench', v_claim.items);
        v_number := v_number + 1;
        insert into bench.claims values (p_run, v_number, v_claim_ms, extract(epoch from clock_timestamp() - v_start) * 1000);
        commit;
    end loop;
end
$$;
select pg_stat_reset_single_table_counters('prosa.embedding_queue'::regclass);
truncate prosa.embeddings, prosa.embedding_queue, prosa.embedding_turns;
delete from prosa.embedding_spaces;
delete from prosa.message_outbox;
select prosa.set_config_value('embedding_provider', '{"protocol": "mock", "model": "bench", "dimensions": 3}');
with made as (
    insert into prosa.memory_chunks (tenant_id, id, kind, natural_key, content, search_text)
    select t.id, prosa._uuid_v7(clock_timestamp()), 'note', gen_random_uuid()::text, 'note ' || i, ''
      from bench.tenants t cross join lateral generate_series(1, case t.number when 1 then 40000 else 1000 end) i
    returning tenant_id, id, created_at)
insert into prosa.embedding_queue (tenant_id, kind, item_id, item_created_at) select m.tenant_id, 'memory', m.id, m.created_at from made m;
analyze prosa.memory_chunks;
