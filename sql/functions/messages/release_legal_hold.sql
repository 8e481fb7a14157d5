create or replace function prosa.release_legal_hold(id uuid)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    update prosa.legal_holds h set released_at = now() where h.id = release_legal_hold.id and h.released_at is null;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = 'there is no such legal hold in force',
            hint = 'See prosa.legal_holds.';
    end if;
end
$$;
comment on function prosa.release_legal_hold(uuid) is
'Ends a legal hold: the next run of retention removes what is expired and under no other hold. Its row stays, with released_at. Recorded in audit_log.
Errors: P0002 no such hold in force.
Example: select prosa.release_legal_hold(h.id) from prosa.legal_holds h where h.reason = ''case 2026/117'' and h.released_at is null;';
