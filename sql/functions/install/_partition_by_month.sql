create or replace function prosa._partition_by_month(p_table text, p_column text)
    returns void
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_type constant text := (
        select case when split_part(e.extversion, '.', 1)::integer >= 5 then 'range' else 'native' end
          from pg_extension e where e.extname = 'pg_partman');
begin
    -- what an earlier installation left behind whose schema was dropped
    delete from @extschema:pg_partman@.part_config where parent_table = p_table;
    perform @extschema:pg_partman@.create_parent(
        p_parent_table := p_table,
        p_control := p_column,
        p_type := v_type,
        p_interval := '1 month',
        p_premake := 4,
        p_template_table := p_table || '_template',
        p_jobmon := false);
    update @extschema:pg_partman@.part_config set infinite_time_partitions = true, ignore_default_data = true where parent_table = p_table;
end
$$;
comment on function prosa._partition_by_month(text, text) is
'Hands a table to pg_partman: a partition for each month of a column, four months ahead, properties from the table of the same name with _template.';
