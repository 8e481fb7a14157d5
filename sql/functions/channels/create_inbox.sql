create or replace function prosa.create_inbox(
    name text,
    channel text default 'evolution',
    is_default boolean default false,
    config jsonb default '{}')
    returns uuid
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return prosa._create_inbox(v_tenant_id, create_inbox.name, create_inbox.channel, create_inbox.is_default, create_inbox.config);
end
$$;
comment on function prosa.create_inbox(text, text, boolean, jsonb) is
'Creates an inbox of the current tenant and returns its id.
name: the instance''s name at the provider. channel: evolution (WhatsApp through Evolution API) or api. is_default: makes it the tenant''s default; the first inbox always is. config: a JSON object without secrets.
Errors: 42501 no tenant set; 23505 name taken; 22023 empty name; 23514 bad channel or config.
Example: select prosa.create_inbox(''sorriso-recepcao'');';
