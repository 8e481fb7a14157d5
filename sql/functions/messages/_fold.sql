create or replace function prosa._fold(p_text text)
    returns text
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if octet_length(p_text) = length(p_text) then
        return p_text;
    end if;
    return translate(p_text, 'áàâãäåéèêëíìîïóòôõöúùûüçñýÿÁÀÂÃÄÅÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÇÑÝ',
                             'aaaaaaeeeeiiiiooooouuuucnyyAAAAAAEEEEIIIIOOOOOUUUUCNY');
end
$$;
comment on function prosa._fold(text) is 'A text without the accents of Western European letters: "ação" becomes "acao".';
