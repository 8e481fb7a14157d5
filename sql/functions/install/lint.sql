create or replace function prosa.lint(p_schema name default 'prosa')
    returns table (rule text, level text, object text, detail text, remediation text)
    language sql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select f.rule, r.level, f.object, f.detail, format(r.remediation, f.object)
      from (values (quote_ident(p_schema)::regnamespace)) s (schema)
     cross join lateral (
           select * from prosa._lint_tables(s.schema)
           union all select * from prosa._lint_row_security(s.schema)
           union all select * from prosa._lint_grants(s.schema)
           union all select * from prosa._lint_functions(s.schema)
           union all select * from prosa._lint_comments(s.schema)
           union all select * from prosa._lint_roles() where s.schema = 'prosa'::regnamespace) f
      left join prosa._lint_rules() r on r.rule = f.rule
     order by array_position('{ERROR,WARN,INFO}', r.level), f.rule collate "C", f.object collate "C", f.detail collate "C"
$$;
comment on function prosa.lint(name) is
'Looks for what would weaken isolation, slow the database down or hinder its growth, in the catalogue alone: a row for each finding, the worst first, none when all is well. The SQL reference lists the rules.
p_schema: a schema of your own is held to the same rules, where they are about its objects; a table with a column tenant_id is a tenant''s.
Result: rule; level ERROR (a tenant could reach what is another''s), WARN (slower, or one step from an error) or INFO; the object; what was found; what to do.
Errors: 3F000 no such schema.
Example: select * from prosa.lint();';
