create or replace function prosa._embed_step(p_items jsonb, p_size integer, out remaining jsonb, out size integer)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_part jsonb := jsonb_path_query_array(p_items, '$[0 to $last]', jsonb_build_object('last', p_size - 1));
    v_error text;
    v_code text;
    v_counts boolean;
begin
    remaining := p_items;
    size := p_size;
    begin
        perform prosa._embed_claimed(v_part);
    exception when others then
        get stacked diagnostics v_error = message_text, v_code = returned_sqlstate;
    end;
    if v_code = '08004' and jsonb_array_length(v_part) > 1 then
        -- the endpoint refused the batch: one by one, so that only the item at fault fails
        size := 1;
        return;
    elsif v_error is not null then
        -- busy, out of reach, or not configured for this tenant's space: not the item's fault, as in the worker
        v_counts := v_code not in ('53000', '08001', '08006', '22023', '42501', '55000');
        perform prosa.fail_embeddings((v_part #>> '{0,tenant_id}')::uuid, v_part, v_error,
            retry_after => case when not v_counts then interval '30 seconds' end, counts => v_counts);
    end if;
    remaining := nullif(jsonb_path_query_array(p_items, '$[$next to last]', jsonb_build_object('next', jsonb_array_length(v_part))), '[]');
end
$$;
comment on function prosa._embed_step(jsonb, integer) is
'Embeds the first items of a claim and stores them, or gives them back; returns what remains (null: nothing) and how many to take next.';
