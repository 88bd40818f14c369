-- Who works for the tenant. A name tells events apart from people: it is what the audit shows, and never used again.
create table pam.staff (
    tenant text not null,
    staff uuid not null,
    name text not null,
    roles text[] not null,
    phc text not null,
    added_at timestamptz not null default clock_timestamp(),
    primary key (tenant, staff),
    unique (tenant, name)
);

create table pam.staff_session (
    tenant text not null,
    token_hash bytea not null,
    session uuid not null,
    staff uuid not null,
    opened_at timestamptz not null default clock_timestamp(),
    last_seen timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    ended_at timestamptz,
    primary key (tenant, token_hash),
    foreign key (tenant, staff) references pam.staff
);
create unique index staff_session_live on pam.staff_session (tenant, staff) where ended_at is null;

grant select, insert, update, delete on pam.staff, pam.staff_session to pyplatform_app;

call eventstore.isolate('pam.staff');
call eventstore.isolate('pam.staff_session');
