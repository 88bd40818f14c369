"""URLs of several hosts, and hosts that are gone."""

import socket
from time import monotonic

import pytest

from pyplatform.embedded import Servers
from pyplatform.eventstore.connecting import connect, hosts_of


def test_a_url_is_taken_apart_by_its_hosts() -> None:
    url = "postgresql://me:secret@a:1,b:2/place?sslmode=disable&target_session_attrs=primary"
    assert hosts_of(url) == [
        "postgresql://me:secret@a:1/place?sslmode=disable&target_session_attrs=primary",
        "postgresql://me:secret@b:2/place?sslmode=disable&target_session_attrs=primary",
    ]
    assert hosts_of("postgresql://a/place") == ["postgresql://a/place"]


async def test_a_host_that_says_nothing_does_not_keep_us_from_the_other(servers: Servers) -> None:
    url = servers.settings.postgres_url
    account, _, rest = url.partition("@")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        both = f"{account}@127.0.0.1:{silent.getsockname()[1]},{rest}"
        began = monotonic()
        connection = await connect(both, within=100)
        assert monotonic() - began < 60
        assert await connection.fetchval("select 1") == 1
        await connection.close()


async def test_who_reaches_nobody_is_told_why() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(OSError, match=r"refused|Connect call failed"):
        await connect(f"postgresql://me@127.0.0.1:{port},127.0.0.1:{port}/x?sslmode=disable", within=5)
