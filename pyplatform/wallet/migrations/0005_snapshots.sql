-- States of shards at some batch, from which a replay goes on. They are for speed: the journal is the record, and a
-- snapshot that does not verify, or that the journal does not hold, is nobody's beginning.
create table ledger.snapshot (
    shard text not null,
    seq bigint not null check (seq > 0),
    epoch bigint not null,
    hash bytea not null check (octet_length(hash) = 32),
    state_hash bytea not null check (octet_length(state_hash) = 32),
    -- Hash of the last chunk, which covers all before it.
    digest bytea not null check (octet_length(digest) = 32),
    chunks int not null check (chunks > 0),
    bytes bigint not null,
    taken_at timestamptz not null default clock_timestamp(),
    -- Set when it was read back whole and a replay from the one before came to the same bytes.
    verified_at timestamptz,
    primary key (shard, seq)
);

create table ledger.snapshot_chunk (
    shard text not null,
    seq bigint not null,
    number int not null,
    payload bytea not null,
    primary key (shard, seq, number),
    foreign key (shard, seq) references ledger.snapshot on delete cascade
);

-- Read and written whole; most of it is ids and hashes, which do not compress.
alter table ledger.snapshot_chunk alter column payload set storage external;

-- Whoever writes one could have a wallet begin from a state of his own making: so only who may write the journal, too.
revoke all on ledger.snapshot, ledger.snapshot_chunk from public;
grant select, insert, delete on ledger.snapshot, ledger.snapshot_chunk to pyplatform_writer;
grant update (verified_at) on ledger.snapshot to pyplatform_writer;
grant select on ledger.snapshot, ledger.snapshot_chunk to pyplatform_reader;
