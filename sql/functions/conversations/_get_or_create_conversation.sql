create or replace function prosa._get_or_create_conversation(p_tenant_id uuid, p_inbox_id uuid, p_contact_id uuid)
    returns uuid
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_id uuid;
begin
    perform prosa._require_tenant(p_tenant_id);
    select c.id into v_id from prosa.conversations c
     where c.tenant_id = p_tenant_id and c.inbox_id = p_inbox_id and c.contact_id = p_contact_id and c.status <> 'finished';
    if v_id is not null then
        return v_id;
    end if;
    if not exists (select from prosa.inboxes i where i.tenant_id = p_tenant_id and i.id = p_inbox_id)
       or not exists (select from prosa.contacts c where c.tenant_id = p_tenant_id and c.id = p_contact_id) then
        raise exception using
            errcode = 'foreign_key_violation',
            message = 'the current tenant has no such inbox or no such contact',
            hint = 'Create them with prosa.create_inbox() and prosa.get_or_create_contact().';
    end if;
    insert into prosa.conversations as c (tenant_id, id, inbox_id, contact_id, language)
    values (p_tenant_id, gen_random_uuid(), p_inbox_id, p_contact_id, prosa._tenant_language(p_tenant_id))
    on conflict (tenant_id, inbox_id, contact_id) where status <> 'finished' do nothing
    returning c.id into v_id;
    if v_id is null then
        select c.id into v_id from prosa.conversations c
         where c.tenant_id = p_tenant_id and c.inbox_id = p_inbox_id and c.contact_id = p_contact_id and c.status <> 'finished';
    end if;
    return v_id;
end
$$;
comment on function prosa._get_or_create_conversation(uuid, uuid, uuid) is
'get_or_create_conversation() for a tenant, which must be the current one.';
