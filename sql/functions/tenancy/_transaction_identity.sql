create or replace function prosa._transaction_identity()
    returns text
    language sql stable parallel safe security invoker
    return format('%s/%s/%s', pg_backend_pid(), extract(epoch from now()), pg_current_xact_id_if_assigned());
comment on function prosa._transaction_identity() is
'What a seal is bound to, so that a copy is worth nothing in another session or transaction. On a sharded cluster, where the process differs by node, this is the one function to replace.';
