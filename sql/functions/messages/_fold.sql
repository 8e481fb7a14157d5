create or replace function prosa._fold(p_text text)
    returns text
    language sql immutable parallel safe security invoker
    return translate(lower(p_text), 'áàâãäåéèêëíìîïóòôõöúùûüçñýÿ', 'aaaaaaeeeeiiiiooooouuuucnyy');
comment on function prosa._fold(text) is 'A text in lower case and without the accents of Western European letters: "Ação" becomes "acao".';
