create or replace function prosa._moving_tables()
    returns setof regclass
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    -- before install() there are no tables
    if to_regclass('prosa.embedding_moves') is not null then
        return query select to_regclass(format('prosa.%I', prosa._segment_table(m.to_segment_id))) from prosa.embedding_moves m;
    end if;
end
$$;
comment on function prosa._moving_tables() is 'The segments that are about to become partitions of embeddings.';
