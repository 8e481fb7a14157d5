create or replace function prosa._split_text(p_text text, p_size integer, p_overlap integer)
    returns table (char_offset integer, content text)
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_length constant integer := length(p_text);
    -- what is left, a piece at a time: to count characters in a long text takes as long as the text is
    v_rest text := left(p_text, 50 * p_size);
    v_at integer := 0;
    v_piece text;
    v_tail text;
    v_cut integer;
    v_border integer;
begin
    while v_length > 0 loop
        v_piece := left(v_rest, p_size);
        v_cut := length(v_piece);
        if v_at + v_cut < v_length then
            -- the last border in its second half: of a paragraph, a sentence, a line, a word
            v_cut := coalesce(
                nullif(greatest(length(substring(v_piece from '^.*\n\s*\n')), p_size / 2), p_size / 2),
                nullif(greatest(length(substring(v_piece from '^.*[.!?…]["''”»)]*\s')), p_size / 2), p_size / 2),
                nullif(greatest(length(substring(v_piece from '^.*\n')), p_size / 2), p_size / 2),
                nullif(greatest(length(substring(v_piece from '^.*\s')), p_size / 2), p_size / 2),
                v_cut);
            v_piece := left(v_piece, v_cut);
        end if;
        if v_piece ~ '[[:alnum:]]' then
            char_offset := v_at + length(substring(v_piece from '^\s*'));
            content := btrim(v_piece, E' \t\n\r\f\v' || chr(160));
            return next;
        end if;
        exit when v_at + v_cut >= v_length;
        -- the next one begins before the end of this one, with a sentence or at least with a word
        v_tail := right(v_piece, least(p_overlap, v_cut - 1));
        v_border := length(substring(v_tail from '^.*?[.!?…]["''”»)]*\s+'));
        if v_border is null or v_border = length(v_tail) then
            v_border := length(substring(v_tail from '^\S*\s+'));
        end if;
        v_cut := v_cut - length(v_tail) + coalesce(v_border, 0);
        v_at := v_at + v_cut;
        v_rest := substr(v_rest, v_cut + 1);
        if length(v_rest) < 2 * p_size then
            v_rest := substr(p_text, v_at + 1, 50 * p_size);
        end if;
    end loop;
end
$$;
comment on function prosa._split_text(text, integer, integer) is
'A text in pieces of up to p_size characters that end with a paragraph, a sentence, a line or a word, each repeating up to p_overlap characters of the one before, and where each begins, from 0. What holds no word is left out.';
