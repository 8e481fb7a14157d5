create or replace function prosa._search_query(p_language regconfig, p_query text)
    returns tsquery
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
    -- what it says of stop words is said better by who calls
    set client_min_messages = warning
as $$
declare
    v_text text := normalize(left(p_query, 1000), nfc);
    v_query tsquery := websearch_to_tsquery(p_language, v_text);
    v_word text;
    v_exact tsquery;
begin
    -- an accented word is found without its accents too, wherever it stands in the query; the other way round the full text of
    -- messages holds both
    for v_word in select distinct w[1] from regexp_matches(v_text, '[^[:space:][:punct:]]+', 'g') w where octet_length(w[1]) <> length(w[1]) loop
        v_exact := plainto_tsquery(p_language, v_word);
        if numnode(v_exact) > 0 then
            v_query := ts_rewrite(v_query, v_exact, v_exact || plainto_tsquery(p_language, prosa._fold(v_word)));
        end if;
    end loop;
    return v_query;
end
$$;
comment on function prosa._search_query(regconfig, text) is
'What a person typed, as a query of full text: words are required, "a phrase" in its order, or, -without. Accented words also match without their accents.';
