create or replace function prosa._search_space(p_tenant_id uuid, p_embedding @extschema:vector@.vector, p_limit integer)
    returns uuid
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_space record;
begin
    if p_limit is null or p_limit not between 1 and 1000 then
        raise exception using errcode = 'invalid_parameter_value', message = 'p_limit must be between 1 and 1000';
    elsif p_embedding is null then
        raise exception using errcode = 'invalid_parameter_value', message = 'a search needs the embedding of its query';
    elsif @extschema:vector@.vector_norm(p_embedding) = 0 then
        raise exception using errcode = 'invalid_parameter_value', message = 'a zero vector has no direction to compare';
    end if;
    select s.id, s.dimensions into v_space from prosa.embedding_spaces s
     where s.tenant_id = p_tenant_id and s.status = 'active';
    if v_space.dimensions <> @extschema:vector@.vector_dims(p_embedding) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('the query has %s dimensions, the tenant''s embeddings have %s',
                             @extschema:vector@.vector_dims(p_embedding), v_space.dimensions),
            hint = 'Embed the query with the model of the tenant''s active row in prosa.embedding_spaces.';
    end if;
    return v_space.id;
end
$$;
comment on function prosa._search_space(uuid, @extschema:vector@.vector, integer) is
'The space in which a tenant searches with an embedding; null while nothing is embedded. 22023 when embedding or limit are not valid.';
