create or replace function prosa.embed(
    inputs text[],
    model text default null,
    timeout_ms integer default 10000,
    max_attempts integer default 3,
    retry_delay_ms integer default 500,
    throw_on_error boolean default true)
    returns table (ordinal integer, embedding @extschema:vector@.vector)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_answer jsonb;
begin
    begin
        v_answer := prosa._embed(prosa.current_tenant_id(), embed.inputs, embed.model, embed.timeout_ms, embed.max_attempts, embed.retry_delay_ms);
    exception when sqlstate '08000' or sqlstate '08001' or sqlstate '08004' or sqlstate '08006' or sqlstate '08P01' or sqlstate '53000' then
        if embed.throw_on_error then
            raise;
        end if;
        raise warning using errcode = sqlstate, message = sqlerrm;
        return;
    end;
    return query
    select e.ordinality::integer, (e.value)::@extschema:vector@.vector
      from jsonb_array_elements_text(v_answer -> 'embeddings') with ordinality e
     order by e.ordinality;
end
$$;
comment on function prosa.embed(text[], text, integer, integer, integer, boolean) is
'Embeds texts at the current tenant''s endpoint, or the platform''s where no tenant is set: one row each, ordinal from 1. Needs the Java routines.
model: another model of the endpoint. timeout_ms: total time of all attempts, 1 to 120000. max_attempts: 1 to 10. retry_delay_ms: first wait between attempts. throw_on_error: false returns no rows and a warning when the endpoint fails.
Errors: 0A000 no Java routines; 55000 no endpoint configured; 22023 empty input or bad option; 08001 no connection, or the endpoint has failed so often that it is left alone; 08004 refused by the endpoint; 08006 out of time or connection broken; 08P01 a malformed answer; 42501 its address may not be called (see egress_allowed_hosts); 53000 still rate limited after the last attempt, or too many calls at a time.
Example: select ordinal, embedding from prosa.embed(array[''olá'', ''bom dia'']);';

create or replace function prosa.embed(
    input text,
    model text default null,
    timeout_ms integer default 10000,
    max_attempts integer default 3,
    retry_delay_ms integer default 500,
    throw_on_error boolean default true)
    returns @extschema:vector@.vector
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return (select e.embedding
              from prosa.embed(array[embed.input], embed.model, embed.timeout_ms, embed.max_attempts, embed.retry_delay_ms,
                               embed.throw_on_error) e);
end
$$;
comment on function prosa.embed(text, text, integer, integer, integer, boolean) is
'Embeds one text; null when throw_on_error is false and the endpoint fails. Parameters and errors as embed(text[]).
Example: select prosa.embed(''olá'');';
