-- Batches of 1,000 messages over the 100 conversations of the first tenant, each to be recorded once.
create table bench.batches (number bigint primary key, messages jsonb not null);
alter table bench.batches alter column messages set storage external;
create sequence bench.next_figure;
create sequence bench.next_baseline;
insert into bench.batches
select b.number, (select jsonb_agg(jsonb_build_object('conversation_id', c.id, 'role', 'user', 'content', t.content, 'sender_name', t.sender,
                            'external_id', 'B' || b.number || '-' || i || '-' || md5(i::text), 'input_tokens', length(t.content) / 4))
                    from generate_series(1, 1000) i
                    join bench.conversations c on c.number = 1 + (i * 7 + b.number) % 100
                    join bench.texts t on t.number = 1 + i % 8)
  from generate_series(1, :batches) b (number);
grant select on bench.batches to prosa_bench_app;
grant usage on sequence bench.next_figure to prosa_bench_app;
vacuum analyze bench.batches;
