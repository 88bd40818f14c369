-- The epoch that an append needs, apart from the lease. The lease is renewed every second, and while a long snapshot is
-- open every version of its row stays: an append that had to find the living one became slower by the hour. This row
-- changes at take-overs alone, and a renewal no longer waits for an append under way.
CREATE TABLE ledger.fence (
    shard text PRIMARY KEY,
    epoch bigint NOT NULL CHECK (epoch > 0)
);

INSERT INTO ledger.fence SELECT shard, epoch FROM ledger.lease;

-- Whoever changes the lease's epoch, by whatever statement, fences the holder before: safety is the database's. It runs
-- with its owner's rights, so that a role which may take leases needs none on this table but to read and share it.
CREATE FUNCTION ledger.raise_fence() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO ledger.fence VALUES (NEW.shard, NEW.epoch)
    ON CONFLICT (shard) DO UPDATE SET epoch = EXCLUDED.epoch;
    RETURN NULL;
END
$$;

CREATE TRIGGER raise_fence AFTER INSERT OR UPDATE OF epoch ON ledger.lease
    FOR EACH ROW EXECUTE FUNCTION ledger.raise_fence();
