-- It commits, so it can neither be SECURITY DEFINER nor pin its search_path.
create or replace procedure prosa.process_embedding_queue(batch_size integer default 64, time_limit interval default '50 seconds')
    language plpgsql
    security invoker
as $$
declare
    v_deadline constant timestamptz := clock_timestamp() + time_limit;
    v_claimed jsonb;
    v_size integer;
    v_part jsonb;
    v_error text;
    v_code text;
begin
    perform prosa._require_java();
    loop
        -- claim and commit: no lock is held while the endpoint is called
        select jsonb_agg(to_jsonb(c)) into v_claimed from prosa.claim_embeddings(batch_size) c;
        commit;
        exit when v_claimed is null;
        v_size := jsonb_array_length(v_claimed);
        while jsonb_array_length(v_claimed) > 0 loop
            v_part := jsonb_path_query_array(v_claimed, '$[0 to $last]', jsonb_build_object('last', v_size - 1));
            v_error := null;
            begin
                perform prosa._embed_claimed(v_part);
            exception when others then
                get stacked diagnostics v_error = message_text, v_code = returned_sqlstate;
            end;
            if v_code = '08004' and v_error is not null and jsonb_array_length(v_part) > 1 then
                -- the endpoint refused the batch: one by one, so that only the item at fault fails
                v_size := 1;
                continue;
            elsif v_error is not null then
                -- busy or out of reach is the endpoint's fault, not the item's
                perform prosa.fail_embeddings((v_part #>> '{0,tenant_id}')::uuid, v_part, v_error, 
                    counts => v_code not in ('53000', '08001', '08006'));
            end if;
            commit;
            v_claimed := jsonb_path_query_array(v_claimed, '$[$next to last]', jsonb_build_object('next', jsonb_array_length(v_part)));
        end loop;
        exit when clock_timestamp() >= v_deadline;
    end loop;
end
$$;
comment on procedure prosa.process_embedding_queue(integer, interval) is
'Embeds what is due in the queue, batch after batch, until nothing is due or time_limit has passed (the batch under way is finished). Needs the Java routines; several may run at once, with workers too. Call it outside a transaction block: it commits.
batch_size: 1 to 2048 texts a call of the endpoint. An item the endpoint refuses fails alone; see embedding_queue.last_error.
Errors: 0A000 no Java routines; 2D000 inside a transaction block.
Example: call prosa.process_embedding_queue();';
