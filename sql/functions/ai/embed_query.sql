create or replace function prosa.embed_query(
    query text, throw_on_error boolean default true, out space_id uuid, out embedding @extschema:vector@.vector)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id constant uuid := prosa._require_tenant();
begin
    space_id := prosa._active_space(v_tenant_id);
    embedding := (prosa._embed(v_tenant_id, array[query], null, 10000, 3, 500, space_id) #>> '{embeddings,0}')::@extschema:vector@.vector;
exception when sqlstate '08000' or sqlstate '08001' or sqlstate '08004' or sqlstate '08006' or sqlstate '08P01' or sqlstate '53000' then
    if throw_on_error then
        raise;
    end if;
    raise warning using errcode = sqlstate, message = sqlerrm;
end
$$;
comment on function prosa.embed_query(text, boolean) is
'Embeds a query of the current tenant for the space that is active now, and says which that is: a search that is given both goes there, though another may replace it while the endpoint is waited for. throw_on_error: false gives no embedding and a warning when the endpoint fails.
Result: space_id: for p_space_id of the searches; null before the tenant''s first embedding.
Errors: 42501 no tenant set; those of embed().
Example: select s.text, s.similarity_score from prosa.embed_query(''preço da limpeza'') q, prosa.semantic_search(prosa.current_tenant_id(), q.embedding, 5, 0.5, p_space_id => q.space_id) s;';
