"""Connections to whichever of several Postgres is the primary now."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

import asyncpg


def hosts_of(url: str) -> list[str]:
    """The URL once for each of its hosts (`user:password@host-a:5432,host-b:5432`)."""
    parts = urlsplit(url)
    account, at, hosts = parts.netloc.rpartition("@")
    return [parts._replace(netloc=f"{account}{at}{host}").geturl() for host in hosts.split(",")]


async def connect(
    url: str, *, within: float, settings: Mapping[str, str] | None = None
) -> asyncpg.Connection:
    """Connect within some seconds, asking all hosts of the URL at once: one whose machine is gone says nothing.

    With `target_session_attrs=primary` in the URL a standby turns us away. Raises what the first host to fail said.
    """
    more = {"timeout": within, "server_settings": dict(settings or {})}
    asked = [asyncio.ensure_future(asyncpg.connect(one, **more)) for one in hosts_of(url)]
    failed: list[BaseException] = []
    try:
        waiting = set(asked)
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if (error := task.exception()) is None:
                    asked.remove(task)
                    return task.result()
                failed.append(error)
        raise failed[0]
    finally:
        for task in asked:
            task.add_done_callback(_close)
            task.cancel()


def _close(task: "asyncio.Future[asyncpg.Connection]") -> None:
    """Whoever answers second is not needed."""
    if not task.cancelled() and task.exception() is None:
        task.result().terminate()
