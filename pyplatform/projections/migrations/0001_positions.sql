-- Up to which batch of a tenant's ledger a projection in tables has come; moved in the transaction that writes its rows.
create schema projections;

create table projections.position (
    tenant text not null,
    name text not null,
    seq bigint not null check (seq >= 0),
    hash bytea not null,
    primary key (tenant, name)
);

call eventstore.isolate('projections.position');

-- Whoever writes projections from the ledger: a role of its own, which owns nothing and may not touch the journal.
call eventstore.make_role('pyplatform_projector');

grant usage on schema eventstore, projections to pyplatform_projector;
grant usage on schema projections to pyplatform_app;
grant select, insert, update, delete on projections.position to pyplatform_projector;
grant select on projections.position to pyplatform_app;
