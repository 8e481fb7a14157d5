create table prosa.memory_chunks (
    tenant_id uuid not null,
    id uuid not null,
    contact_id uuid,
    kind text not null,
    natural_key text not null,
    content text not null,
    metadata jsonb not null default '{}',
    search_text tsvector not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint memory_chunks_pkey primary key (tenant_id, id),
    constraint memory_chunks_natural_key unique nulls not distinct (tenant_id, contact_id, kind, natural_key),
    constraint memory_chunks_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint memory_chunks_contact_id_fkey foreign key (tenant_id, contact_id)
        references prosa.contacts (tenant_id, id) on delete cascade,
    constraint memory_chunks_kind_check check (kind ~ '^[a-z][a-z0-9_]{0,31}$'),
    constraint memory_chunks_content_check check (length(btrim(content)) > 0),
    constraint memory_chunks_metadata_check check (jsonb_typeof(metadata) = 'object')
);
create index memory_chunks_search_text_idx on prosa.memory_chunks using gin (search_text);
comment on table prosa.memory_chunks is 'What assistants remember: notes, events, tasks and messages about a contact, or about the tenant where contact_id is null.';
comment on column prosa.memory_chunks.natural_key is 'metadata->>''key'' where given, else the SHA-256 of the content: what upsert_memory() recognises a memory by.';

create view prosa.embedding_coverage with (security_invoker = true) as
select t.id as tenant_id, s.id as space_id, s.model, i.kind, i.items, i.embedded, q.queued, q.given_up,
       round(100.0 * i.embedded / nullif(i.items, 0), 1) as percent
  from prosa.tenants t
  left join prosa.embedding_spaces s on s.tenant_id = t.id and s.status = 'active'
 cross join lateral (
        select 'message' as kind, count(*) as items, count(e.item_id) as embedded
          from prosa.messages m
          left join prosa.embeddings e on e.tenant_id = m.tenant_id and e.kind = 'message' and e.item_id = m.id
                                      and e.space_id = s.id and e.segment_id = s.segment_id
         where m.tenant_id = t.id and m.role in ('user', 'assistant', 'operator') and m.deleted_at is null and m.content ~ '[[:alnum:]]'
        union all
        select 'memory' as kind, count(*) as items, count(e.item_id) as embedded
          from prosa.memory_chunks c
          left join prosa.embeddings e on e.tenant_id = c.tenant_id and e.kind = 'memory' and e.item_id = c.id
                                      and e.space_id = s.id and e.segment_id = s.segment_id
         where c.tenant_id = t.id) i
 cross join lateral (
        select count(*) filter (where x.failed_at is null) as queued, count(x.failed_at) as given_up
          from prosa.embedding_queue x where x.tenant_id = t.id and x.kind = i.kind) q;
comment on view prosa.embedding_coverage is
'How much of what should have a vector has one in the tenant''s active space, a row a tenant and kind. items: messages of people and of the machine that hold a word and were not deleted, and memories. queued, given_up: what embedding_queue holds of them. Counts every message of every tenant it is asked about.';

create view prosa.embedding_index_health with (security_invoker = true) as
select s.tenant_id, s.id as space_id, s.model, s.dimensions, s.distance, s.status, p.relname::text as partition, x.relname::text as index_name,
       i.indisvalid as is_valid, greatest(p.reltuples, 0)::bigint as vectors,
       pg_table_size(p.oid) as table_bytes, pg_relation_size(x.oid) as index_bytes,
       round(greatest(0, 100 * (1 - e.bytes / nullif(pg_relation_size(x.oid), 0)))::numeric, 1) as bloat_percent,
       round(100.0 * u.n_dead_tup / nullif(u.n_dead_tup + u.n_live_tup, 0), 1) as dead_percent,
       greatest(u.last_vacuum, u.last_autovacuum) as vacuumed_at,
       case when m.switched_at is null then m.built_at end as moving_since
  from prosa.embedding_spaces s
  join pg_class p on p.relnamespace = 'prosa'::regnamespace and p.relname = prosa._segment_table(s.segment_id)
  left join pg_index i on i.indrelid = p.oid and i.indexprs is not null
  left join pg_class x on x.oid = i.indexrelid
  left join pg_stat_all_tables u on u.relid = p.oid
  left join prosa.embedding_moves m on m.tenant_id = s.tenant_id and m.space_id = s.id
 -- what pgvector writes of an element: its vector in half precision, and a place for each neighbour; two pages where both do not fit into one
 cross join lateral (select greatest(p.reltuples, 0) * 8192 / greatest(0.5, floor(8150 / (96 + 2 * s.dimensions + 6 * 2.1 * 24)))) e (bytes)
 where s.placement = 'own';
comment on view prosa.embedding_index_health is
'The spaces that have a partition and an HNSW index of their own, and the state of these. vectors: as last analyzed. bloat_percent: how much larger the index is than one of so many vectors is when it is made, an estimate. dead_percent: rows that VACUUM has not yet removed. moving_since: a new index is built and waits to be switched to. How well the index finds, probe_embedding_recall() measures; reindex_embeddings() makes it anew.';
