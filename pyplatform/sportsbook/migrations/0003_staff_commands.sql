-- Commands of staff that came with a key, and what they were answered: a command sent again is applied once.
create table sportsbook.staff_command (
    tenant text        not null,
    actor  text        not null,
    key    text        not null check (length(key) between 1 and 64),
    digest bytea       not null check (length(digest) = 32),
    answer bytea       not null,
    at     timestamptz not null default now(),
    primary key (tenant, actor, key)
);
call eventstore.isolate('sportsbook.staff_command');
grant select, insert on sportsbook.staff_command to pyplatform_app;
