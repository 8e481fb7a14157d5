create or replace function prosa._get_or_create_contact(p_tenant_id uuid, p_identities jsonb, p_name text)
    returns uuid
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_contact_id uuid;
    v_new_id uuid;
    v_identity record;
    v_owner_id uuid;
begin
    perform prosa._require_tenant(p_tenant_id);
    -- the first identity given that is known says who it is
    select c.contact_id into v_contact_id
      from rows from (jsonb_to_recordset(p_identities) as (kind text, value text)) with ordinality i (kind, value, ordinal)
     -- each by its key: joined, all contacts of the tenant may be read
     cross join lateral (select t.contact_id from prosa.contact_identities t
                          where t.tenant_id = p_tenant_id and t.kind = i.kind and t.value = i.value limit 1) c
     order by i.ordinal limit 1;
    if v_contact_id is null then
        v_new_id := gen_random_uuid();
        insert into prosa.contacts (tenant_id, id, name) values (p_tenant_id, v_new_id, nullif(btrim(p_name), ''));
    elsif nullif(btrim(p_name), '') is not null then
        update prosa.contacts c set name = btrim(p_name), updated_at = now()
         where c.tenant_id = p_tenant_id and c.id = v_contact_id and c.name is null;
    end if;

    for v_identity in
        select i.kind, i.value from rows from (jsonb_to_recordset(p_identities) as (kind text, value text)) with ordinality i (kind, value, ordinal)
         where not exists (select from prosa.contact_identities c
                            where c.tenant_id = p_tenant_id and c.kind = i.kind and c.value = i.value and c.contact_id = v_contact_id)
         order by i.ordinal
    loop
        insert into prosa.contact_identities as c (tenant_id, kind, value, contact_id)
        values (p_tenant_id, v_identity.kind, v_identity.value, coalesce(v_contact_id, v_new_id))
        on conflict on constraint contact_identities_pkey do nothing
        returning c.contact_id into v_owner_id;
        if v_owner_id is null then
            select c.contact_id into v_owner_id from prosa.contact_identities c
             where c.tenant_id = p_tenant_id and c.kind = v_identity.kind and c.value = v_identity.value;
        end if;
        v_contact_id := coalesce(v_contact_id, v_owner_id);
    end loop;

    if v_new_id <> v_contact_id then
        delete from prosa.contacts c where c.tenant_id = p_tenant_id and c.id = v_new_id;
    end if;
    return v_contact_id;
end
$$;
comment on function prosa._get_or_create_contact(uuid, jsonb, text) is
'The contact known by any of the identities ([{kind, value}, …], the most telling first), created when there is none; identities not seen before are added to it. One that another transaction created meanwhile wins.';
