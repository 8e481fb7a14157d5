create or replace function prosa.upsert_memory(
    contact_id uuid,
    kind text,
    content text,
    metadata jsonb default '{}',
    importance real default null,
    expires_at timestamptz default null)
    returns uuid
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return prosa._upsert_memory(v_tenant_id, upsert_memory.contact_id, upsert_memory.kind, upsert_memory.content, upsert_memory.metadata,
                                upsert_memory.importance, upsert_memory.expires_at);
end
$$;
comment on function prosa.upsert_memory(uuid, text, text, jsonb, real, timestamptz) is
'Remembers something for the current tenant and returns its id. The same memory (kind and contact, and metadata''s "key" or else the same content) is updated rather than added. It is queued for embedding when its content is new; until that is done it is found by words alone.
contact_id: whom it is about; null for the tenant itself. kind: note, event, task, msg or a word of the tenant''s. metadata: a JSON object. importance: 0 to 1; null is 0.5 for a new memory and leaves an old one''s as it was. expires_at: from when on it is found no more; null, also for a memory that had one, is never.
Errors: 42501 no tenant set; 23503 no such contact of the tenant; 23514 empty content, bad kind, metadata or importance.
Example: select prosa.upsert_memory(:contact_id, ''note'', ''Prefere consultas de manhã'', ''{"key": "horario"}'');
Example: select prosa.upsert_memory(:contact_id, ''event'', ''Viaja até domingo'', importance => 0.8, expires_at => now() + interval ''4 days'');';
