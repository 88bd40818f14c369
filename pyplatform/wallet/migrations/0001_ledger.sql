-- The record of every cent: one row per sealed batch, appended only by the holder of the shard's lease.
CREATE SCHEMA IF NOT EXISTS ledger;

-- Who may write a shard, or lead another role. The time is liveness only; safety is the epoch in the append.
CREATE TABLE ledger.lease (
    shard text PRIMARY KEY,
    epoch bigint NOT NULL CHECK (epoch > 0),
    owner text NOT NULL,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- seq_lo is exclusive: the seq_hi of the row before. The genesis row of a shard has seq_hi 0 and no payload.
CREATE TABLE ledger.journal (
    shard text NOT NULL,
    seq_lo bigint NOT NULL,
    seq_hi bigint NOT NULL,
    epoch bigint NOT NULL,
    n integer NOT NULL,
    prev_hash bytea NOT NULL CHECK (octet_length(prev_hash) = 32),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    payload bytea NOT NULL,
    PRIMARY KEY (shard, seq_hi),
    UNIQUE (shard, seq_lo),
    CHECK (seq_hi = seq_lo + n OR (seq_hi = 0 AND seq_lo = -1 AND n = 0))
);

-- Batches are read whole and do not compress well enough to pay for it on the writer's path.
ALTER TABLE ledger.journal ALTER COLUMN payload SET STORAGE EXTERNAL;

-- The journal is written once: even its owner cannot change the past by accident.
CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only: % refused', TG_OP;
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.journal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
