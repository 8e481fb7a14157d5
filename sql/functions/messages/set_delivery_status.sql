create or replace function prosa.set_delivery_status(message_id uuid, created_at timestamptz, status text, occurred_at timestamptz default now())
    returns boolean
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return prosa._set_delivery_status(v_tenant_id, set_delivery_status.message_id, set_delivery_status.created_at,
        set_delivery_status.status, set_delivery_status.occurred_at);
end
$$;
comment on function prosa.set_delivery_status(uuid, timestamptz, text, timestamptz) is
'Notes how far a message of the current tenant got. Each step is kept in its history.
message_id, created_at: as edit_message(). status: PENDING, ERROR, SERVER_ACK, DELIVERY_ACK, READ or PLAYED; reports may overtake each other, so a status never goes back in this order. occurred_at: when it got there; null means now.
Result: true; false when it was there or further already.
Errors: 42501 no tenant set; P0002 no such message; 22023 no such status.
Example: select prosa.set_delivery_status(:message_id, :created_at, ''READ'');';
