-- Every price list that was published and differs from the one before. `version` is its time (µs since the epoch), the
-- same however often it is published, so that what is delivered twice is kept once.
create table sportsbook.price (
    tenant text not null,
    market_id text not null,
    version bigint not null,
    status text not null,
    terms_version bigint not null,
    caused_at bigint not null,
    prices jsonb not null,
    primary key (tenant, market_id, version)
) partition by range (version);

-- Makes the partition that holds a time (µs), when it is missing: one a day, in UTC. Like its counterpart below it runs
-- with its owner's rights, for who records may neither make nor drop tables.
create function sportsbook.price_partition(moment bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    day timestamp := date_trunc('day', to_timestamp(moment / 1000000) at time zone 'UTC');
    following timestamp := day + interval '1 day';
    name text := to_char(day, '"price_"YYYY_MM_DD');
begin
    if to_regclass('sportsbook.' || name) is null then
        perform pg_advisory_xact_lock(hashtext('sportsbook.price_partition'));
        execute format(
            'create table if not exists sportsbook.%I partition of sportsbook.price for values from (%s) to (%s)',
            name, extract(epoch from day)::bigint * 1000000, extract(epoch from following)::bigint * 1000000
        );
    end if;
end
$$;

-- Drops the days that ended before a time (µs); how many. A day goes whole, without a trace in the others.
create function sportsbook.drop_prices(before bigint) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    first_kept text := to_char(to_timestamp(before / 1000000) at time zone 'UTC', '"price_"YYYY_MM_DD');
    part regclass;
    dropped integer := 0;
begin
    perform pg_advisory_xact_lock(hashtext('sportsbook.price_partition'));
    for part in
        select c.oid::regclass from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'sportsbook.price'::regclass and c.relname < first_kept
    loop
        execute format('drop table %s', part);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;

call eventstore.isolate('sportsbook.price');
grant usage on schema sportsbook to pyplatform_projector;
grant select on sportsbook.price to pyplatform_app;
grant select, insert on sportsbook.price to pyplatform_projector;
revoke execute on function sportsbook.price_partition(bigint), sportsbook.drop_prices(bigint) from public;
grant execute on function sportsbook.price_partition(bigint), sportsbook.drop_prices(bigint) to pyplatform_projector;
