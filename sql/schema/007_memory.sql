create table prosa.client_files (
    tenant_id uuid not null,
    id uuid not null,
    contact_id uuid,
    name text not null,
    media_type text,
    size bigint,
    sha256 text not null,
    url text,
    page_count integer,
    metadata jsonb not null default '{}',
    status text not null default 'waiting',
    expires_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint client_files_pkey primary key (tenant_id, id),
    constraint client_files_sha256_key unique (tenant_id, sha256),
    constraint client_files_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint client_files_contact_id_fkey foreign key (tenant_id, contact_id)
        references prosa.contacts (tenant_id, id) on delete cascade,
    constraint client_files_name_check check (length(btrim(name)) between 1 and 1000),
    constraint client_files_size_check check (size >= 0),
    constraint client_files_sha256_check check (sha256 ~ '^[0-9a-f]{64}$'),
    constraint client_files_page_count_check check (page_count >= 0),
    constraint client_files_metadata_check check (jsonb_typeof(metadata) = 'object'),
    constraint client_files_status_check check (status in ('waiting', 'ready'))
);
create index client_files_contact_id_idx on prosa.client_files (tenant_id, contact_id);
create index client_files_expires_at_idx on prosa.client_files (tenant_id, expires_at) where expires_at is not null;
comment on table prosa.client_files is 'Files of a tenant or of one of its contacts, each once by its hash. The bytes stay where url says; the text is in memory_chunks, kind file.';
comment on column prosa.client_files.size is 'Bytes.';
comment on column prosa.client_files.sha256 is 'SHA-256 of the bytes, 64 hexadecimal digits in lower case: what a second upload is recognised by.';
comment on column prosa.client_files.url is 'Where the bytes are: an address, or the key in an object store.';
comment on column prosa.client_files.status is 'waiting (for its text) or ready (to be found).';
comment on column prosa.client_files.expires_at is 'When it is forgotten, with its text; null for never.';

create table prosa.memory_chunks (
    tenant_id uuid not null,
    id uuid not null,
    contact_id uuid,
    kind text not null,
    natural_key text not null,
    content text not null,
    metadata jsonb not null default '{}',
    importance real not null default 0.5,
    expires_at timestamptz,
    conversation_id uuid,
    first_index bigint,
    last_index bigint,
    last_at timestamptz,
    file_id uuid,
    page integer,
    char_offset integer,
    search_text tsvector not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint memory_chunks_pkey primary key (tenant_id, id),
    constraint memory_chunks_natural_key unique nulls not distinct (tenant_id, contact_id, kind, natural_key),
    constraint memory_chunks_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint memory_chunks_contact_id_fkey foreign key (tenant_id, contact_id)
        references prosa.contacts (tenant_id, id) on delete cascade,
    constraint memory_chunks_conversation_id_fkey foreign key (tenant_id, conversation_id)
        references prosa.conversations (tenant_id, id) on delete cascade,
    constraint memory_chunks_file_id_fkey foreign key (tenant_id, file_id)
        references prosa.client_files (tenant_id, id) on delete cascade,
    constraint memory_chunks_kind_check check (kind ~ '^[a-z][a-z0-9_]{0,31}$'),
    constraint memory_chunks_content_check check (length(btrim(content)) > 0),
    constraint memory_chunks_metadata_check check (jsonb_typeof(metadata) = 'object'),
    constraint memory_chunks_importance_check check (importance between 0 and 1),
    constraint memory_chunks_window_check check (
        num_nulls(conversation_id, first_index, last_index, last_at) in (0, 4)
        and (conversation_id is null or kind = 'msg' and first_index between 1 and last_index)),
    constraint memory_chunks_file_check check (
        num_nulls(file_id, page, char_offset) in (0, 3) and (file_id is null or kind = 'file' and page >= 1 and char_offset >= 0))
);
create index memory_chunks_search_text_idx on prosa.memory_chunks using gin (search_text);
create index memory_chunks_metadata_idx on prosa.memory_chunks using gin (metadata jsonb_path_ops) where metadata <> '{}';
create index memory_chunks_kind_idx on prosa.memory_chunks (tenant_id, kind, created_at);
create index memory_chunks_created_at_idx on prosa.memory_chunks (tenant_id, created_at);
create index memory_chunks_expires_at_idx on prosa.memory_chunks (tenant_id, expires_at) where expires_at is not null;
create index memory_chunks_window_idx on prosa.memory_chunks (tenant_id, conversation_id, first_index);
create index memory_chunks_file_id_idx on prosa.memory_chunks (tenant_id, file_id, page, char_offset);
comment on table prosa.memory_chunks is
'What assistants remember: notes, events, tasks and messages about a contact, or about the tenant where contact_id is null; windows of turns that process_memory_windows() makes of conversations; and the text of files.';
comment on column prosa.memory_chunks.natural_key is 'metadata->>''key'' where given, else the SHA-256 of the content: what upsert_memory() recognises a memory by. Of a window the conversation and its first index; of a file''s text the file, page and offset.';
comment on column prosa.memory_chunks.importance is '0 to 1.';
comment on column prosa.memory_chunks.expires_at is 'From when on no search finds it; retention removes it.';
comment on column prosa.memory_chunks.conversation_id is 'Of a window of turns (kind msg): the conversation. With first_index, last_index and last_at.';
comment on column prosa.memory_chunks.first_index is 'message_index of the window''s first turn.';
comment on column prosa.memory_chunks.last_index is 'message_index of its last turn.';
comment on column prosa.memory_chunks.last_at is 'created_at of its latest turn.';
comment on column prosa.memory_chunks.file_id is 'Of a file''s text (kind file): the file. With page and char_offset.';
comment on column prosa.memory_chunks.page is 'The page, from 1.';
comment on column prosa.memory_chunks.char_offset is 'Where the text begins on its page, in characters from 0.';
comment on column prosa.memory_chunks.search_text is 'Lexemes; of a window none, since its messages have theirs.';
comment on column prosa.memory_chunks.created_at is 'When it was first remembered; of a window when the earliest of its turns was sent.';

create trigger memory_chunks_forget after delete on prosa.memory_chunks
    referencing old table as gone for each statement execute function prosa._forget_companions();
comment on trigger memory_chunks_forget on prosa.memory_chunks is 'A memory''s queue entry and embeddings go with it, whatever removes it.';

create table prosa.memory_progress (
    tenant_id uuid not null,
    conversation_id uuid not null,
    first_index bigint not null,
    next_index bigint not null,
    since timestamptz not null,
    due_at timestamptz,
    last_error text,
    constraint memory_progress_pkey primary key (tenant_id, conversation_id),
    constraint memory_progress_conversation_id_fkey foreign key (tenant_id, conversation_id)
        references prosa.conversations (tenant_id, id) on delete cascade
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
create index memory_progress_due_at_idx on prosa.memory_progress (due_at) where due_at is not null;
create index memory_progress_last_error_idx on prosa.memory_progress (tenant_id) where last_error is not null;
comment on table prosa.memory_progress is 'How far process_memory_windows() has come in each conversation with messages to remember.';
comment on column prosa.memory_progress.first_index is 'message_index of the first message to remember: what came before the tenant wanted windows is not.';
comment on column prosa.memory_progress.next_index is 'message_index at which the next window begins.';
comment on column prosa.memory_progress.since is 'No message from next_index on was sent before, but for some that wait in the outbox.';
comment on column prosa.memory_progress.due_at is 'When to look for turns that no window covers yet; null while there are none.';
comment on column prosa.memory_progress.last_error is 'Why its windows could not be made the last time; they are tried again at due_at.';

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
'How much of what should have a vector has one in the tenant''s active space, a row a tenant and kind. items: messages of people and of the machine that hold a word and were not deleted, and memories that have not expired. queued, given_up: what embedding_queue holds of them. Counts every message of every tenant it is asked about.';

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
