do $$
begin
    if to_regtype('prosa.recorded_message') is null then
        create type prosa.recorded_message as (
            ordinal bigint, inbox_id uuid, external_id text, message_id uuid, created_at timestamptz, message_index bigint);
        comment on type prosa.recorded_message is 'One element of a batch on its way through record_messages().';
    end if;
end
$$;
