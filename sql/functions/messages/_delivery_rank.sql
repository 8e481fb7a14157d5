-- A standard SQL body: it is inlined.
create or replace function prosa._delivery_rank(p_status text)
    returns integer
    language sql immutable parallel safe security invoker
    return array_position(array['PENDING', 'ERROR', 'SERVER_ACK', 'DELIVERY_ACK', 'READ', 'PLAYED'], p_status);
comment on function prosa._delivery_rank(text) is 'The place of a delivery status in the order in which a message goes through them, from 1; null when it is none.';
