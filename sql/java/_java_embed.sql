create function prosa._java_embed(request text)
    returns text
    language java volatile parallel unsafe strict security invoker
    as 'dev.prosa.routine.Routines.embed';
comment on function prosa._java_embed(text) is
'Calls an embedding endpoint. Request and answer are JSON; see prosa.embed().';
revoke all on function prosa._java_embed(text) from public;
grant execute on function prosa._java_embed(text) to prosa_owner;
