"""Real servers for every test that asks: one set a session, a fresh migrated database a test."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from secrets import token_hex
from urllib.parse import urlsplit

import asyncpg
import msgspec
import pytest
import structlog

from pyplatform.embedded import Servers, running
from pyplatform.embedded.databases import drop_database
from pyplatform.eventstore import migrate_all
from pyplatform.kernel.config import Settings

_TEMPLATE = "migrated"


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _drop(url: str, name: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await drop_database(connection, name)
    finally:
        await connection.close()


async def _migrate(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await migrate_all(connection)
    finally:
        await connection.close()


def _with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A command run inside a test sends all logs to a stream that is closed after it."""
    handlers = list(logging.root.handlers)
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Postgres, NATS and Valkey for the whole session; a test that kills them starts its own instead."""
    with running(tmp_path_factory.mktemp("servers"), outside=Settings()) as started:
        yield started


@pytest.fixture(scope="session")
def _template(servers: Servers) -> str:
    url = servers.settings.postgres_url
    asyncio.run(_execute(url, f"create database {_TEMPLATE}"))
    asyncio.run(_migrate(_with_database(url, _TEMPLATE)))
    return _TEMPLATE


@pytest.fixture
def settings(servers: Servers, _template: str) -> Iterator[Settings]:
    """Settings with a migrated database of this test's own; NATS and Valkey are shared, so name tenants freshly."""
    url = servers.settings.postgres_url
    name = f"test_{token_hex(6)}"
    asyncio.run(_execute(url, f"create database {name} template {_template}"))
    yield msgspec.structs.replace(servers.settings, postgres_url=_with_database(url, name))
    asyncio.run(_drop(url, name))


@pytest.fixture(scope="session")
def new_tenant_name() -> Callable[[], str]:
    """Make tenant slugs that no other test uses."""
    return lambda: f"t{token_hex(5)}"


@pytest.fixture
def tenant_name(new_tenant_name: Callable[[], str]) -> str:
    """A tenant slug that no other test uses."""
    return new_tenant_name()
