create or replace function prosa._search_text(p_language text, p_sender text, p_content text)
    returns tsvector
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_language constant regconfig := p_language;
    -- a tsvector holds 1 MB: what is beyond the first 100,000 characters is not indexed
    v_text text := concat_ws(' ', left(p_sender, 1000), left(p_content, 100000));
    v_word text;
    v_accented text;
begin
    if octet_length(v_text) = length(v_text) then
        return to_tsvector(v_language, v_text);
    end if;
    -- a loop: a query would be set up anew for every message
    foreach v_word in array string_to_array(v_text, ' ') loop
        if octet_length(v_word) <> length(v_word) then
            v_accented := concat_ws(' ', v_accented, v_word);
        end if;
    end loop;
    if v_accented is not nfc normalized then
        v_text := normalize(v_text, nfc);
        v_accented := normalize(v_accented, nfc);
    end if;
    -- accented words once more without their accents, as people type on phones
    return to_tsvector(v_language, v_text) || to_tsvector(v_language, prosa._fold(v_accented));
end
$$;
comment on function prosa._search_text(text, text, text) is
'Lexemes of a message or memory: sender and text in the language, accented words both with and without their accents.';
