-- Whose rows a session may see: set by the tenant's transaction, nobody's outside of one.
create function eventstore.current_tenant() returns text
    language sql stable parallel safe
    as $$ select nullif(current_setting('pyplatform.tenant', true), '') $$;

-- Binds a table with a column `tenant` to the tenant of the transaction, its owner included.
create procedure eventstore.isolate(guarded regclass)
    language plpgsql
    as $$
begin
    execute format('alter table %s enable row level security', guarded);
    execute format('alter table %s force row level security', guarded);
    execute format(
        'create policy own_tenant on %s using (tenant = eventstore.current_tenant()) '
        'with check (tenant = eventstore.current_tenant())',
        guarded
    );
end
$$;

-- Last position given out in each stream; its row lock is what makes positions gapless and in commit order.
create table eventstore.head (
    tenant text not null,
    stream text not null,
    position bigint not null check (position > 0),
    primary key (tenant, stream)
);

create table eventstore.event (
    tenant text not null,
    stream text not null,
    position bigint not null,
    id uuid not null,
    type text not null,
    version int not null,
    brand int not null,
    aggregate text not null,
    seq bigint not null,
    at bigint not null,
    actor text not null,
    correlation bytea not null,
    causation bytea not null,
    traceparent text not null,
    data bytea not null,
    primary key (tenant, stream, position),
    unique (tenant, stream, aggregate, seq),
    unique (tenant, id)
);

call eventstore.isolate('eventstore.head');
call eventstore.isolate('eventstore.event');

-- Events are for ever: nobody but the owner can change or remove one.
grant select, insert, update on eventstore.head to pyplatform_app;
grant select, insert on eventstore.event to pyplatform_app;
