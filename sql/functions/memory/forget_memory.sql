create or replace function prosa.forget_memory(
    memory_id uuid default null,
    contact_id uuid default null,
    kind text default null,
    natural_key text default null,
    before timestamptz default null)
    returns bigint
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return prosa._forget_memory(v_tenant_id, forget_memory.memory_id, forget_memory.contact_id, forget_memory.kind,
                                forget_memory.natural_key, forget_memory.before);
end
$$;
comment on function prosa.forget_memory(uuid, uuid, text, text, timestamptz) is
'Forgets memories of the current tenant, with their embeddings and queue entries, and returns how many. All conditions that are given must hold; at least one must be.
memory_id: this one. contact_id: about this contact. kind: of this kind. natural_key: metadata''s "key" when it was remembered, else the SHA-256 of its content. before: remembered before then, or, of windows of turns, said before then.
Windows of turns (kind msg) and the text of files (kind file) are forgotten like all others; the messages stay, and so does the file: see delete_message() and delete_client_file().
Errors: 42501 no tenant set; 22023 no condition.
Example: select prosa.forget_memory(:memory_id);
Example: select prosa.forget_memory(contact_id => :contact_id, kind => ''event'', before => now() - interval ''1 year'');';
