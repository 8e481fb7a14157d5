create or replace function prosa.authenticate(api_key text, scope text default 'api')
    returns table (tenant_id uuid, inbox_id uuid, inbox_name text)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    v_parts text[] := regexp_match(api_key, '^prosa_([0-9a-f]{32})_([0-9a-f]{64})$');
begin
    select k.tenant_id, k.inbox_id, i.name into tenant_id, inbox_id, inbox_name
      from prosa.api_keys k
      left join prosa.inboxes i on i.tenant_id = k.tenant_id and i.id = k.inbox_id
     where k.tenant_id = v_parts[1]::uuid
       and k.key_hash = sha256(convert_to(v_parts[2], 'UTF8'))
       and authenticate.scope = any (k.scopes)
       and k.revoked_at is null
       and (k.expires_at is null or k.expires_at > now());
    if not found then
        raise exception using
            errcode = 'invalid_authorization_specification',
            message = 'the key is not valid',
            hint = 'It may be mistyped, expired, revoked, or made for another use. Create one with prosa.create_api_key().';
    end if;
    execute format('set local app.tenant_id = %L', tenant_id);
    return next;
end
$$;
comment on function prosa.authenticate(text, text) is
'Checks a key and makes its tenant the current one until the transaction ends. A webhook key also gives its inbox.
scope: api or webhook.
Errors: 28000, with one message for every reason.
Example: begin; select * from prosa.authenticate(:''key''); select * from prosa.inboxes; commit;';
