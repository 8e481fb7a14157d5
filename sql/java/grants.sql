-- PL/Java reads its classes as the user that calls them, and the routines are called as prosa_owner.
grant usage on schema sqlj to prosa_owner;
