create or replace function prosa._secure_partitions()
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_table regclass;
    v_secured integer := 0;
begin
    for v_table in
        select c.oid from pg_inherits h join pg_class c on c.oid = h.inhrelid
         where (h.inhparent = 'prosa.embeddings'::regclass or h.inhparent in (select t.parent::regclass from prosa._monthly_tables() t))
           and not (c.relrowsecurity and c.relforcerowsecurity)
        union
        select prosa._unprotected_audit_tables()
         -- a table before its partitions, which have its triggers
         order by 1
    loop
        perform prosa._secure_table(v_table);
        v_secured := v_secured + 1;
    end loop;
    return v_secured;
end
$$;
comment on function prosa._secure_partitions() is 'Puts partitions that are new under row security, those of audit_log under its triggers too; returns how many there were.';
