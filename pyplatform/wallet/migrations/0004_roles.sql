-- Who may do what with the record. The owner of the schema runs migrations and nothing else; processes log in as one of
-- two roles that own nothing, so that no bug and no stolen password of a process can change what was written.
--
--   pyplatform_writer    the wallet: appends to the journal, takes leases; never changes or removes a batch
--   pyplatform_reader    reads the journal, nothing else
--   pyplatform_services  every other process: reads the journal, and acts as the roles of domains and projections
call eventstore.make_role('pyplatform_writer');
call eventstore.make_role('pyplatform_reader');
call eventstore.make_role('pyplatform_services');

do $$
declare
    granted text;
begin
    foreach granted in array array['pyplatform_reader', 'pyplatform_app', 'pyplatform_projector'] loop
        if not pg_has_role('pyplatform_services', granted, 'member') then
            execute format('grant %I to pyplatform_services', granted);
        end if;
    end loop;
end
$$;

revoke all on ledger.journal, ledger.lease, ledger.fence from public;
grant usage on schema ledger to pyplatform_writer, pyplatform_reader;
grant select on ledger.journal, ledger.lease, ledger.fence to pyplatform_writer, pyplatform_reader;
grant insert on ledger.journal to pyplatform_writer;
-- Sharing a row lock, as an append does, takes the right to update one of its columns.
grant update (epoch) on ledger.fence to pyplatform_writer;
grant insert, update on ledger.lease to pyplatform_writer, pyplatform_services;

-- Owners of events and the settlement lead by leases, too; but the lease of a shard that has a journal is the wallet's.
alter table ledger.lease enable row level security;
create policy of_the_wallet on ledger.lease to pyplatform_writer using (true);
create policy seen_by_all on ledger.lease for select to pyplatform_reader using (true);
create policy of_services on ledger.lease to pyplatform_services using (
    not exists (select from ledger.journal as j where j.shard = lease.shard and j.seq_hi = 0)
);

-- An epoch that was passed does not come back, whoever asks: a deposed writer cannot fence itself in again.
create function ledger.refuse_lower_epoch() returns trigger language plpgsql as $$
begin
    if new.shard <> old.shard or new.epoch < old.epoch then
        raise exception 'the epoch of % stays at % or grows: % refused', old.shard, old.epoch, new.epoch;
    end if;
    return new;
end
$$;

create trigger only_grows before update on ledger.fence
    for each row execute function ledger.refuse_lower_epoch();

-- Also in a session that replays somebody else's changes, where ordinary triggers sleep.
alter table ledger.journal enable always trigger append_only;
