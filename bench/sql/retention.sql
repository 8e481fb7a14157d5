-- what the retention job calls
select prosa.cleanup_old_messages();
