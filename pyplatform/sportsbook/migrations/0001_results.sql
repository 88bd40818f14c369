-- What a market resolved to. Append-only by revision: a correction is a new row, never an update.
create schema if not exists sportsbook;

create table sportsbook.resolution (
    tenant      text        not null,
    market_id   text        not null,
    revision    integer     not null check (revision > 0),
    payload     bytea       not null,
    evidence    bytea       not null check (length(evidence) = 32),
    recorded_at timestamptz not null default now(),
    primary key (tenant, market_id, revision)
);

call eventstore.isolate('sportsbook.resolution');
grant usage on schema sportsbook to pyplatform_app;
grant select, insert on sportsbook.resolution to pyplatform_app;
