-- A standard SQL body: it is inlined.
create or replace function prosa._uuid_v7(p_at timestamptz)
    returns uuid
    language sql volatile parallel safe security invoker
    -- 48 bits of Unix milliseconds, the version, and the random rest of a version 4 UUID
    return (lpad(to_hex((date_part('epoch', greatest(least(p_at, timestamptz '9999-12-31'), timestamptz '1970-01-02')) * 1000)::bigint), 12, '0') || '7' || substr(gen_random_uuid()::text, 16))::uuid;
comment on function prosa._uuid_v7(timestamptz) is 'A new UUID of version 7 layout that sorts by the given time.';
