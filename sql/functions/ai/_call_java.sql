create or replace function prosa._call_java(p_routine text, p_request jsonb)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_answer text;
    v_code text;
    v_message text;
begin
    execute format('select prosa.%I($1)', p_routine) into v_answer using p_request::text;
    return v_answer::jsonb;
exception when others then
    get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
    -- PL/Java puts the exception's class before its message
    raise exception using errcode = v_code, message = regexp_replace(v_message, '^java\.sql\.SQLException: ', '');
end
$$;
comment on function prosa._call_java(text, jsonb) is
'Calls a Java routine with a JSON request and returns its JSON answer; errors keep their SQLSTATE.';
