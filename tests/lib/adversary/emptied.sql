-- The world without the others: tenant b has its keys and no rows, tenant c was never there. Run in a copy of the full one.
begin;
set local session_replication_role = replica;
do $$
declare
    v_table record;
    v_trigger record;
begin
    -- what refuses a deletion even to a replica
    for v_trigger in select t.tgrelid::regclass as relation, t.tgname from pg_trigger t where t.tgenabled = 'A' and not t.tgisinternal loop
        execute format('alter table only %s disable trigger %I', v_trigger.relation, v_trigger.tgname);
    end loop;
    for v_table in select * from adversary.tenant_table loop
        execute format('delete from %s where %I <> adversary.fill(''{a}'')::uuid and (%L not in (''prosa.tenants'', ''prosa.api_keys'', ''prosa.api_key_uses'') or %2$I = adversary.fill(''{c}'')::uuid)',
                       v_table.relation, v_table.tenant_column, v_table.relation);
    end loop;
    for v_trigger in select t.tgrelid::regclass as relation, t.tgname from pg_trigger t where t.tgenabled = 'D' and not t.tgisinternal loop
        execute format('alter table only %s enable always trigger %I', v_trigger.relation, v_trigger.tgname);
    end loop;
end
$$;
commit;
