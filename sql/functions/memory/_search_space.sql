create or replace function prosa._search_space(
    p_tenant_id uuid, p_embedding @extschema:vector@.vector, p_limit integer, p_space_id uuid default null)
    returns uuid
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_dimensions constant integer := @extschema:vector@.vector_dims(p_embedding);
    v_space record;
    v_previous_id uuid;
begin
    if p_limit is null or p_limit not between 1 and 1000 then
        raise exception using errcode = 'invalid_parameter_value', message = 'p_limit must be between 1 and 1000';
    elsif p_embedding is null then
        raise exception using errcode = 'invalid_parameter_value', message = 'a search needs the embedding of its query';
    elsif @extschema:vector@.vector_norm(p_embedding) = 0 then
        raise exception using errcode = 'invalid_parameter_value', message = 'a zero vector has no direction to compare';
    end if;
    -- the one that was active when the query was embedded may have been replaced or dropped since
    if p_space_id is not null then
        select s.id, s.dimensions into v_space from prosa.embedding_spaces s
         where s.tenant_id = p_tenant_id and s.id = p_space_id and s.status in ('active', 'retired');
    end if;
    if not found then
        select s.id, s.dimensions into v_space from prosa.embedding_spaces s
         where s.tenant_id = p_tenant_id and s.status = 'active';
    end if;
    if v_space.dimensions <> v_dimensions then
        -- likewise where the caller embedded it: it finds what it would have found just before the switch
        select s.id into v_previous_id from prosa.embedding_spaces s
         where s.tenant_id = p_tenant_id and s.status = 'retired' and s.dimensions = v_dimensions
           and s.retired_at > now() - interval '5 minutes'
         order by s.retired_at desc limit 1;
        if v_previous_id is null then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = format('the query has %s dimensions, the tenant''s embeddings have %s', v_dimensions, v_space.dimensions),
                hint = 'Embed the query with the model of the tenant''s active row in prosa.embedding_spaces.';
        end if;
        return v_previous_id;
    end if;
    return v_space.id;
end
$$;
comment on function prosa._search_space(uuid, @extschema:vector@.vector, integer, uuid) is
'The space in which a tenant searches with an embedding: the active one; null while nothing is embedded. p_space_id: the one that was active when the query was embedded, for which it is good, though another has replaced it meanwhile. For five minutes after a switch an embedding that has the dimensions of the space before, and not those of the new one, finds what is in that. 22023 when embedding or limit are not valid.';
