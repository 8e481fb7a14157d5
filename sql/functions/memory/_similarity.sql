create or replace function prosa._similarity(p_distance text, p_value double precision)
    returns double precision
    language sql immutable parallel safe security invoker
    return case p_distance when 'cosine' then 1 - p_value when 'inner_product' then -p_value else 1 / (1 + p_value) end;
comment on function prosa._similarity(text, double precision) is
'What pgvector''s distance means as a similarity, higher is better. cosine: the cosine, -1 to 1. inner_product: the inner product, any number. l2: 1 / (1 + distance), above 0 and 1 for the same vector.';

create or replace function prosa._similarity(p_distance text, a @extschema:vector@.vector, b @extschema:vector@.vector)
    returns double precision
    language sql immutable parallel safe security invoker
    return prosa._similarity(p_distance, case p_distance
        when 'inner_product' then a operator(@extschema:vector@.<#>) b
        when 'l2' then a operator(@extschema:vector@.<->) b
        else a operator(@extschema:vector@.<=>) b end);
comment on function prosa._similarity(text, @extschema:vector@.vector, @extschema:vector@.vector) is
'How near two vectors are by the distance of their space: higher is nearer.';
