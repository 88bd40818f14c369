-- Answers to commands of staff are kept for a time: who keeps one forgets some that are older.
create index staff_command_by_time on sportsbook.staff_command (tenant, at);
grant delete, update (digest, answer, at) on sportsbook.staff_command to pyplatform_app;
