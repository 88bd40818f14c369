-- Every move of money, once for each of the two accounts it touches: what statements and lists read. The projector
-- writes it from the journal, in order; it can be emptied and written anew at any time.
create table ledger.entry (
    tenant text not null,
    account smallint not null,
    owner bytea not null,
    currency text not null,
    seq bigint not null,
    n smallint not null,
    at bigint not null,
    kind text not null,
    brand int not null,
    jurisdiction text not null,
    holder bytea not null,
    counter smallint not null,
    counter_owner bytea not null,
    amount numeric(39, 0) not null,
    balance numeric(39, 0) not null,
    reference text not null
) partition by range (at);

-- An account's moves, the newest first.
create index entry_of_account on ledger.entry (tenant, account, owner, currency, seq desc, n desc);
-- Rows come in order of seq, so that a few bytes for many pages find a range of it.
create index entry_by_seq on ledger.entry using brin (seq) with (pages_per_range = 16);

-- Which accounts there are, and whose: `holder` is the player of a player's account, else its owner.
create table ledger.account (
    tenant text not null,
    account smallint not null,
    owner bytea not null,
    currency text not null,
    holder bytea not null,
    primary key (tenant, account, owner, currency)
);

create index account_of_holder on ledger.account (tenant, holder, currency);

-- Name of the partition that holds a time (nanoseconds), made when it is missing: one a month, in UTC. It runs with
-- its owner's rights, for the projector may not make tables.
create function ledger.entry_partition(moment bigint) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    month timestamp := date_trunc('month', to_timestamp(moment / 1000000000) at time zone 'UTC');
    following timestamp := month + interval '1 month';
    name text := to_char(month, '"entry_"YYYY_MM');
begin
    if to_regclass('ledger.' || name) is null then
        perform pg_advisory_xact_lock(hashtext('ledger.entry_partition'));
        execute format(
            'create table if not exists ledger.%I partition of ledger.entry for values from (%s) to (%s)',
            name, extract(epoch from month)::bigint * 1000000000, extract(epoch from following)::bigint * 1000000000
        );
        -- COPY, the fastest way in, goes to the partition: a table under row-level security takes none.
        execute format('grant insert on ledger.%I to pyplatform_projector', name);
    end if;
    return name;
end
$$;

call eventstore.isolate('ledger.entry');
call eventstore.isolate('ledger.account');

grant usage on schema ledger to pyplatform_app, pyplatform_projector;
grant select on ledger.entry, ledger.account to pyplatform_app;
grant select, insert, delete on ledger.entry, ledger.account to pyplatform_projector;
revoke execute on function ledger.entry_partition(bigint) from public;
grant execute on function ledger.entry_partition(bigint) to pyplatform_projector;
