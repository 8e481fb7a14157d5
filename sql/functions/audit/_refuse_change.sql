create or replace function prosa._refuse_change()
    returns trigger
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    raise exception using
        errcode = 'insufficient_privilege',
        message = format('%s.%s is append-only: %s is refused', tg_table_schema, tg_table_name, tg_op);
end
$$;
comment on function prosa._refuse_change() is 'Trigger of audit_log and each of its partitions: refuses UPDATE, DELETE and TRUNCATE with 42501.';
