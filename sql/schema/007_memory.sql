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
    constraint memory_progress_pkey primary key (tenant_id, conversation_id),
    constraint memory_progress_conversation_id_fkey foreign key (tenant_id, conversation_id)
        references prosa.conversations (tenant_id, id) on delete cascade
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
create index memory_progress_due_at_idx on prosa.memory_progress (due_at) where due_at is not null;
comment on table prosa.memory_progress is 'How far process_memory_windows() has come in each conversation with messages to remember.';
comment on column prosa.memory_progress.first_index is 'message_index of the first message to remember: what came before the tenant wanted windows is not.';
comment on column prosa.memory_progress.next_index is 'message_index at which the next window begins.';
comment on column prosa.memory_progress.since is 'No message from next_index on was sent before, but for some that wait in the outbox.';
comment on column prosa.memory_progress.due_at is 'When to look for turns that no window covers yet; null while there are none.';
