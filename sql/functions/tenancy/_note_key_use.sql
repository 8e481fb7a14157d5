create or replace function prosa._note_key_use(p_tenant_id uuid, p_key_id uuid)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if current_setting('transaction_read_only') = 'on'
       or exists (select from prosa.api_key_uses u
                   where u.tenant_id = p_tenant_id and u.key_id = p_key_id and u.last_used_at > now() - interval '5 minutes') then
        return;
    end if;
    -- whoever else is just noting it will do, and so will who has done so since a repeatable read began
    begin
        update prosa.api_key_uses u set last_used_at = now()
          from (select x.tenant_id, x.key_id from prosa.api_key_uses x
                 where x.tenant_id = p_tenant_id and x.key_id = p_key_id for update skip locked) x
         where u.tenant_id = x.tenant_id and u.key_id = x.key_id;
    exception when serialization_failure then
        null;
    end;
end
$$;
comment on function prosa._note_key_use(uuid, uuid) is 'Notes, at most every five minutes and without ever waiting, that a key was used.';
