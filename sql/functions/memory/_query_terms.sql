create or replace function prosa._query_terms(p_language text, p_query text, out terms integer[], out lexemes text[])
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
    -- what it says of words too long to index helps nobody here
    set client_min_messages = warning
as $$
declare
    c_most constant integer := 64;
    v_language constant regconfig := p_language::regconfig;
    v_word text;
    v_exact text[];
    v_folded text[];
    v_lexeme text;
    v_term integer := 0;
begin
    terms := '{}';
    lexemes := '{}';
    foreach v_word in array regexp_split_to_array(normalize(left(coalesce(p_query, ''), 10000), nfc), '\s+') loop
        v_exact := tsvector_to_array(to_tsvector(v_language, v_word));
        -- a stop word stays one when its accents are folded, though the language's list has it with them only
        continue when v_exact = '{}';
        v_folded := v_exact;
        if octet_length(v_word) <> length(v_word) then
            v_folded := tsvector_to_array(to_tsvector(v_language, prosa._fold(v_word)));
        end if;
        foreach v_lexeme in array v_exact || v_folded loop
            continue when v_lexeme = any (lexemes);
            -- a word and the same without accents are one term: a text that has both does not count twice
            if v_lexeme = any (v_exact) or cardinality(v_exact) > 1 or v_exact[1] <> all (lexemes) then
                v_term := v_term + 1;
            end if;
            lexemes := lexemes || v_lexeme;
            terms := terms || case when v_lexeme = any (v_exact) or cardinality(v_exact) > 1 then v_term
                                   else terms[array_position(lexemes, v_exact[1])] end;
        end loop;
        exit when v_term >= c_most;
    end loop;
end
$$;
comment on function prosa._query_terms(text, text) is
'The words of a query as lexemes, each with the number of its term; an accented word and its form without accents are one term. Stop words are left out, as is what follows the 64th term.';
