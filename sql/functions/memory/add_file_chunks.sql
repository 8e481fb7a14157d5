create or replace function prosa.add_file_chunks(file_id uuid, chunks jsonb)
    returns integer
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return prosa._add_file_chunks(v_tenant_id, add_file_chunks.file_id, add_file_chunks.chunks, false);
end
$$;
comment on function prosa.add_file_chunks(uuid, jsonb) is
'Adds text that you have split yourself to a file of the current tenant, and queues it for embedding; a chunk of the same page and char_offset is replaced. The file is ready then. Returns the number of chunks given.
chunks: [{"page": 1, "char_offset": 0, "content": "…", "metadata": {…}}, …], up to 20,000; page from 1, char_offset in characters from 0, metadata optional. Keep a chunk to what the embedding model reads, some 1,500 characters.
Errors: 42501 no tenant set; P0002 no such file; 22023 not an array, too many, or two of one place; 23502 or 23514 no content, page or offset; 22P02 not a number.
Example: select prosa.add_file_chunks(:file_id, ''[{"page": 1, "char_offset": 0, "content": "Limpeza: R$ 180"}]'');';
