create or replace function prosa._embed_query(
    p_tenant_id uuid, query text, throw_on_error boolean default true, out space_id uuid, out embedding @extschema:vector@.vector)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    space_id := prosa._active_space(p_tenant_id);
    embedding := (prosa._embed(p_tenant_id, array[query], null, 10000, 3, 500, space_id) #>> '{embeddings,0}')::@extschema:vector@.vector;
exception when sqlstate '08000' or sqlstate '08001' or sqlstate '08004' or sqlstate '08006' or sqlstate '08P01' or sqlstate '53000' then
    if throw_on_error then
        raise;
    end if;
    raise warning using errcode = sqlstate, message = sqlerrm;
end
$$;
comment on function prosa._embed_query(uuid, text, boolean) is
'Embeds a query for the space that is active now, and says which that is: the search goes there, though another may replace it while the endpoint is waited for. Errors as embed(); with throw_on_error false, a warning and no embedding when the endpoint fails.';
