create schema pam;

create table pam.player (
    tenant text not null,
    player uuid not null,
    brand int not null,
    currency text not null,
    country text not null,
    status text not null default 'active',
    registered_at timestamptz not null default clock_timestamp(),
    primary key (tenant, player)
);

-- The only place of personal data. Each player's fields are encrypted under a key of their own, so that
-- deleting `wrapped_key` erases the person and leaves the account.
create table pam.vault (
    tenant text not null,
    player uuid not null,
    brand int not null,
    wrapped_key bytea,
    email bytea not null,
    birth_date bytea not null,
    email_index text not null,
    primary key (tenant, player),
    unique (tenant, brand, email_index),
    -- Checked at commit: the vault row comes first, because it is the one that may be refused.
    foreign key (tenant, player) references pam.player deferrable initially deferred
);

create table pam.credential (
    tenant text not null,
    player uuid not null,
    phc text not null,
    changed_at timestamptz not null default clock_timestamp(),
    primary key (tenant, player),
    foreign key (tenant, player) references pam.player
);

-- Attempts are counted for every e-mail address, known or not: the lock must not tell which accounts exist.
create table pam.login_attempt (
    tenant text not null,
    brand int not null,
    email_index text not null,
    failures int not null,
    last_at timestamptz not null,
    primary key (tenant, brand, email_index)
);

create table pam.session (
    tenant text not null,
    token_hash bytea not null,
    session uuid not null,
    player uuid not null,
    brand int not null,
    currency text not null,
    opened_at timestamptz not null default clock_timestamp(),
    last_seen timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    ended_at timestamptz,
    primary key (tenant, token_hash),
    foreign key (tenant, player) references pam.player
);
create unique index session_live on pam.session (tenant, player) where ended_at is null;

grant usage on schema pam to pyplatform_app;
grant select, insert, update, delete on all tables in schema pam to pyplatform_app;

call eventstore.isolate('pam.player');
call eventstore.isolate('pam.vault');
call eventstore.isolate('pam.credential');
call eventstore.isolate('pam.login_attempt');
call eventstore.isolate('pam.session');
