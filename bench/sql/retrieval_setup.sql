-- What bench/retrieval reads and measures.
create schema bench;
create table bench.turn_lines (line jsonb not null);
create table bench.question_lines (line jsonb not null);
create table bench.vector_lines (line jsonb not null);
create table bench.vectors (hash text primary key, embedding text not null);
create table bench.tenants (number integer primary key, id uuid not null, turns integer not null);
create table bench.questions (tenant_number integer not null, number integer not null, text text not null, category integer not null,
    evidence text[] not null, embedding vector, primary key (tenant_number, number));
create table bench.items (tenant_id uuid not null, kind text not null, item_id uuid not null, text text not null, enqueued_at timestamptz);
-- what has to be embedded and not in the cache, 64 texts a batch
create view bench.missing as
select t.text, (row_number() over (order by t.text) - 1) / 64 as batch
  from (select i.text from bench.items i union select q.text from bench.questions q) t
 where not exists (select from bench.vectors v where v.hash = md5(t.text));
