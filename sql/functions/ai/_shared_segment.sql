create or replace function prosa._shared_segment()
    returns uuid
    language sql immutable parallel safe security invoker
    return '00000000-0000-0000-0000-000000000000'::uuid;
comment on function prosa._shared_segment() is 'The segment of the spaces that have none of their own.';
