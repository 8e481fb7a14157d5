-- It commits, so it can neither be SECURITY DEFINER nor pin its search_path: it only calls what does.
create or replace procedure prosa.import_messages(tenant_id uuid, import_name text, batch_size integer default 1000, retry boolean default false)
    language plpgsql
    security invoker
as $$
declare
    c_patience constant integer := 20;
    v_started constant timestamptz := pg_catalog.clock_timestamp();
    v_reported timestamptz := v_started;
    v_remaining bigint;
    v_months timestamptz[];
    v_done bigint := 0;
    v_after bigint;
    v_batch record;
    v_tries integer := 0;
begin
    if batch_size is null or batch_size not between 1 and 10000 then
        raise exception using errcode = 'invalid_parameter_value', message = 'batch_size must be between 1 and 10000';
    end if;
    perform prosa.set_tenant(import_messages.tenant_id);
    v_remaining := prosa._open_import(import_messages.tenant_id, import_messages.import_name, retry);
    v_months := prosa._import_months(import_messages.tenant_id, import_messages.import_name);
    commit;

    -- months first, each in a transaction of its own: writers wait for as short as can be
    for v_index in 1 .. pg_catalog.cardinality(v_months) loop
        v_tries := 0;
        loop
            begin
                perform prosa._ensure_month(v_months[v_index]);
                v_tries := 0;
            exception when lock_not_available or serialization_failure or deadlock_detected then
                v_tries := v_tries + 1;
                if v_tries >= c_patience then
                    raise;
                end if;
            end;
            commit;
            exit when v_tries = 0;
            perform pg_catalog.pg_sleep(0.1 * v_tries);
        end loop;
    end loop;

    loop
        perform prosa.set_tenant(import_messages.tenant_id);
        begin
            select b.row_count, b.last_row into v_batch
              from prosa._import_batch(import_messages.tenant_id, import_messages.import_name, batch_size, v_after) b;
            v_tries := 0;
        exception when lock_not_available or serialization_failure or deadlock_detected then
            v_tries := v_tries + 1;
            if v_tries >= c_patience then
                raise;
            end if;
        end;
        commit;
        if v_tries > 0 then
            perform pg_catalog.pg_sleep(0.1 * v_tries);
            continue;
        end if;
        -- the end is reached when there is nothing from the start on: rows may have been added meanwhile
        exit when v_batch.row_count = 0 and v_after is null;
        v_after := case when v_batch.row_count > 0 then v_batch.last_row end;
        v_done := v_done + v_batch.row_count;
        perform prosa.refresh_consumption_summary();
        commit;
        if pg_catalog.clock_timestamp() > v_reported + interval '5 seconds' then
            v_reported := pg_catalog.clock_timestamp();
            raise notice 'import "%": % rows done, % remaining, % a second', import_messages.import_name, v_done, greatest(v_remaining - v_done, 0),
                pg_catalog.round((v_done / pg_catalog.date_part('epoch', v_reported - v_started))::numeric);
        end if;
    end loop;
    raise notice 'import "%": % rows done in % s; see prosa.import_status', import_messages.import_name, v_done,
        pg_catalog.round(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - v_started)::numeric, 1);
end
$$;
comment on procedure prosa.import_messages(uuid, text, integer, boolean) is
'Records the rows of message_imports that wait under import_name, as history of a tenant: by inbox and contact, the oldest first, in the contact''s open conversation, which is made when there is none, as contacts are; inboxes must exist, months of messages are made. Commits after every batch and may be stopped and called again at any time: no row is lost and none recorded twice. Reports every five seconds; prosa.import_status shows the same from elsewhere. Call it outside a transaction block.
Each row gets its status: recorded, duplicate, refused (older than the tenant''s plan keeps) or failed, with the reason; such rows hold up no others. What is imported counts as consumption of its day, and as read and answered. message_index is the order of recording: in a conversation that has messages already, older ones get later indexes, and conversation_history() still shows them by time.
batch_size: 1 to 10,000 messages a transaction. retry: take rows that were refused or have failed once more.
Errors: P0002 no such tenant, or no rows of that name; 42501 not an operator; 22023 bad batch_size; 2D000 inside a transaction block.
Example: call prosa.import_messages(:tenant_id, ''old system'');';
