-- The world without the others: tenant b has its keys and no rows, tenant c was never there. Run in a copy of the full one.
begin;
set local session_replication_role = replica;
do $$
declare
    v_table record;
begin
    for v_table in select * from adversary.tenant_table loop
        execute format('delete from %s where %I <> adversary.fill(''{a}'')::uuid and (%L not in (''prosa.tenants'', ''prosa.api_keys'', ''prosa.api_key_uses'') or %2$I = adversary.fill(''{c}'')::uuid)',
                       v_table.relation, v_table.tenant_column, v_table.relation);
    end loop;
end
$$;
commit;
