-- Retention of one expired month of :rows messages, each in the ledger, every tenth embedded, every tenth waiting in the queue.
-- psql -v rows=100000 -f retention.sql; prints rows, ms until nobody sees the messages, ms of the sweep, ms of the drop.
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;
set timezone = 'UTC';
\o /dev/null
select prosa.create_tenant('Retention', 'starter', 'retention-' || left(gen_random_uuid()::text, 8)) as tenant \gset
begin;
select prosa.set_tenant(:'tenant');
select prosa.create_inbox('one') as inbox \gset
select prosa.get_or_create_conversation(:'inbox', prosa.get_or_create_contact('5500000' || lpad(n::text, 6, '0'))) from generate_series(1, 1000) n;
insert into prosa.embedding_spaces (tenant_id, model, dimensions) values (:'tenant', 'bench', 3) returning id as space \gset
-- a message of the month in the ordinary way, so that the month is made
select prosa.record_message((select id from prosa.conversations where tenant_id = :'tenant' limit 1), 'user', 'first', 'first',
                            date_trunc('month', now()) - interval '3 months');
commit;
select prosa.refresh_consumption_summary();
select prosa.run_maintenance();
set session_replication_role = replica;
insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content, external_id, search_text, is_posted)
select :'tenant', x.at, prosa._uuid_v7(x.at), c.id, c.inbox_id, c.contact_id, x.n, 'user', x.text, 'E' || x.n, to_tsvector('simple', x.text), true
  from (select n, date_trunc('month', now()) - interval '3 months' + n * (interval '28 days' / :rows) as at,
               format('Bom dia, quanto custa o clareamento %s? %s', n, repeat(md5(n::text) || ' ', 3)) as text
          from generate_series(1, :rows - 1) n) x
  join (select c.*, row_number() over (order by c.id) as place from prosa.conversations c where c.tenant_id = :'tenant') c on c.place = 1 + x.n % 1000;
insert into prosa.message_ledger (tenant_id, inbox_id, external_id, message_id, created_at)
select m.tenant_id, m.inbox_id, m.external_id, m.id, m.created_at from prosa.messages m where m.tenant_id = :'tenant' and m.external_id like 'E%';
insert into prosa.embeddings (tenant_id, space_id, kind, item_id, item_created_at, embedding)
select m.tenant_id, :'space', 'message', m.id, m.created_at, '[1,2,3]' from prosa.messages m where m.tenant_id = :'tenant' and m.message_index % 10 = 0;
insert into prosa.embedding_queue (tenant_id, kind, item_id, item_created_at)
select m.tenant_id, 'message', m.id, m.created_at from prosa.messages m where m.tenant_id = :'tenant' and m.message_index % 10 = 1 on conflict do nothing;
set session_replication_role = origin;
vacuum analyze prosa.messages, prosa.message_ledger, prosa.embeddings, prosa.embedding_queue;
checkpoint;

create temporary table took (step text, ms numeric);
create procedure pg_temp.retention() language plpgsql as $$
declare
    v_state jsonb;
    v_step text := 'settle';
    v_start timestamptz;
begin
    while v_step <> 'delete' loop
        v_start := clock_timestamp();
        v_state := prosa._enforce_retention(v_state, 5000);
        commit;
        insert into took values (v_step, extract(epoch from clock_timestamp() - v_start) * 1000);
        v_step := v_state ->> 'step';
    end loop;
end
$$;
call pg_temp.retention();
\o
\pset format unaligned
\pset tuples_only on
select :rows, round(sum(ms) filter (where step = 'detach'), 1), round(sum(ms) filter (where step = 'sweep'), 1),
       round(sum(ms) filter (where step = 'drop'), 1), round(max(ms) filter (where step = 'sweep'), 1),
       (select count(*) from prosa.messages where tenant_id = :'tenant') + (select count(*) from prosa.message_ledger where tenant_id = :'tenant') as left
  from took;
