"""Databases that come and go: one a test, one a benchmark."""

import asyncpg


async def drop_database(connection: asyncpg.Connection, name: str) -> None:
    """Drop database `name`, ending the sessions in it of the caller's role and of those it is a member of.

    `with (force)` would also want to end an autovacuum worker, which only a superuser may; the plain form sends it
    away and waits for it.
    """
    await connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pg_has_role(usesysid, 'usage')",
        name,
    )
    await connection.execute(f"drop database {name}")
