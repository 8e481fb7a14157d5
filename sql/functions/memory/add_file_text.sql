create or replace function prosa.add_file_text(file_id uuid, pages text[], chunk_size integer default 1000, overlap integer default 150)
    returns integer
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return prosa._add_file_text(v_tenant_id, add_file_text.file_id, add_file_text.pages, add_file_text.chunk_size, add_file_text.overlap);
end
$$;
comment on function prosa.add_file_text(uuid, text[], integer, integer) is
'Gives a file of the current tenant its text, page by page, instead of what it had: splits it into chunks that end with a paragraph, a sentence or at least a word, each with its page and where on the page it begins, and queues those that are new for embedding. The file is ready then. Returns the number of chunks.
pages: the text of each page in order, up to 10,000,000 characters together; a file without pages is one. chunk_size: characters of a chunk at most, 200 to 8000. overlap: characters that a chunk may repeat of the one before, up to a third of chunk_size.
Errors: 42501 no tenant set; P0002 no such file; 22023 a parameter out of range, or more than 20,000 chunks.
Example: select prosa.add_file_text(:file_id, array[''Tabela de preços'', ''Limpeza: R$ 180'']);';
