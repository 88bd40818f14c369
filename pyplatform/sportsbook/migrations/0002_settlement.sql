-- Who said what a market resolved to, results that wait for a second person, and how far settlement is.
alter table sportsbook.resolution
    add column source   text   not null default 'feed' check (source in ('feed', 'staff')),
    add column feed     text   not null default '',
    add column feed_seq bigint not null default 0,
    add column actor    text   not null default 'system';

create table sportsbook.proposal (
    tenant      text        not null,
    id          uuid        not null,
    market_id   text        not null,
    payload     bytea       not null,
    at_risk     bytea       not null,
    note        text        not null,
    source      text        not null check (source in ('feed', 'staff')),
    proposed_by text        not null,
    proposed_at timestamptz not null default now(),
    state       text        not null default 'open' check (state in ('open', 'confirmed', 'rejected')),
    decided_by  text        not null default '',
    decided_at  timestamptz,
    primary key (tenant, id)
);
create index on sportsbook.proposal (tenant, market_id) where state = 'open';

create table sportsbook.settlement_run (
    tenant      text        not null,
    market_id   text        not null,
    revision    integer     not null,
    state       text        not null default 'running' check (state in ('running', 'stopped', 'done', 'superseded')),
    correlation bytea       not null,
    planned     boolean     not null default false,
    bets        bigint      not null default 0,
    settled     bigint      not null default 0,
    voided      bigint      not null default 0,
    corrected   bigint      not null default 0,
    unchanged   bigint      not null default 0,
    refused     bigint      not null default 0,
    moved       jsonb       not null default '{}',
    started_at  timestamptz not null default now(),
    finished_at timestamptz,
    primary key (tenant, market_id, revision),
    foreign key (tenant, market_id, revision) references sportsbook.resolution (tenant, market_id, revision)
);
create index on sportsbook.settlement_run (tenant, started_at desc);
create index on sportsbook.settlement_run (tenant) where state in ('running', 'stopped');

-- The work queue's record: what it held is published again from here when it was lost.
create table sportsbook.settlement_range (
    tenant    text    not null,
    market_id text    not null,
    revision  integer not null,
    number    integer not null,
    first_bet bytea   not null check (length(first_bet) = 16),
    last_bet  bytea   not null check (length(last_bet) = 16),
    as_of     bigint  not null,
    done_at   timestamptz,
    primary key (tenant, market_id, revision, number),
    foreign key (tenant, market_id, revision) references sportsbook.settlement_run (tenant, market_id, revision)
);
create index on sportsbook.settlement_range (tenant, market_id, revision) where done_at is null;

call eventstore.isolate('sportsbook.proposal');
call eventstore.isolate('sportsbook.settlement_run');
call eventstore.isolate('sportsbook.settlement_range');
grant select, insert on sportsbook.proposal, sportsbook.settlement_run, sportsbook.settlement_range to pyplatform_app;
grant update (state, decided_by, decided_at) on sportsbook.proposal to pyplatform_app;
grant update (state, planned, bets, settled, voided, corrected, unchanged, refused, moved, finished_at)
    on sportsbook.settlement_run to pyplatform_app;
grant update (done_at) on sportsbook.settlement_range to pyplatform_app;
