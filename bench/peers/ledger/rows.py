"""A ledger of row-locked SQL, as ledgers on Postgres commonly are: one transaction a transfer, both accounts locked.

Written for this comparison after the form of pgledger: accounts with a balance and a version, a transfer, two entries
with the balance before and after; locks in the order of ids. No idempotency key, no rules, no hash chain.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from bench.peers.ledger.load import ACCOUNTS, Rate, rate

CONNECTIONS = 20
"""Of the pool: more make row locks wait for each other, not transfers go faster."""

_SCHEMA = """
CREATE TABLE account (
    id bigint PRIMARY KEY, balance numeric NOT NULL DEFAULT 0, version bigint NOT NULL DEFAULT 0,
    may_be_negative boolean NOT NULL
);
CREATE TABLE transfer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source bigint NOT NULL REFERENCES account,
    target bigint NOT NULL REFERENCES account, amount numeric NOT NULL CHECK (amount > 0),
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account bigint NOT NULL REFERENCES account,
    transfer bigint NOT NULL REFERENCES transfer, amount numeric NOT NULL, before numeric NOT NULL,
    after numeric NOT NULL, version bigint NOT NULL
);
CREATE INDEX ON entry (account, id);
CREATE FUNCTION move(source bigint, target bigint, amount numeric) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
    moved record;
BEGIN
    PERFORM 1 FROM account WHERE id IN (source, target) ORDER BY id FOR UPDATE;
    INSERT INTO transfer (source, target, amount) VALUES (source, target, amount) RETURNING id INTO made;
    FOR moved IN
        UPDATE account SET
            balance = balance + CASE WHEN id = source THEN -move.amount ELSE move.amount END,
            version = version + 1
        WHERE id IN (source, target)
        RETURNING id, version, balance, may_be_negative,
            CASE WHEN id = source THEN -move.amount ELSE move.amount END AS change
    LOOP
        IF moved.balance < 0 AND NOT moved.may_be_negative THEN
            RAISE EXCEPTION 'account % would be negative', moved.id;
        END IF;
        INSERT INTO entry (account, transfer, amount, before, after, version)
        VALUES (moved.id, made, moved.change, moved.balance - moved.change, moved.balance, moved.version);
    END LOOP;
    RETURN made;
END $$;
"""


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a database that holds the accounts."""
    pool = await asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS)
    try:
        await pool.execute(_SCHEMA)
        await pool.execute("INSERT INTO account SELECT n, 0, 0, true FROM generate_series(0, $1) n", ACCOUNTS)
        yield pool
    finally:
        await pool.close()


async def measure(pool: asyncpg.Pool, seconds: float, *, hot: bool) -> Rate:
    """Its rate; raises RuntimeError when its own books do not balance afterwards."""

    async def transfer(source: int, target: int) -> None:
        if source != target:
            await pool.fetchval("SELECT move($1, $2, 1)", source, target)

    found = await rate(transfer, seconds, hot=hot)
    if await pool.fetchval("SELECT sum(balance) FROM account") != 0:
        message = "the row-locked ledger does not balance"
        raise RuntimeError(message)
    return found
