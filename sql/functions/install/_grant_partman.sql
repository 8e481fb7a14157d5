create or replace function prosa._grant_partman()
    returns void
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_object record;
begin
    -- the owner of the tables keeps their partitions; what partman has are its extension members
    for v_object in
        select case when d.classid = 'pg_class'::regclass
                    then format('grant select, insert, update, delete on %s to prosa_owner', d.objid::regclass)
                    else format('grant execute on routine %s to prosa_owner', d.objid::regprocedure) end as command
          from pg_depend d join pg_extension e on e.oid = d.refobjid and d.refclassid = 'pg_extension'::regclass
         where e.extname = 'pg_partman' and d.deptype = 'e'
           and (d.classid = 'pg_proc'::regclass
                or d.classid = 'pg_class'::regclass and exists (select from pg_class c where c.oid = d.objid and c.relkind in ('r', 'v', 'p')))
    loop
        execute v_object.command;
    end loop;
end
$$;
comment on function prosa._grant_partman() is 'Lets prosa_owner use pg_partman for its own tables.';
