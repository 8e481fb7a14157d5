-- One query does all where all is well: each further statement of a function costs as much again, in every transaction.
create or replace function prosa.authenticate(api_key text, scope text default 'api')
    returns table (tenant_id uuid, inbox_id uuid, inbox_name text)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    v_claimed constant uuid := prosa._claimed_tenant(api_key);
    v_hash constant bytea := prosa._key_hash(api_key);
    v_key_id uuid;
    v_expires_at timestamptz;
    v_is_use_known boolean;
    v_is_open boolean;
begin
    select k.tenant_id, k.inbox_id, k.id, k.expires_at, k.is_use_known,
           case when prosa._can_note() then
               set_config('app.tenant_id', k.tenant_id::text, true)
               || set_config('backtrace_functions', prosa._context_note(k.tenant_id, k.expires_at), true) end is not null
      into tenant_id, inbox_id, v_key_id, v_expires_at, v_is_use_known, v_is_open
      from prosa.valid_api_keys k
     where k.tenant_id = v_claimed and k.key_hash = v_hash and authenticate.scope = any (k.scopes);
    if not found then
        raise exception using
            errcode = 'invalid_authorization_specification',
            message = 'the key is not valid',
            hint = 'It may be mistyped, expired, revoked, or made for another use. Create one with prosa.create_api_key().';
    end if;
    if not v_is_open then
        perform prosa._open_context(tenant_id, v_expires_at);
    end if;
    if not v_is_use_known then
        perform prosa._note_key_use(tenant_id, v_key_id);
    end if;
    if inbox_id is not null then
        select i.name into inbox_name from prosa.inboxes i where i.tenant_id = authenticate.tenant_id and i.id = authenticate.inbox_id;
    end if;
    return next;
end
$$;
comment on function prosa.authenticate(text, text) is
'Checks a key and makes its tenant the current one until the transaction ends, an hour at most. A webhook key also gives its inbox.
Nothing else lets an application into a tenant, and nothing it sets afterwards lets it into another.
scope: api or webhook.
Errors: 28000, with one message for every reason.
Example: begin; select * from prosa.authenticate(:''key''); select * from prosa.inboxes; commit;';
