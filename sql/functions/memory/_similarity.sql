create or replace function prosa._similarity(p_distance text, a @extschema:vector@.vector, b @extschema:vector@.vector)
    returns double precision
    language sql immutable parallel safe security invoker
    return case p_distance
        when 'inner_product' then -(a operator(@extschema:vector@.<#>) b)
        when 'l2' then 1 / (1 + (a operator(@extschema:vector@.<->) b))
        else 1 - (a operator(@extschema:vector@.<=>) b) end;
comment on function prosa._similarity(text, @extschema:vector@.vector, @extschema:vector@.vector) is
'How near two vectors are by the distance of their space, more is nearer: cosine, inner product, or 1 / (1 + distance).';
