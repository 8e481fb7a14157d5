create or replace function prosa._call_java(p_routine text, p_request jsonb)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_answer text;
begin
    execute format('select prosa.%I($1)', p_routine) into v_answer using p_request::text;
    return v_answer::jsonb;
end
$$;
comment on function prosa._call_java(text, jsonb) is
'Calls a Java routine with a JSON request and returns its JSON answer.';
