-- Idempotency keys that leave the wallet's memory: where in the journal each was answered. It follows from the journal
-- and is written before a key may leave; the entry that lets keys go is later in the journal, and so in the write-ahead
-- log, than their rows. Keys that tell their own time (dated) go again when they are forgotten, others stay for ever.
create table ledger.old_key (
    shard text not null,
    -- 64 bits of the SHA-256 of the key's whole scope; the entry is compared before anything is answered from it.
    fingerprint bigint not null,
    seq bigint not null check (seq > 0),
    -- Time of that entry, in nanoseconds since the epoch.
    at bigint not null,
    dated boolean not null,
    primary key (shard, fingerprint, seq)
);

-- The oldest that may be forgotten.
create index old_key_dated on ledger.old_key (shard, at) where dated;

-- Up to which entry the keys of a shard are filed, and the time of that entry.
create table ledger.old_key_tip (
    shard text primary key,
    seq bigint not null check (seq >= 0),
    at bigint not null
);

revoke all on ledger.old_key, ledger.old_key_tip from public;
grant select, insert, delete on ledger.old_key to pyplatform_writer;
grant select, insert, update on ledger.old_key_tip to pyplatform_writer;
grant select on ledger.old_key, ledger.old_key_tip to pyplatform_reader;
