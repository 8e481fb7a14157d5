create or replace function prosa._uuid_v7(p_at timestamptz)
    returns uuid
    language plpgsql volatile parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    -- 48 bits of Unix milliseconds over a random version 4 UUID; bits 52 and 53 turn its version into 7
    return encode(set_bit(set_bit(
        overlay(uuid_send(gen_random_uuid())
                placing substring(int8send(floor(extract(epoch from p_at) * 1000)::bigint) from 3) from 1 for 6),
        52, 1), 53, 1), 'hex')::uuid;
end
$$;
comment on function prosa._uuid_v7(timestamptz) is 'A new UUID of version 7 layout that sorts by the given time.';
