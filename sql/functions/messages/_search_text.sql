create or replace function prosa._search_text(p_language regconfig, p_sender text, p_content text)
    returns tsvector
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    -- a tsvector holds 1 MB: what is beyond the first 100,000 characters is not indexed
    v_text text := normalize(concat_ws(' ', p_sender, left(p_content, 100000)), nfc);
    v_folded text := prosa._fold(v_text);
    v_lexemes tsvector := to_tsvector(p_language, v_text);
begin
    if v_folded = v_text then
        return v_lexemes;
    end if;
    -- and what is new in them without accents, as people type on phones
    return v_lexemes || ts_delete(to_tsvector(p_language, v_folded), tsvector_to_array(v_lexemes));
end
$$;
comment on function prosa._search_text(regconfig, text, text) is
'Lexemes of a message or memory: sender and text in the language, accented words both with and without their accents.';
