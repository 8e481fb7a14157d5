create or replace function prosa._search_text(p_language regconfig, p_sender text, p_content text)
    returns tsvector
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    -- a tsvector holds 1 MB: what is beyond the first 100,000 characters is not indexed
    v_text text := concat_ws(' ', left(p_sender, 1000), left(p_content, 100000));
begin
    if octet_length(v_text) = length(v_text) then
        return to_tsvector(p_language, v_text);
    elsif v_text is not nfc normalized then
        v_text := normalize(v_text, nfc);
    end if;
    -- accented words once more without their accents, as people type on phones
    return to_tsvector(p_language, v_text) || to_tsvector(p_language, prosa._fold(array_to_string(array(
        select word from unnest(string_to_array(v_text, ' ')) word where octet_length(word) <> length(word)), ' ')));
end
$$;
comment on function prosa._search_text(regconfig, text, text) is
'Lexemes of a message or memory: sender and text in the language, accented words both with and without their accents.';
