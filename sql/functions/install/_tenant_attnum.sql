create or replace function prosa._tenant_attnum(p_table oid)
    returns smallint
    language sql stable parallel safe strict security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select a.attnum
      from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.oid = p_table and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
       and a.attname = case when c.relnamespace = 'prosa'::regnamespace and c.relname = 'tenants' then 'id' else 'tenant_id' end
$$;
comment on function prosa._tenant_attnum(oid) is 'The column that says whose a table''s rows are: id of prosa.tenants, tenant_id of any other; null where there is none.';
