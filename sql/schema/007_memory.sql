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
    constraint memory_chunks_metadata_check check (jsonb_typeof(metadata) = 'object'),
    constraint memory_chunks_importance_check check (importance between 0 and 1)
);
create index memory_chunks_search_text_idx on prosa.memory_chunks using gin (search_text);
comment on table prosa.memory_chunks is 'What assistants remember: notes, events, tasks and messages about a contact, or about the tenant where contact_id is null.';
comment on column prosa.memory_chunks.importance is '0 to 1: what hybrid_search() may weigh.';
comment on column prosa.memory_chunks.expires_at is 'From then on it is not found any more.';
comment on column prosa.memory_chunks.first_index is 'A window of turns: message_index of its first one in conversation_id; last_index of its last.';
comment on column prosa.memory_chunks.natural_key is 'metadata->>''key'' where given, else the SHA-256 of the content: what upsert_memory() recognises a memory by.';
