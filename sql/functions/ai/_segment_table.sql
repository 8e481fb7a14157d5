create or replace function prosa._segment_table(p_segment_id uuid)
    returns name
    language sql immutable parallel safe security invoker
    return case p_segment_id when '00000000-0000-0000-0000-000000000000' then 'embeddings_shared'
                else 'embeddings_' || replace(p_segment_id::text, '-', '') end;
comment on function prosa._segment_table(uuid) is 'The table of a segment, in schema prosa: a partition of embeddings, or about to be one.';
