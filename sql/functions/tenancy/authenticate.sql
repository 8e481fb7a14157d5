create or replace function prosa.authenticate(api_key text, scope text default 'api')
    returns table (tenant_id uuid, inbox_id uuid, inbox_name text)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    -- not a regular expression: that alone took four fifths of the time
    v_parts constant text[] := string_to_array(api_key, '_');
    -- hashed here: a statement of its own shows what it is given to auto_explain
    v_hash constant bytea := sha256(convert_to(v_parts[3], 'UTF8'));
    v_bound constant uuid[] := (prosa._context_rights()).tenants;
    v_claimed uuid;
    v_key_id uuid;
    v_expires_at timestamptz;
begin
    if cardinality(v_parts) = 3 and v_parts[1] = 'prosa' and length(v_parts[2]) = 32 and translate(v_parts[2], '0123456789abcdef', '') = '' then
        v_claimed := v_parts[2]::uuid;
        select k.tenant_id, k.inbox_id, i.name, k.id, k.expires_at into tenant_id, inbox_id, inbox_name, v_key_id, v_expires_at
          from prosa.api_keys k
          left join prosa.inboxes i on i.tenant_id = k.tenant_id and i.id = k.inbox_id
         where k.tenant_id = v_claimed
           and k.key_hash = v_hash
           and authenticate.scope = any (k.scopes)
           and k.revoked_at is null
           and (k.expires_at is null or k.expires_at > statement_timestamp())
           and (v_bound is null or k.tenant_id = any (v_bound));
    end if;
    if v_key_id is null then
        raise exception using
            errcode = 'invalid_authorization_specification',
            message = 'the key is not valid',
            hint = 'It may be mistyped, expired, revoked, or made for another use. Create one with prosa.create_api_key().';
    end if;
    perform prosa._open_context(tenant_id, v_expires_at);
    perform prosa._note_key_use(tenant_id, v_key_id);
    return next;
end
$$;
comment on function prosa.authenticate(text, text) is
'Checks a key and makes its tenant the current one until the transaction ends, an hour at most. A webhook key also gives its inbox.
Nothing else lets an application into a tenant, and nothing it sets afterwards lets it into another.
scope: api or webhook.
Errors: 28000, with one message for every reason.
Example: begin; select * from prosa.authenticate(:''key''); select * from prosa.inboxes; commit;';
