-- Attempts, what they brought, and what is wrong with it.
-- all that were thought of, and those that are made in one run
create table adversary.thought (
    id bigint generated always as identity primary key,
    login text not null,              -- who is connected
    session text not null,            -- how: one psql each
    context text not null,
    family text not null,
    what text not null,
    script text not null,
    is_compared boolean not null,     -- whether it must say the same where the other tenants do not exist
    is_paired text                    -- the value asked for, in an attempt that is made again with one that nobody has
);
create table adversary.attempt (like adversary.thought, primary key (id));
create table adversary.outcome (
    world text not null,              -- full, or emptied of the other tenants
    id bigint not null,
    output text not null,
    primary key (world, id)
);

-- what may differ between two runs of the same: generated ids, the time, and the order of rows
create function adversary.plain(p_output text) returns text language sql immutable as $$
    select string_agg(l, E'\n' order by l) from regexp_split_to_table(
        regexp_replace(regexp_replace(regexp_replace(regexp_replace(p_output,
            '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', '<id>', 'gi'),
            '\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d)?)?', '<time>', 'g'),
            'pg_temp_\d+', 'pg_temp', 'g'),
            'shared (hit|read|dirtied|written)=\d+', '<pages>', 'g'), E'\n') l
$$;

-- another tenant's words, other than those the attempt passed in
create view adversary.leak as
select a.id, a.family, a.login, a.context, a.what, w.word
  from adversary.attempt a join adversary.outcome o on o.id = a.id and o.world = 'full'
 cross join lateral adversary.words(o.output) w (word)
  join adversary.secret s on s.word = w.word
 where position(w.word in lower(a.script)) = 0
   -- who measures may read whose the counters are
   and not (a.login = 'monitor' and w.word ~ '^[0-9a-f]{8}-');

-- answers that are others where the other tenants are not
create view adversary.difference as
select a.id, a.family, a.login, a.context, a.what, f.output as with_others, e.output as without_others
  from adversary.attempt a
  join adversary.outcome f on f.id = a.id and f.world = 'full'
  join adversary.outcome e on e.id = a.id and e.world = 'emptied'
 where a.is_compared and f.output <> e.output and adversary.plain(f.output) is distinct from adversary.plain(e.output);

-- questions about a value of another tenant that are answered otherwise than about one that nobody has
create view adversary.tell as
select min(a.id) as id, a.family, a.login, a.context, a.what, min(o.answer) as one_answer, max(o.answer) as another
  from adversary.attempt a
 cross join lateral (select replace(o.output, a.is_paired, '<value>') as answer from adversary.outcome o where o.id = a.id and o.world = 'full') o
 where a.is_paired is not null
 group by a.family, a.login, a.context, a.what
having min(o.answer) <> max(o.answer);
