create or replace function prosa._claim_batch(p_size integer)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return (select jsonb_agg(to_jsonb(c)) from prosa.claim_embeddings(p_size) c);
end
$$;
comment on function prosa._claim_batch(integer) is 'claim_embeddings() as one array; null when nothing is due.';
